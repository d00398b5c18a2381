#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "agent/session/acs_messages.h"
#include "agent/session/backoff.h"
#include "agent/session/ecs_api.h"
#include "agent/session/registration.h"
#include "agent/session/task_sink.h"
#include "base/random.h"
#include "runtime/task_group.h"

namespace berth::agent::session {

struct AcsDeps {
  EcsApi& api;
  runtime::SocketDialer& dialer;
  runtime::Runtime& runtime;
  TaskSink& tasks;
  ReportSink& reports;
  const Registered& registered;
  std::string docker_version;
  /// Takes StageUpdateMessage and PerformUpdateMessage; its answers come by AcsSession::say().
  std::function<void(const Envelope&)> handle_update;
  /// Keeps the credentials that a message or task brought. False when no running task has their id.
  std::function<bool(const model::acs::IAMRoleCredentials&)> keep_credentials;
  std::function<void()> connected;  ///< Called after each connect.
  /// Registers this instance again, because the control plane does not know it (any more). May be empty.
  std::function<Async<void>()> register_again = {};
  /// Called when the control plane says that this instance is deregistered. May be empty.
  std::function<void()> deregistered = {};
};

/// The agent's end of ACS (agent-protocol 4): asks for the endpoint, connects, handles messages, and connects
/// again, for as long as it is not cancelled.
///
/// Runs on: the agent's executor. Payloads are handled strictly in order of arrival, and acknowledged only
/// when the
///          tasks are in the checkpoint. Tasks that make no sense are reported beside it, for as long as
///          that takes: nothing else waits for them.
/// Limits:  reconnects after 250 ms growing by half to 20 s, with up to a fifth of jitter; after
///          InactiveInstanceException an hour. An instance that the control plane does not know registers
///          again, unless it was told before that it is deregistered. A connection on which nothing comes for
///          1 to 2 minutes is given up.
class AcsSession {
 public:
  explicit AcsSession(AcsDeps deps);
  Async<void> run();
  /// Sends a message on the connection that there is; without one it is lost.
  Async<void> say(std::string message);

 private:
  /// One message after the other, whoever sends.
  Async<Result<void>> send(std::shared_ptr<runtime::MessageSocket> socket, std::string message);
  Async<void> run_sessions();
  Async<void> report_refused(TaskSink::Refused task);
  Async<std::string> discover();
  Async<void> follow_up(Ending ending);
  std::vector<std::string> compare_manifest(const Envelope& manifest);
  Async<Ending> connect_once();
  Async<Ending> converse(std::shared_ptr<runtime::MessageSocket> socket);
  Async<void> handle(std::string text, std::shared_ptr<runtime::MessageSocket> socket);
  Async<void> handle_payload(const JsonObject& message, std::shared_ptr<runtime::MessageSocket> socket);
  /// False when they are of no task here: then they are not acknowledged.
  bool keep_credentials(const Envelope& envelope);
  std::string target(const std::string& base_path) const;

  AcsDeps deps_;
  Prng random_;
  std::string endpoint_;
  std::optional<MonotonicTime> connected_at_;  ///< Of the present connection.
  bool sent_credentials_request_ = false;
  bool deregistered_ = false;  ///< And then forgotten: it is not to come back by itself.
  std::weak_ptr<runtime::MessageSocket> socket_;
  bool sending_ = false;
  runtime::TaskGroup* reporting_ = nullptr;  ///< While run() does.
  std::set<std::string> refused_;            ///< Tasks of which a report is on its way.
};

}  // namespace berth::agent::session
