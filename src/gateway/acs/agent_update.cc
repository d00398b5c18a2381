#include "gateway/acs/agent_update.h"

#include <spdlog/spdlog.h>

#include <limits>
#include <utility>

#include "domain/arns.h"
#include "gateway/envelope.h"
#include "gateway/instance_writes.h"
#include "model/acs/acs_codec.h"

namespace berth::gateway::acs {
namespace {

using domain::AgentUpdateStatus;

model::acs::UpdateInfo info_of(const UpdateHead& head) {
  model::acs::UpdateInfo info;
  info.location = head.location;
  info.signature = head.sha256;
  return info;
}

template <class Message>
std::string render(std::string_view type, const UpdateHead& head) {
  Message message;
  message.message_id = head.message_id;
  message.cluster_arn = head.cluster_arn;
  message.container_instance_arn = head.container_instance_arn;
  message.update_info = info_of(head);
  return envelope_of(type, message);
}

}  // namespace

std::string stage_update_message(const UpdateHead& head) {
  return render<model::acs::StageUpdateMessage>("StageUpdateMessage", head);
}

std::string perform_update_message(const UpdateHead& head) {
  return render<model::acs::PerformUpdateMessage>("PerformUpdateMessage", head);
}

bool AgentUpdate::on_answer(const std::string& message_id, std::optional<std::string> refusal) {
  if (message_id.empty() || message_id != message_id_) return false;
  message_id_.clear();
  refusal_ = std::move(refusal);
  if (!refusal_ && talk_ == Talk::staging) talk_ = Talk::staged;
  return true;
}

MonotonicTime AgentUpdate::next_due() const {
  if (!message_id_.empty()) return answer_due_;
  return talk_ == Talk::staged ? perform_due_ : MonotonicTime{std::numeric_limits<std::int64_t>::max()};
}

Async<Result<std::optional<std::string>>> AgentUpdate::step(std::optional<Status> status) {
  std::optional<std::string> nothing;
  if (!status || !domain::is_in_progress(status)) {
    talk_ = Talk::none;
    message_id_.clear();
    refusal_.reset();
    co_return nothing;
  }
  if (refusal_) {
    std::string why = "the agent refused: " + *refusal_;
    auto failed = co_await fail(*status, std::move(why));
    co_return failed;
  }
  if (!message_id_.empty()) {
    if (runtime_.clock().monotonic() < answer_due_) co_return nothing;
    std::string why = "the agent does not answer";
    auto failed = co_await fail(*status, std::move(why));
    co_return failed;
  }
  if (talk_ == Talk::none && *status != Status::updating) {
    auto message = co_await stage(*status);
    co_return message;
  }
  if (talk_ == Talk::staged) {
    auto message = co_await perform(*status);
    co_return message;
  }
  co_return nothing;
}

Async<Result<std::optional<std::string>>> AgentUpdate::stage(Status from) {
  const auto newest = packages_ ? packages_->newest() : std::nullopt;
  if (!newest) {
    std::string why = "there is no package any more";
    auto failed = co_await fail(from, std::move(why));
    co_return failed;
  }
  package_ = *newest;
  if (from == Status::pending) {
    const auto moved = co_await move(Status::pending, Status::staging);
    if (!moved) co_return moved.error();
  }
  talk_ = Talk::staging;
  spdlog::info("gateway: {} is told to download {}", context_.instance_arn, package_.file);
  co_return std::optional(stage_update_message(make_head()));
}

Async<Result<std::optional<std::string>>> AgentUpdate::perform(Status from) {
  // Two steps of the record with time between them, so that whoever watches it sees STAGED.
  if (from != Status::staged) {
    const auto moved = co_await move(from, Status::staged);
    if (!moved) co_return moved.error();
    perform_due_ = runtime_.clock().monotonic() + limits_.update_staged_min;
  }
  if (runtime_.clock().monotonic() < perform_due_) co_return std::optional<std::string>();
  const auto moved = co_await move(Status::staged, Status::updating);
  if (!moved) co_return moved.error();
  talk_ = Talk::performing;
  spdlog::info("gateway: {} is told to restart with {}", context_.instance_arn, package_.file);
  co_return std::optional(perform_update_message(make_head()));
}

UpdateHead AgentUpdate::make_head() {
  message_id_ = runtime_.ids().uuid();
  answer_due_ = runtime_.clock().monotonic() + limits_.update_answer_max;
  return {message_id_, domain::cluster_arn(context_.realm, context_.cluster), context_.instance_arn,
          packages_->location(package_, context_.origin), package_.sha256};
}

Async<Result<void>> AgentUpdate::move(Status from, Status to) {
  InstanceChange change =
      [=](const domain::ContainerInstanceRecord& before) -> std::optional<domain::ContainerInstanceRecord> {
    if (before.agent_update_status != from) return std::nullopt;
    domain::ContainerInstanceRecord after = before;
    after.agent_update_status = to;
    ++after.version;
    return after;
  };
  co_return co_await change_instance(store_, runtime_, context_.instance_key, std::move(change));
}

Async<Result<std::optional<std::string>>> AgentUpdate::fail(Status from, std::string why) {
  const auto moved = co_await move(from, Status::failed);
  if (!moved) co_return moved.error();
  spdlog::warn("gateway: the update of {} failed: {}", context_.instance_arn, why);
  talk_ = Talk::none;
  message_id_.clear();
  refusal_.reset();
  co_return std::optional<std::string>();
}

}  // namespace berth::gateway::acs
