#include "agent/session/acs_session.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>

#include "agent/session/acs_messages.h"
#include "base/encoding.h"
#include "model/acs/acs_codec.h"
#include "model/codec_support.h"
#include "runtime/sync.h"

namespace berth::agent::session {
namespace {

constexpr Duration kBackoffMin = std::chrono::milliseconds(250);
constexpr Duration kBackoffMax = std::chrono::minutes(2);
constexpr Duration kInactiveDelay = std::chrono::hours(1);
constexpr Duration kDialTimeout = std::chrono::seconds(30);
constexpr std::int64_t kSilenceMsMin = 60'000;

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
  Duration backoff = kBackoffMin;
  for (;;) {
    const auto began = deps_.runtime.clock().monotonic();
    const Ending ending = co_await connect_once();
    const bool lived = deps_.runtime.clock().monotonic() - began > std::chrono::milliseconds(kSilenceMsMin);
    if (ending == Ending::normal || lived) backoff = kBackoffMin;
    if (ending == Ending::normal) {
      // At once, but not in a circle should the other side close every time.
      if (!lived) co_await deps_.runtime.sleep(kBackoffMin);
      continue;
    }
    Duration wait = backoff;
    if (ending == Ending::inactive) {
      wait = kInactiveDelay;
      spdlog::warn("agent: this container instance is deregistered; trying again in an hour");
    }
    const auto jitter =
        static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(wait.count() / 5 + 1)));
    co_await deps_.runtime.sleep(wait + Duration(jitter));
    backoff = std::min(Duration(backoff.count() * 3 / 2), kBackoffMax);
  }
}

// The endpoint is asked for once and kept: a control plane that moved is found again because a failed connect
// forgets it.
Async<std::string> AcsSession::discover() {
  if (!endpoint_.empty()) co_return endpoint_;
  JsonObject request;
  request["cluster"] = deps_.registered.cluster;
  request["containerInstance"] = deps_.registered.container_instance_arn;
  auto outcome = co_await deps_.api.call("DiscoverPollEndpoint", render_json(JsonValue(std::move(request))));
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

Async<AcsSession::Ending> AcsSession::connect_once() {
  const std::string endpoint = co_await discover();
  if (endpoint.empty()) co_return Ending::broken;
  auto request = signed_handshake(deps_.api.endpoint(), target(path_of(endpoint)),
                                  deps_.runtime.clock().wall(), deps_.api.signing_keys());
  auto socket = co_await deps_.dialer.dial(std::move(request), kDialTimeout);
  if (!socket) {
    const auto& error = socket.error();
    if (error.message.find("InactiveInstanceException") != std::string::npos) co_return Ending::inactive;
    spdlog::warn("agent: ACS connect to {} failed: {}", endpoint, error.message);
    endpoint_.clear();
    co_return Ending::broken;
  }
  spdlog::info("agent: connected to ACS at {}", endpoint);
  sent_credentials_request_ = true;
  const Ending ending = co_await converse(**socket);
  co_return ending;
}

Async<AcsSession::Ending> AcsSession::converse(runtime::MessageSocket& socket) {
  for (;;) {
    const Duration silence =
        std::chrono::milliseconds(kSilenceMsMin + static_cast<std::int64_t>(random_.below(kSilenceMsMin)));
    auto text = co_await runtime::with_deadline<std::string>(deps_.runtime, silence, socket.receive());
    if (!text) {
      socket.close(1000, "ConnectionExpired: Reconnect to continue");
      if (text.error().code == ErrorCode::closed) co_return Ending::normal;
      spdlog::warn("agent: ACS connection lost: {}", text.error().message);
      co_return Ending::broken;
    }
    co_await handle(*std::move(text), socket);
  }
}

Async<void> AcsSession::handle(std::string text, runtime::MessageSocket& socket) {
  auto envelope = parse_envelope(text);
  if (!envelope) {
    spdlog::warn("agent: a message that cannot be read: {}", envelope.error().message);
    co_return;
  }
  if (envelope->type == "PayloadMessage") {
    co_await handle_payload(envelope->message, socket);
    co_return;
  }
  for (auto& reply : replies_to(*envelope, {deps_.registered.cluster, deps_.registered.container_instance_arn,
                                            deps_.updates_enabled})) {
    const auto sent = co_await socket.send(std::move(reply));
    if (!sent) co_return;
  }
  if (envelope->type == "IAMRoleCredentialsMessage" && deps_.keep_credentials) {
    const auto credentials = credentials_of(*envelope);
    if (credentials) deps_.keep_credentials(*credentials);
  }
}

Async<void> AcsSession::handle_payload(const JsonObject& message, runtime::MessageSocket& socket) {
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
    spdlog::error("agent: task {} refused: {}", task.task_arn, task.reason);
    JsonObject report;
    report["task"] = task.task_arn;
    report["status"] = "STOPPED";
    report["reason"] = task.reason;
    co_await deps_.reports.submit_task_state_change(task.task_arn, render_json(JsonValue(std::move(report))));
  }
  for (auto& ack : credential_acks) {
    const auto sent = co_await socket.send(std::move(ack));
    if (!sent) co_return;
  }
  // A payload with a task that makes no sense is not acknowledged: the report of that task is its answer.
  if (!refused.empty()) co_return;
  const auto sent =
      co_await socket.send(payload_ack(payload.cluster_arn.value_or(deps_.registered.cluster),
                                       deps_.registered.container_instance_arn, *payload.message_id));
  if (!sent) spdlog::warn("agent: an acknowledgement was not sent: {}", sent.error().message);
}

}  // namespace berth::agent::session
