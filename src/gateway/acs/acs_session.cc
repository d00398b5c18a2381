#include "gateway/acs/acs_session.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "domain/arns.h"
#include "domain/text_bounds.h"
#include "gateway/acs/ack.h"
#include "gateway/acs/heartbeat.h"
#include "gateway/acs/manifest.h"
#include "gateway/acs/payload.h"
#include "gateway/acs/translate_task.h"
#include "model/acs/acs_codec.h"

namespace berth::gateway::acs {
namespace {

using domain::ContainerInstanceRecord;
using domain::TaskDefinitionRecord;
using domain::TaskRecord;
using domain::TaskStatus;

constexpr int kAnswersHeartbeats = 2;  // Protocol version.
constexpr int kAnswersManifests = 2;
constexpr int kNormal = 1000;
// In simulation: from the look at the store to what is sent of it.
constexpr Duration kSlowDelivery = std::chrono::milliseconds(300);

}  // namespace

AcsSession::AcsSession(const SessionServices& services, SocketContext context,
                       const domain::AgentPackages* packages, const domain::TaskRoles* roles)
    : Conversation(services),
      store_(services.store),
      marks_(services.marks),
      notes_(services.notes),
      context_(std::move(context)),
      deliveries_(limits_.redelivery, limits_.unacknowledged_max),
      packages_(packages),
      roles_(roles) {}

Async<Result<void>> AcsSession::open(std::string owner) {
  on_tasks_ = store_.subscribe(store::kTasksToDeliver, context_.instance_key, wake_);
  on_instance_ = store_.subscribe_record<ContainerInstanceRecord>(context_.instance_key, wake_);
  const auto opened =
      co_await open_session(store_, runtime_, context_, std::move(owner), limits_.sequence_block);
  if (!opened) co_return opened.error();
  const std::int64_t presented = context_.request.sequence;
  forgot_ = presented > 0 && presented < notes_.acknowledged(context_.instance_key);
  if (context_.request.protocol_version >= kAnswersManifests) manifest_ = Manifest::due;
  // What the agent said of itself is in the record now.
  context_.request = {.kind = context_.request.kind, .protocol_version = context_.request.protocol_version};
  epoch_ = opened->epoch;
  sequence_next_ = opened->sequence_first;
  sequence_last_ = opened->sequence_last;
  was_away_ = opened->was_away;
  next_heartbeat_ = now() + limits_.heartbeat_interval;
  store::Revision found;
  if (forgot_ && manifest_ == Manifest::none) found = co_await find_forgotten_tasks();
  if (was_away_) {
    const auto given_up = co_await find_given_up_tasks();
    found = std::max(found, given_up);
  }
  if (found == store::Revision()) co_return Result<void>();
  // What was seen may be lost before it is durable, and nobody must be stopped for that.
  co_return co_await store_.until_durable(found);
}

Async<store::Revision> AcsSession::find_given_up_tasks() {
  const store::View view = co_await store_.read();
  const auto stopped = view.group(store::kStoppedTasks, store::realm_key(context_.realm));
  std::size_t looked_at = 0;
  for (auto at = stopped.end(); at != stopped.begin() && looked_at < limits_.stopped_tasks_scan_max;
       ++looked_at) {
    --at;
    const auto& task = at->second->record;
    // Also what it never acknowledged: the acknowledgement may be what was lost.
    const bool given_up = task->connectivity == model::ecs::Connectivity::disconnected;
    if (given_up && task->cluster == context_.cluster &&
        context_.instance_key.ends_with("/" + task->instance_id))
      given_up_.push_back(task);
  }
  co_return view.revision();
}

void AcsSession::on_message(std::string text) {
  const auto envelope = parse_envelope(text, limits_.control_message_bytes_max);
  if (!envelope) return complain(envelope.error());
  if (envelope->type == kAck) return on_ack(envelope->message);
  if (envelope->type == kNack) return on_nack(envelope->message);
  if (envelope->type == kStopVerification || envelope->type == kMissing)
    return on_difference(envelope->message, envelope->type);
  // Heartbeat answers count as a sign of life, as everything does. The rest belongs to features that are not
  // asked for.
  if (envelope->type != kHeartbeatAck)
    spdlog::debug("gateway: {} sent {}, which is not needed", context_.instance_arn, envelope->type);
}

void AcsSession::on_ack(const JsonObject& message) {
  const auto ack = parse_acknowledgement(message);
  if (!ack) return complain(ack.error());
  if (update_ && update_->on_answer(ack->message_id, std::nullopt)) return wake_.notify();
  if (ack->message_id == manifest_id_) manifest_ = Manifest::none;
  const auto ids = deliveries_.acknowledge(ack->message_id);
  if (ids.empty()) return;
  counters_.acks.fetch_add(1, std::memory_order_relaxed);
  for (const auto& id : ids)
    marks_.add(store::task_key(context_.realm, context_.cluster, id), context_.instance_key);
  notes_.note_acknowledged(context_.instance_key, deliveries_.acknowledged_sequence());
  if (was_away_) wake_.notify();  // Perhaps that was the last that it had to be told.
}

void AcsSession::on_nack(const JsonObject& message) {
  const auto nack = parse_acknowledgement(message);
  if (!nack) return complain(nack.error());
  counters_.nacks.fetch_add(1, std::memory_order_relaxed);
  spdlog::warn("gateway: {} refused message {}: {}", context_.instance_arn, nack->message_id,
               cut_middle(nack->reason, domain::kReasonBytesMax));
  if (update_ && update_->on_answer(nack->message_id, nack->reason)) wake_.notify();
}

MonotonicTime AcsSession::next_due() const {
  MonotonicTime due = next_heartbeat_;
  if (context_.request.protocol_version >= kAnswersHeartbeats)
    due = std::min(due, last_heard_ + limits_.silence_max);
  if (retry_at_ > now()) return std::min(due, retry_at_);
  if (update_) due = std::min(due, update_->next_due());
  if (manifest_ == Manifest::sent) due = std::min(due, manifest_sent_at_ + limits_.manifest_patience);
  return std::min({due, deliveries_.next_due(), roles_.next_due()});
}

Async<Result<void>> AcsSession::work(runtime::MessageSocket& socket) {
  auto kept = co_await keep_alive(socket);
  if (!kept || closing()) co_return kept;
  if (retry_at_ > now()) co_return Result<void>();
  Look seen = co_await look();
  // A task that is not durable yet may still vanish; an agent must not have been told of it.
  const auto durable = co_await store_.until_durable(seen.revision);
  if (!durable) {
    retry_later();
    co_return Result<void>();
  }
  if (runtime_.buggify("gateway.deliver.slow")) co_await runtime_.sleep(kSlowDelivery);
  if (!still_ours(seen)) co_return Result<void>();
  const auto reconciled = co_await reconcile();
  if (!reconciled) {
    retry_later();
    co_return Result<void>();
  }
  const auto compared = co_await send_manifest(socket);
  if (!compared) co_return compared.error();
  const auto update = seen.update;
  const auto delivered = co_await deliver(socket, seen);
  if (!delivered) co_return delivered.error();
  const auto refreshed = co_await refresh_credentials(socket, std::move(seen));
  if (!refreshed) co_return refreshed.error();
  co_await end_absence();
  const auto updated = co_await update_agent(socket, update);
  if (!updated) co_return updated.error();
  co_return Result<void>();
}

Async<AcsSession::Look> AcsSession::look() {
  Look out;
  take_owed();
  const store::View view = co_await store_.read();
  out.revision = view.revision();
  const auto* instance = view.find<ContainerInstanceRecord>(context_.instance_key);
  out.exists = instance != nullptr;
  if (!instance) co_return out;
  const auto to_deliver = view.group(store::kTasksToDeliver, context_.instance_key);
  // Not the view's revision: on a busy store that is never durable yet, and each look would wait for
  // strangers. Nor those of the tasks: one that was kept although the store's answer was lost counts as lost
  // by its own, for ever; by its group's it is as durable as the view that it was read anew into.
  out.revision = std::max(instance->revision, to_deliver.changed());
  out.inactive = instance->record->status == domain::InstanceStatus::inactive;
  out.epoch = instance->record->session_epoch;
  out.update = instance->record->agent_update_status;
  for (const auto& [sort, task] : to_deliver)
    out.wanted.push_back({task->record, task->record->desired_status == TaskStatus::stopped});
  // What the agent has and shall keep is the most by far, and needs nothing but keys, now and then.
  if (roles_.due(now())) {
    const auto all = view.group(store::kTasksByInstance, context_.instance_key);
    out.revision = std::max(out.revision, all.changed());
    for (const auto& [sort, task] : all) {
      if (task->record->delivered && task->record->desired_status != TaskStatus::stopped)
        out.kept.push_back(task->record);
    }
  }
  for (const auto& task : out.kept) add_definition(view, *task, out);
  std::erase_if(given_up_, [&](const auto& task) { return deliveries_.acknowledged(task->id, true); });
  for (const auto& task : given_up_) out.wanted.push_back({task, true});
  add_told_again(view, out);
  out.wanted = deliveries_.plan(out.wanted, now());
  for (const auto& task : out.wanted) add_definition(view, *task.task, out);
  co_return out;
}

void AcsSession::add_definition(const store::View& view, const TaskRecord& task, Look& into) const {
  const auto* definition = view.find<TaskDefinitionRecord>(
      store::task_definition_key({task.account, task.region}, task.family, task.revision));
  if (definition) into.definitions.emplace(&task, definition->record);
}

bool AcsSession::still_ours(const Look& look) {
  // 1000: the agent comes back at once and is told in the refused upgrade, the one place where it looks, that
  // it is out.
  if (!look.exists || look.inactive) {
    request_close({kNormal, "the container instance has been deregistered"});
    return false;
  }
  if (look.epoch != epoch_) {
    request_close({kPolicyViolation, "replaced by a newer connection"});
    return false;
  }
  return true;
}

Async<Result<void>> AcsSession::deliver(runtime::MessageSocket& socket, const Look& look) {
  std::vector<WantedTask> batch;
  for (std::size_t i = 0; i < look.wanted.size(); ++i) {
    const WantedTask& wanted = look.wanted[i];
    const bool can_start = look.definitions.contains(wanted.task.get());
    if (wanted.stop || can_start)
      batch.push_back(wanted);
    else
      spdlog::error("gateway: the definition of {} is gone; it cannot be started", wanted.task->arn);
    const bool last = i + 1 == look.wanted.size();
    if (batch.empty() || (batch.size() < limits_.tasks_per_payload && !last)) continue;
    auto full = std::exchange(batch, {});
    const auto sent = co_await send_payload(socket, std::move(full), look);
    if (!sent) co_return sent.error();
    if (closing() || retry_at_ > now()) break;
  }
  co_return Result<void>();
}

Async<Result<void>> AcsSession::send_payload(runtime::MessageSocket& socket, std::vector<WantedTask> tasks,
                                             const Look& look) {
  const auto sequence = co_await next_sequence();
  if (!sequence) {
    if (sequence.error().code == ErrorCode::closed)
      request_close({kPolicyViolation, "replaced by a newer connection"});
    else
      retry_later();
    co_return Result<void>();
  }
  std::vector<model::acs::Task> translated;
  for (const auto& wanted : tasks) {
    const auto definition = look.definitions.find(wanted.task.get());
    const bool known = definition != look.definitions.end();
    translated.push_back(
        translate_task(*wanted.task, known ? definition->second.get() : nullptr, wanted.stop));
    if (known && !wanted.stop)
      roles_.add_to(translated.back(), *wanted.task, *definition->second, {runtime_.clock().wall(), now()});
  }
  const PayloadHead head{runtime_.ids().uuid(), domain::cluster_arn(context_.realm, context_.cluster),
                         context_.instance_arn, *sequence, runtime_.clock().wall()};
  std::string text = payload_message(head, std::move(translated));
  if (!manifest_id_.empty() && now() - manifest_sent_at_ < limits_.redelivery)
    for (const auto& wanted : tasks)
      if (wanted.stop) stops_told_.insert(wanted.task->id);
  // Noted first: the acknowledgement may be read before send() has returned.
  const std::size_t again = deliveries_.note_sent(head.message_id, tasks, now(), *sequence);
  counters_.payloads.fetch_add(1, std::memory_order_relaxed);
  counters_.payload_tasks.fetch_add(tasks.size(), std::memory_order_relaxed);
  counters_.redeliveries.fetch_add(again, std::memory_order_relaxed);
  co_return co_await socket.send(std::move(text));
}

Async<Result<void>> AcsSession::refresh_credentials(runtime::MessageSocket& socket, Look look) {
  if (!roles_.due(now()) || closing()) co_return Result<void>();
  const BothClocks both{runtime_.clock().wall(), now()};
  for (const auto& task : look.kept) {
    const auto definition = look.definitions.find(task.get());
    if (definition == look.definitions.end()) continue;
    auto messages = roles_.check(*task, *definition->second, both);
    for (auto& message : messages) {
      message.message_id = runtime_.ids().uuid();
      std::string text = envelope_of("IAMRoleCredentialsMessage", message);
      const auto sent = co_await socket.send(std::move(text));
      if (!sent) co_return sent.error();
    }
  }
  roles_.checked(now());
  co_return Result<void>();
}

Async<Result<void>> AcsSession::update_agent(runtime::MessageSocket& socket,
                                             std::optional<domain::AgentUpdateStatus> status) {
  if (!domain::is_in_progress(status)) {
    update_.reset();
    co_return Result<void>();
  }
  if (!update_) update_ = std::make_unique<AgentUpdate>(store_, runtime_, limits_, packages_, context_);
  auto message = co_await update_->step(status);
  if (!message) {
    spdlog::warn("gateway: the update of {}: {}", context_.instance_arn, message.error().message);
    retry_later();
    co_return Result<void>();
  }
  if (!*message) co_return Result<void>();
  co_return co_await socket.send(*std::move(*message));
}

Async<Result<std::int64_t>> AcsSession::next_sequence() {
  if (sequence_next_ > sequence_last_) {
    const auto last =
        co_await reserve_sequence(store_, runtime_, context_.instance_key, epoch_, limits_.sequence_block);
    if (!last) co_return last.error();
    sequence_next_ = *last - limits_.sequence_block + 1;
    sequence_last_ = *last;
  }
  co_return sequence_next_++;
}

Async<void> AcsSession::end_absence() {
  if (!was_away_ || !given_up_.empty()) co_return;
  const auto ended = co_await forget_absence(store_, runtime_, context_.instance_key, epoch_);
  if (ended)
    was_away_ = false;
  else
    retry_later();
}

Async<Result<void>> AcsSession::keep_alive(runtime::MessageSocket& socket) {
  const bool promised = context_.request.protocol_version >= kAnswersHeartbeats;
  if (promised && now() - last_heard_ >= limits_.silence_max) {
    request_close({kPolicyViolation, "heartbeats are not answered"});
    co_return Result<void>();
  }
  if (now() < next_heartbeat_) co_return Result<void>();
  next_heartbeat_ = now() + limits_.heartbeat_interval;
  co_return co_await socket.send(heartbeat_message(runtime_.ids().uuid()));
}

}  // namespace berth::gateway::acs
