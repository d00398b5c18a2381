// The part of AcsSession that compares what the agent has with what the store says.
#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "base/arn.h"
#include "domain/arns.h"
#include "gateway/acs/acs_session.h"
#include "gateway/acs/manifest.h"
#include "gateway/task_events.h"
#include "scheduling/task_writes.h"

namespace berth::gateway::acs {
namespace {

using domain::TaskRecord;
using domain::TaskStatus;

constexpr std::string_view kForgotten =
    "The container agent does not know this task any more: its record of the task was lost, or the control "
    "plane has gone back to an older state.";
// Amazon's agents drop, without a word, a manifest whose number is not above the highest they have seen:
// after a restore from a backup the numbers begin again below that.
constexpr std::int64_t kSequenceSkip = 1'000'000;
constexpr std::size_t kSurplusArnBytesMax = 2048;

bool is_wanted(const TaskRecord& task) {
  return task.last_status != TaskStatus::stopped && task.desired_status != TaskStatus::stopped;
}

// Enough of a task to have it stopped.
store::Ptr<TaskRecord> unknown_task(const SocketContext& context, const std::string& arn) {
  auto task = std::make_shared<TaskRecord>();
  task->account = context.realm.account;
  task->region = context.realm.region;
  task->cluster = context.cluster;
  task->id = domain::last_part(arn);
  task->arn = arn;
  task->family = "unknown";
  task->last_status = task->desired_status = TaskStatus::stopped;
  return task;
}

}  // namespace

// What is still to be stopped is left to the next session; what was given up it finds itself.
AcsSession::~AcsSession() {
  for (auto& task : given_up_) {
    const bool found_again = was_away_ && task->connectivity == model::ecs::Connectivity::disconnected;
    if (!found_again) notes_.owe_stop(context_.instance_key, std::move(task));
  }
}

void AcsSession::owe(store::Ptr<TaskRecord> task) {
  deliveries_.forget(task->id);
  const bool known =
      std::ranges::any_of(given_up_, [&](const auto& other) { return other->arn == task->arn; });
  if (!known) given_up_.push_back(std::move(task));
}

void AcsSession::take_owed() {
  for (auto& task : notes_.take_owed(context_.instance_key)) owe(std::move(task));
}

Async<Result<void>> AcsSession::send_manifest(runtime::MessageSocket& socket) {
  if (manifest_ == Manifest::sent && now() - manifest_sent_at_ >= limits_.manifest_patience) {
    const auto skipped = co_await skip_sequence();
    if (!skipped) {
      retry_later();
      co_return Result<void>();
    }
    manifest_ = *skipped ? Manifest::due_again : Manifest::none;
  }
  if (manifest_ != Manifest::due && manifest_ != Manifest::due_again) co_return Result<void>();
  std::vector<store::Ptr<TaskRecord>> tasks;
  store::Revision seen;
  {
    const store::View view = co_await store_.read();
    const auto all = view.group(store::kTasksByInstance, context_.instance_key);
    seen = all.changed();
    for (const auto& [sort, task] : all) tasks.push_back(task->record);
  }
  // A task that has ended in a view that is lost would be stopped.
  const auto durable = co_await store_.until_durable(seen);
  Result<std::int64_t> sequence = unavailable("not yet durable");
  if (durable) sequence = co_await next_sequence();
  if (!sequence) {
    retry_later();
    co_return Result<void>();
  }
  manifest_delivered_.clear();
  for (const auto& task : tasks)
    if (task->delivered) manifest_delivered_.insert(task->id);
  const PayloadHead head{runtime_.ids().uuid(), domain::cluster_arn(context_.realm, context_.cluster),
                         context_.instance_arn, *sequence, runtime_.clock().wall()};
  manifest_id_ = head.message_id;
  manifest_sent_at_ = now();
  manifest_ = manifest_ == Manifest::due ? Manifest::sent : Manifest::sent_again;
  std::string text = manifest_message(head, tasks);
  co_return co_await socket.send(std::move(text));
}

// False when there is no room above.
Async<Result<bool>> AcsSession::skip_sequence() {
  if (sequence_last_ > kSequenceBelievedMax) co_return false;
  const auto last = co_await reserve_sequence(store_, runtime_, context_.instance_key, epoch_, kSequenceSkip);
  if (!last) co_return last.error();
  sequence_next_ = std::max(sequence_next_, *last - limits_.sequence_block + 1);
  sequence_last_ = *last;
  co_return true;
}

void AcsSession::on_difference(const JsonObject& message, std::string_view type) {
  const JsonValue* id = message.if_contains("messageId");
  if (!id || !id->is_string() || id->get_string() != std::string_view(manifest_id_)) return;
  if (type == kStopVerification)
    surplus_ = task_arns_of(message, "stopCandidates");
  else
    missing_ = task_arns_of(message, "tasks");
  wake_.notify();
}

// Tasks that were placed after the manifest had been made are wanted meanwhile, and the stops of those that
// have not STOPPED are told anyway.
std::vector<store::Ptr<TaskRecord>> AcsSession::judge_surplus(const store::View& view) const {
  std::vector<store::Ptr<TaskRecord>> unwanted;
  for (const auto& arn : surplus_) {
    if (arn.size() > kSurplusArnBytesMax || !looks_like_arn(arn)) continue;
    const auto* task =
        view.find<TaskRecord>(store::task_key(context_.realm, context_.cluster, domain::last_part(arn)));
    const bool here = task && scheduling::instance_key_of(*task->record) == context_.instance_key;
    if (here && task->record->last_status != TaskStatus::stopped) continue;
    if (stops_told_.contains(std::string(domain::last_part(arn)))) continue;
    spdlog::warn("gateway: {} runs {}, which it should not; it is told to stop it", context_.instance_arn,
                 arn);
    unwanted.push_back(here ? task->record : unknown_task(context_, arn));
  }
  return unwanted;
}

std::set<std::string> AcsSession::judge_missing(const store::View& view) const {
  std::set<std::string> ids;
  for (const auto& arn : missing_) {
    const std::string id(domain::last_part(arn));
    const auto* task = view.find<TaskRecord>(store::task_key(context_.realm, context_.cluster, id));
    const bool here = task && scheduling::instance_key_of(*task->record) == context_.instance_key;
    if (!here || !is_wanted(*task->record) || !manifest_delivered_.contains(id)) continue;
    spdlog::warn("gateway: {} has forgotten {}", context_.instance_arn, arn);
    ids.insert(id);
  }
  return ids;
}

Async<Result<void>> AcsSession::reconcile() {
  if (surplus_.empty() && missing_.empty()) co_return Result<void>();
  std::vector<store::Ptr<TaskRecord>> unwanted;
  std::set<std::string> forgotten;
  store::Revision seen;
  {
    const store::View view = co_await store_.read();
    seen = view.revision();
    unwanted = judge_surplus(view);
    forgotten = judge_missing(view);
  }
  // What was seen may be lost before it is durable, and nothing must be stopped for that.
  const auto durable = co_await store_.until_durable(seen);
  if (!durable) co_return durable.error();
  for (auto& task : unwanted) owe(std::move(task));
  surplus_.clear();
  stops_told_.clear();
  wake_.notify();
  if (forgot_) {
    told_again_.merge(forgotten);
    missing_.clear();
    co_return Result<void>();
  }
  domain::AgentReport ended;
  ended.status = TaskStatus::stopped;
  ended.reason = kForgotten;
  std::map<std::string, domain::TaskEvent> over;
  for (const auto& id : forgotten) over.emplace(id, ended);
  TaskPlace place{context_.realm, context_.cluster, context_.instance_key};
  const auto applied = co_await apply_task_events(store_, runtime_, std::move(place), std::move(over),
                                                  limits_.tasks_per_commit);
  if (!applied) co_return applied.error();
  missing_.clear();
  co_return Result<void>();
}

// Of an agent that does not compare: all that it has acknowledged, as nobody knows what of it is lost. What
// it has is told to no effect.
Async<store::Revision> AcsSession::find_forgotten_tasks() {
  const store::View view = co_await store_.read();
  const auto all = view.group(store::kTasksByInstance, context_.instance_key);
  for (const auto& [sort, task] : all)
    if (task->record->delivered && is_wanted(*task->record)) told_again_.insert(task->record->id);
  if (!told_again_.empty())
    spdlog::warn(
        "gateway: {} presents an older sequence number than it has acknowledged; it is told its {} "
        "tasks again",
        context_.instance_arn, told_again_.size());
  co_return all.changed();
}

void AcsSession::add_told_again(const store::View& view, Look& into) {
  for (auto at = told_again_.begin(); at != told_again_.end();) {
    const auto* task = view.find<TaskRecord>(store::task_key(context_.realm, context_.cluster, *at));
    if (!task || !is_wanted(*task->record) || deliveries_.acknowledged(*at, false)) {
      at = told_again_.erase(at);
      continue;
    }
    into.wanted.push_back({task->record, false, true});
    ++at;
  }
}

}  // namespace berth::gateway::acs
