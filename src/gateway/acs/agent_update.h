#pragma once
#include <optional>
#include <string>

#include "domain/agent_update.h"
#include "gateway/handshake.h"
#include "gateway/limits.h"
#include "runtime/runtime.h"
#include "store/store.h"

namespace berth::gateway::acs {

/// StageUpdateMessage and PerformUpdateMessage (agent-protocol 12).
struct UpdateHead {
  std::string message_id, cluster_arn, container_instance_arn, location, sha256;
};
std::string stage_update_message(const UpdateHead& head);
std::string perform_update_message(const UpdateHead& head);

/// Drives the update of one agent, as its session sees it: tells it to download, then to restart, and writes
/// how far it is into the instance's record. What a session before was told is told again: agents answer a
/// download that they have at once.
///
/// Borrows: what it is given.
/// Runs on: the session's executor.
/// Limits: GatewayLimits::update_answer_max for each answer; then the update has FAILED. It stays STAGED for
///   update_staged_min.
class AgentUpdate {
 public:
  AgentUpdate(store::Store& store, runtime::Runtime& runtime, const GatewayLimits& limits,
              const domain::AgentPackages* packages, const SocketContext& context)
      : store_(store), runtime_(runtime), limits_(limits), packages_(packages), context_(context) {}

  /// Brings the record on as far as the agent has answered, and yields the message that is due.
  /// Errors: the store's; the same is tried at the next step.
  Async<Result<std::optional<std::string>>> step(std::optional<domain::AgentUpdateStatus> status);

  /// Whether the answer is to a message of the update. `refusal` absent: acknowledged.
  bool on_answer(const std::string& message_id, std::optional<std::string> refusal);

  /// When step() has something to do even if nothing changes; far away when not.
  MonotonicTime next_due() const;

 private:
  using Status = domain::AgentUpdateStatus;
  enum class Talk { none, staging, staged, performing };

  Async<Result<void>> move(Status from, Status to);
  Async<Result<std::optional<std::string>>> fail(Status from, std::string why);
  Async<Result<std::optional<std::string>>> stage(Status from);
  Async<Result<std::optional<std::string>>> perform(Status from);
  UpdateHead make_head();

  store::Store& store_;
  runtime::Runtime& runtime_;
  const GatewayLimits& limits_;
  const domain::AgentPackages* packages_;
  const SocketContext& context_;
  Talk talk_ = Talk::none;
  std::string message_id_;  ///< That is not answered yet; empty: none.
  MonotonicTime answer_due_;
  MonotonicTime perform_due_{0};  ///< Once staged.
  std::optional<std::string> refusal_;
  domain::AgentPackage package_;
};

}  // namespace berth::gateway::acs
