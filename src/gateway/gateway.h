#pragma once
#include <memory>
#include <string>

#include "auth/sigv4.h"
#include "domain/agent_update.h"
#include "domain/stop_repeater.h"
#include "domain/task_roles.h"
#include "gateway/absence.h"
#include "gateway/limits.h"
#include "gateway/session_services.h"
#include "gateway/session_table.h"
#include "gateway/tcs/telemetry_store.h"
#include "runtime/runtime.h"
#include "runtime/task_group.h"
#include "runtime/transport.h"
#include "store/store.h"

namespace berth::gateway {

struct GatewayDeps {
  store::Store& store;
  runtime::Runtime& runtime;
  auth::KeyLookup find_key;
  std::string owner;  ///< Names this control plane in the records of the instances whose sockets it holds.
  /// No other control plane shares the store: sessions that records give to another owner are left over from
  /// before.
  bool sole = true;
  GatewayLimits limits = {};
  /// New agents to offer; null: none.
  const domain::AgentPackages* agent_packages = nullptr;
  /// Keys of tasks' roles; null: none.
  const domain::TaskRoles* task_roles = nullptr;
};

/// Where agents connect: their control sockets (ACS) and telemetry (TCS), under `/acs/ws` and `/telemetry/ws`
/// or any other path whose query tells which it is.
///
/// Borrows: store and runtime, until stop() has completed.
/// Runs on: start() and stop() on runtime.executor(); upgrade() and run_socket() on any executor, each
/// session staying on
///          its connection's; the rest on any thread.
/// Errors:  refused upgrades carry the exceptions that agents know: InactiveInstanceException for
/// deregistered
///          instances, InvalidInstanceException, InvalidClusterException, AccessDeniedException,
///          BadRequestException.
class Gateway final : public domain::StopRepeater {
 public:
  explicit Gateway(GatewayDeps deps);
  Gateway(const Gateway&) = delete;
  Gateway& operator=(const Gateway&) = delete;

  /// Before the first socket: no agent is connected any more, those that were are awaited.
  Async<void> await_agents() { return sweep_.await_agents(); }
  /// Begins to watch for agents that do not come back, and to write what those that are here acknowledge.
  void start();
  /// Closes all sockets with 1001 and waits for their sessions, at most GatewayLimits::stop_grace. The
  /// records stay: the next process awaits their agents.
  Async<void> stop();

  /// As runtime::RequestHandler.
  Async<runtime::UpgradeDecision> upgrade(const runtime::HttpRequest& request, const runtime::Peer& peer);
  Async<void> run_socket(std::shared_ptr<void> context, runtime::MessageSocket& socket);

  /// To the agent of the task's instance: now if it is connected here, else when it comes.
  void stop_again(std::shared_ptr<const domain::TaskRecord> task) override;

  /// Prometheus text.
  std::string metrics() const;
  const TelemetryStore& telemetry() const { return telemetry_; }

 private:
  runtime::UpgradeDecision refuse(const Refusal& refusal);
  Async<void> run_control(std::shared_ptr<SocketContext> context, runtime::MessageSocket& socket);
  Async<void> run_telemetry(std::shared_ptr<SocketContext> context, runtime::MessageSocket& socket);
  SessionServices services();
  /// Runs a session while it is in the table. False: it never began. Borrows all it is given.
  Async<bool> run_listed(SocketKind kind, const std::string& instance_key, Conversation& session,
                         runtime::MessageSocket& socket);

  GatewayDeps deps_;
  Counters counters_;
  auth::SigningKeyCache signing_keys_;
  SessionTable sessions_;
  TelemetryStore telemetry_;
  AbsenceSweep sweep_;
  DeliveryMarks marks_;
  AgentNotes notes_;
  Alarms alarms_;
  runtime::TaskGroup tasks_;
};

}  // namespace berth::gateway
