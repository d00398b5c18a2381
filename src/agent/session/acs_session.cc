#include "agent/session/acs_session.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "agent/session/acs_messages.h"
#include "base/encoding.h"
#include "model/acs/acs_codec.h"
#include "model/codec_support.h"
#include "runtime/sync.h"

namespace berth::agent::session {
namespace {

constexpr Duration kSendRetry = std::chrono::milliseconds(1);

class Busy {
 public:
  explicit Busy(bool& flag) : flag_(flag) { flag_ = true; }
  ~Busy() { flag_ = false; }
  Busy(const Busy&) = delete;
  Busy& operator=(const Busy&) = delete;

 private:
  bool& flag_;
};

constexpr std::int64_t kSilenceMsMin = 60'000;

// What stands between the scheme and the path of an endpoint.
std::string host_of(const std::string& endpoint) {
  const auto scheme = endpoint.find("://");
  const auto from = scheme == std::string::npos ? 0 : scheme + 3;
  return endpoint.substr(from, endpoint.find('/', from) - from);
}

// The path of the endpoint, ending in '/', and where to dial.
std::string path_of(const std::string& endpoint) {
  const auto scheme = endpoint.find("://");
  const auto slash = endpoint.find('/', scheme == std::string::npos ? 0 : scheme + 3);
  std::string path = slash == std::string::npos ? "/" : endpoint.substr(slash);
  if (!path.ends_with('/')) path += '/';
  return path;
}

}  // namespace

AcsSession::AcsSession(AcsDeps deps) : deps_(std::move(deps)), random_(deps_.runtime.fork_random()) {}

Async<void> AcsSession::run() {
  const Executor executor = co_await current_executor();
  runtime::TaskGroup reporting(executor, runtime::TaskGroup::Leftovers::abandoned);
  reporting_ = &reporting;
  std::exception_ptr ended;
  try {
    co_await run_sessions();
  } catch (...) {
    ended = std::current_exception();
  }
  reporting.cancel();
  co_await ignore_cancellation();
  co_await reporting.drain();
  reporting_ = nullptr;
  if (ended) std::rethrow_exception(ended);
}

Async<void> AcsSession::run_sessions() {
  Backoff backoff(kAcsBackoff, deps_.runtime.fork_random());
  for (;;) {
    connected_at_.reset();
    const Ending ending = co_await connect_once();
    const MonotonicTime now = deps_.runtime.clock().monotonic();
    const Duration lived = now - connected_at_.value_or(now);
    co_await follow_up(ending);
    co_await deps_.runtime.sleep(reconnect_wait(backoff, ending, lived));
  }
}

Async<void> AcsSession::follow_up(Ending ending) {
  if (ending == Ending::inactive) {
    spdlog::warn("agent: this container instance is deregistered; trying again in an hour");
    if (!std::exchange(deregistered_, true) && deps_.deregistered) deps_.deregistered();
  }
  if (ending != Ending::unknown || deregistered_ || !deps_.register_again) co_return;
  spdlog::warn("agent: the control plane does not know container instance {}; registering again",
               deps_.registered.container_instance_arn);
  co_await deps_.register_again();
}

// The endpoint is asked for once and kept: a control plane that moved is found again because a failed connect
// forgets it.
Async<std::string> AcsSession::discover() {
  if (!endpoint_.empty()) co_return endpoint_;
  JsonObject request;
  request["cluster"] = deps_.registered.cluster;
  request["containerInstance"] = deps_.registered.container_instance_arn;
  std::string body = render_json(JsonValue(std::move(request)));
  auto outcome = co_await deps_.api.call("DiscoverPollEndpoint", std::move(body), kDiscoverTimeout);
  if (const auto* failure = std::get_if<ApiFailure>(&outcome)) {
    spdlog::warn("agent: DiscoverPollEndpoint failed: {} {}", failure->code, failure->message);
    co_return std::string();
  }
  endpoint_ = text_of(std::get<JsonObject>(outcome), "endpoint");
  co_return endpoint_;
}

std::string AcsSession::target(const std::string& base_path) const {
  const auto encode = [](std::string_view text) { return encode_uri(text); };
  std::string query =
      fmt::format("agentHash=berth&agentVersion={}&clusterArn={}&containerInstanceArn={}", BERTH_VERSION,
                  encode(deps_.registered.cluster), encode(deps_.registered.container_instance_arn));
  if (!deps_.docker_version.empty())
    query += "&dockerVersion=" + encode("DockerVersion: " + deps_.docker_version);
  query += fmt::format("&protocolVersion=2&sendCredentials={}&seqNum={}",
                       sent_credentials_request_ ? "false" : "true",
                       std::max<std::int64_t>(1, deps_.tasks.sequence()));
  return base_path + "ws?" + query;
}

Async<Ending> AcsSession::connect_once() {
  const std::string endpoint = co_await discover();
  if (endpoint.empty()) co_return Ending::broken;
  auto request = signed_handshake(deps_.api.endpoint(), target(path_of(endpoint)), deps_.api.signing_time(),
                                  deps_.api.signing_keys());
  spdlog::info("acs client: Creating poll dialer host={}", host_of(endpoint));
  auto socket = co_await deps_.dialer.dial(std::move(request), kDialTimeout);
  if (!socket) {
    const auto& error = socket.error();
    const auto says = [&](const char* name) { return error.message.find(name) != std::string::npos; };
    if (says("InactiveInstanceException")) co_return Ending::inactive;
    spdlog::warn("agent: ACS connect to {} failed: {}", endpoint, error.message);
    endpoint_.clear();
    const bool unknown = says("InvalidInstanceException") || says("InvalidClusterException");
    co_return unknown ? Ending::unknown : Ending::broken;
  }
  spdlog::info("agent: connected to ACS at {}", endpoint);
  connected_at_ = deps_.runtime.clock().monotonic();
  sent_credentials_request_ = true;
  if (deps_.connected) deps_.connected();
  std::shared_ptr<runtime::MessageSocket> live = *std::move(socket);
  socket_ = live;
  const Ending ending = co_await converse(std::move(live));
  co_return ending;
}

Async<Ending> AcsSession::converse(std::shared_ptr<runtime::MessageSocket> socket) {
  for (;;) {
    const Duration silence =
        std::chrono::milliseconds(kSilenceMsMin + static_cast<std::int64_t>(random_.below(kSilenceMsMin)));
    auto text = co_await runtime::with_deadline<std::string>(deps_.runtime, silence, socket->receive());
    if (!text) {
      socket->close(1000, "ConnectionExpired: Reconnect to continue");
      if (text.error().code == ErrorCode::closed) co_return Ending::normal;
      spdlog::warn("agent: ACS connection lost: {}", text.error().message);
      co_return Ending::broken;
    }
    co_await handle(*std::move(text), socket);
  }
}

Async<void> AcsSession::handle(std::string text, std::shared_ptr<runtime::MessageSocket> socket) {
  auto envelope = parse_envelope(text);
  if (!envelope) {
    spdlog::warn("agent: a message that cannot be read: {}", envelope.error().message);
    co_return;
  }
  if (envelope->type == "PayloadMessage") {
    co_await handle_payload(envelope->message, socket);
    co_return;
  }
  if (envelope->type == "StageUpdateMessage" || envelope->type == "PerformUpdateMessage") {
    if (deps_.handle_update) deps_.handle_update(*envelope);
    co_return;
  }
  if (envelope->type == "IAMRoleCredentialsMessage" && !keep_credentials(*envelope)) co_return;
  const Self self{deps_.registered.cluster, deps_.registered.container_instance_arn};
  std::vector<std::string> replies = replies_to(*envelope, self);
  if (envelope->type == "TaskManifestMessage")
    std::ranges::move(compare_manifest(*envelope), std::back_inserter(replies));
  for (auto& reply : replies) {
    const auto sent = co_await send(socket, std::move(reply));
    if (!sent) co_return;
  }
}

std::vector<std::string> AcsSession::compare_manifest(const Envelope& manifest) {
  const auto expected = expected_of(manifest);
  TaskSink::Differences differences = deps_.tasks.compare(expected);
  for (const std::string& arn : differences.surplus)
    spdlog::warn("agent: the control plane does not want task {} here", arn);
  for (const std::string& arn : differences.missing) spdlog::warn("agent: task {} is not known here", arn);
  // Only Berth says what it thinks of each task, and understands the answer.
  if (std::ranges::none_of(expected, [](const auto& one) { return one.last_status.has_value(); }))
    differences.missing.clear();
  return difference_messages(text_of(manifest.message, "messageId"), deps_.registered.cluster, differences);
}

bool AcsSession::keep_credentials(const Envelope& envelope) {
  const auto credentials = credentials_of(envelope);
  if (credentials && deps_.keep_credentials && deps_.keep_credentials(*credentials)) return true;
  spdlog::warn("agent: credentials of a role that no running task here has are not taken");
  return false;
}

Async<void> AcsSession::handle_payload(const JsonObject& message,
                                       std::shared_ptr<runtime::MessageSocket> socket) {
  model::DecodeContext problems(model::DecodeMode::lenient);
  model::acs::PayloadMessage payload;
  if (!decode(JsonValue(message), payload, problems) || !payload.message_id) {
    spdlog::error("agent: a payload that cannot be read: {}", problems.summary());
    co_return;
  }
  std::vector<model::acs::Task> tasks = std::move(payload.tasks).value_or(std::vector<model::acs::Task>());
  std::vector<std::string> credential_acks;
  for (const auto& task : tasks) {
    for (const auto* role : {&task.role_credentials, &task.execution_role_credentials}) {
      if (!*role) continue;
      if (deps_.keep_credentials) deps_.keep_credentials(**role);
      credential_acks.push_back(credentials_ack(*payload.message_id, **role));
    }
  }
  const auto refused = co_await deps_.tasks.accept(std::move(tasks), payload.seq_num.value_or(0));
  for (const auto& task : refused) {
    if (task.reason.empty()) continue;
    spdlog::error("agent: task {} refused: {}", task.task_arn, task.reason);
    // Without an acknowledgement the payload comes again: one report at a time is enough.
    if (refused_.insert(task.task_arn).second) reporting_->spawn(report_refused(task));
  }
  for (auto& ack : credential_acks) {
    const auto sent = co_await send(socket, std::move(ack));
    if (!sent) co_return;
  }
  // A payload with a task that makes no sense is not acknowledged: the report of that task is its answer.
  if (!refused.empty()) co_return;
  std::string ack = payload_ack(payload.cluster_arn.value_or(deps_.registered.cluster),
                                deps_.registered.container_instance_arn, *payload.message_id);
  const auto sent = co_await send(socket, std::move(ack));
  if (!sent) spdlog::warn("agent: an acknowledgement was not sent: {}", sent.error().message);
}

Async<Result<void>> AcsSession::send(std::shared_ptr<runtime::MessageSocket> socket, std::string message) {
  // A socket takes one message at a time; two senders meet only around updates.
  while (sending_) co_await deps_.runtime.sleep(kSendRetry);
  const Busy busy(sending_);
  const auto sent = co_await socket->send(std::move(message));
  co_return sent;
}

Async<void> AcsSession::say(std::string message) {
  auto socket = socket_.lock();
  if (!socket) co_return;
  const auto sent = co_await send(std::move(socket), std::move(message));
  if (!sent) spdlog::warn("agent: a message was not sent: {}", sent.error().message);
}

Async<void> AcsSession::report_refused(TaskSink::Refused task) {
  JsonObject report;
  report["task"] = task.task_arn;
  report["status"] = "STOPPED";
  report["reason"] = task.reason;
  std::string body = render_json(JsonValue(std::move(report)));
  co_await deps_.reports.submit_task_state_change(task.task_arn, std::move(body));
  refused_.erase(task.task_arn);
}

}  // namespace berth::agent::session
