#pragma once
#include <functional>
#include <string>

#include "agent/session/ecs_api.h"
#include "agent/session/registration.h"
#include "agent/session/task_sink.h"
#include "base/random.h"

namespace berth::agent::session {

struct AcsDeps {
  EcsApi& api;
  runtime::SocketDialer& dialer;
  runtime::Runtime& runtime;
  TaskSink& tasks;
  ReportSink& reports;
  const Registered& registered;
  std::string docker_version;
  bool updates_enabled = false;
  /// Keeps the credentials that a message or task brought.
  std::function<void(const model::acs::IAMRoleCredentials&)> keep_credentials;
};

/// The agent's end of ACS (agent-protocol 4): asks for the endpoint, connects, handles messages, and connects
/// again, for as long as it is not cancelled.
///
/// Runs on: the agent's executor. Payloads are handled strictly in order of arrival, and acknowledged only
/// when the
///          tasks are in the checkpoint.
/// Limits:  reconnects after 250 ms growing by half to 2 min, with up to a fifth of jitter; after
///          InactiveInstanceException an hour. A connection on which nothing comes for 1 to 2 minutes is
///          given up.
class AcsSession {
 public:
  explicit AcsSession(AcsDeps deps);
  Async<void> run();

 private:
  enum class Ending { normal, broken, inactive };
  Async<std::string> discover();
  Async<Ending> connect_once();
  Async<Ending> converse(runtime::MessageSocket& socket);
  Async<void> handle(std::string text, runtime::MessageSocket& socket);
  Async<void> handle_payload(const JsonObject& message, runtime::MessageSocket& socket);
  std::string target(const std::string& base_path) const;

  AcsDeps deps_;
  Prng random_;
  std::string endpoint_;
  bool sent_credentials_request_ = false;
};

}  // namespace berth::agent::session
