#include "agent/telemetry/tcs_session.h"

#include <algorithm>
#include <array>
#include <set>

#include "auth/sigv4.h"
#include "base/encoding.h"
#include "base/log.h"
#include "runtime/sync.h"

namespace berth::agent::telemetry {
namespace {

constexpr Duration kSilenceMin = std::chrono::minutes(1);

/// The path of a URL, ending in '/'.
std::string path_of(const std::string& url) {
  const auto scheme = url.find("://");
  const auto slash = url.find('/', scheme == std::string::npos ? 0 : scheme + 3);
  std::string path = slash == std::string::npos ? "/" : url.substr(slash);
  if (!path.ends_with('/')) path += '/';
  return path;
}

}  // namespace

TcsSession::TcsSession(TcsDeps deps) : deps_(std::move(deps)), random_(deps_.runtime.fork_random()) {}

void TcsSession::start(runtime::TaskGroup& group) {
  group.spawn(talk());
  for (std::size_t share = 0; share < kSamplersMax; ++share) group.spawn(sample_forever(share));
}

Async<void> TcsSession::talk() {
  session::Backoff backoff(session::kTcsBackoff, deps_.runtime.fork_random());
  while (true) {
    connected_at_.reset();
    const session::Ending ending = co_await connect_once();
    const MonotonicTime now = deps_.runtime.clock().monotonic();
    const Duration lived = now - connected_at_.value_or(now);
    co_await deps_.runtime.sleep(session::reconnect_wait(backoff, ending, lived));
  }
}

// --- reading counters
// ---------------------------------------------------------------------------------------

Async<void> TcsSession::sample_forever(std::size_t share) {
  CounterReader reader(deps_.counters, deps_.containers);
  while (true) {
    const auto containers = running_containers(deps_.tasks.list());
    for (std::size_t i = share; i < containers.size(); i += kSamplersMax) {
      auto stats = co_await reader.read(containers[i]);
      if (stats.ok()) samples_[containers[i].docker_id].add(*stats);
    }
    co_await deps_.runtime.sleep(kSampleInterval);
  }
}

std::vector<model::tcs::TaskMetric> TcsSession::take_metrics() {
  std::vector<model::tcs::TaskMetric> metrics;
  std::set<std::string> known;
  for (const engine::TaskState* task : deps_.tasks.list()) {
    std::vector<model::tcs::ContainerMetric> containers;
    for (std::size_t i = 0; i < task->containers.size(); ++i) {
      const auto samples = samples_.find(task->containers[i].docker_id);
      if (samples == samples_.end()) continue;
      if (task->containers[i].known == engine::Status::running) known.insert(samples->first);
      auto metric = samples->second.take();
      if (!metric) continue;
      metric->container_name = task->spec.containers[i].name;
      containers.push_back(std::move(*metric));
    }
    if (containers.empty()) continue;
    model::tcs::TaskMetric metric;
    metric.task_arn = task->spec.arn;
    metric.cluster_arn = deps_.registered.cluster;
    metric.task_definition_family = task->spec.family;
    metric.task_definition_version = task->spec.version;
    metric.container_metrics = std::move(containers);
    metrics.push_back(std::move(metric));
  }
  std::erase_if(samples_, [&](const auto& entry) { return !known.contains(entry.first); });
  return metrics;
}

// --- the connection
// -----------------------------------------------------------------------------------------

Async<std::string> TcsSession::discover() {
  if (!endpoint_.empty()) co_return endpoint_;
  const JsonObject request{{"cluster", deps_.registered.cluster},
                           {"containerInstance", deps_.registered.container_instance_arn}};
  std::string body = render_json(request);
  auto outcome = co_await deps_.api.call("DiscoverPollEndpoint", std::move(body), session::kDiscoverTimeout);
  if (const auto* failure = std::get_if<session::ApiFailure>(&outcome)) {
    spdlog::debug("agent: DiscoverPollEndpoint failed: {} {}", failure->code, failure->message);
    co_return std::string();
  }
  endpoint_ = session::text_of(std::get<JsonObject>(outcome), "telemetryEndpoint");
  co_return endpoint_;
}

Async<session::Ending> TcsSession::connect_once() {
  const std::string endpoint = co_await discover();
  if (endpoint.empty()) co_return session::Ending::broken;
  target_ = path_of(endpoint) + "ws?agentHash=berth&agentVersion=" + encode_uri(deps_.agent_version) +
            "&cluster=" + encode_uri(deps_.registered.cluster) +
            "&containerInstance=" + encode_uri(deps_.registered.container_instance_arn) +
            "&dockerVersion=" + encode_uri(deps_.docker_version);
  auto request = session::signed_handshake(deps_.api.endpoint(), target_, deps_.api.signing_time(),
                                           deps_.api.signing_keys());
  auto socket = co_await deps_.dialer.dial(std::move(request), session::kDialTimeout);
  if (!socket) {
    spdlog::debug("agent: TCS connect to {} failed: {}", endpoint, socket.error().message);
    endpoint_.clear();
    co_return session::Ending::broken;
  }
  spdlog::info("agent: connected to TCS at {}", endpoint);
  connected_at_ = deps_.runtime.clock().monotonic();
  engine_told_ = false;
  const session::Ending ending = co_await converse(**socket);
  co_return ending;
}

Async<session::Ending> TcsSession::converse(runtime::MessageSocket& socket) {
  const Executor executor = co_await current_executor();
  runtime::TaskGroup publisher(executor, runtime::TaskGroup::Leftovers::abandoned);
  publisher.spawn(publish_forever(socket));
  session::Ending ending = session::Ending::broken;
  std::exception_ptr cancelled;
  try {
    while (true) {
      const Duration silence =
          kSilenceMin + Duration(random_.below(static_cast<std::uint64_t>(kSilenceMin.count())));
      auto text = co_await runtime::with_deadline<std::string>(deps_.runtime, silence, socket.receive());
      if (text) continue;  // acknowledgements and heartbeats say only that the other side is there
      if (text.error().code == ErrorCode::closed) ending = session::Ending::normal;
      break;
    }
  } catch (...) {
    cancelled = std::current_exception();
  }
  socket.close(1000, "ConnectionExpired: Reconnect to continue");
  publisher.cancel();
  if (cancelled) co_await ignore_cancellation();
  co_await publisher.drain();
  if (cancelled) std::rethrow_exception(cancelled);
  co_return ending;
}

// --- publishing
// ---------------------------------------------------------------------------------------------

std::string TcsSession::frame(const std::string& json) {
  const session::Endpoint& endpoint = deps_.api.endpoint();
  const auto question = target_.find('?');
  const std::array headers{HeaderView{"host", endpoint.host}};
  auth::SignedRequest request;
  request.method = "GET";
  request.path = std::string_view(target_).substr(0, question);
  request.query = std::string_view(target_).substr(question + 1);
  request.headers = headers;
  request.body = json;
  const auth::SigningInput input{endpoint.credentials, endpoint.region, "ecs", deps_.api.signing_time()};
  const auth::RequestSignature signature = auth::sign_request(request, input, deps_.api.signing_keys());
  std::string text = "Authorization: " + signature.authorization + "\r\nHost: " + endpoint.host +
                     "\r\nX-Amz-Date: " + signature.date + "\r\n";
  if (!signature.session_token.empty()) text += "X-Amz-Security-Token: " + signature.session_token + "\r\n";
  return text + "\r\n" + json;
}

Async<void> TcsSession::check_engine() {
  using Status = model::tcs::InstanceHealthcheckStatus;
  auto pong = co_await deps_.containers.ping();
  const Status status = pong.ok() ? Status::ok : Status::impaired;
  engine_.updated = deps_.runtime.clock().wall();
  if (status == engine_.status) co_return;
  engine_.status = status;
  engine_.changed = engine_.updated;
  engine_told_ = false;
}

std::vector<std::string> TcsSession::make_messages() {
  Round round{deps_.registered.cluster, deps_.registered.container_instance_arn, deps_.runtime.ids().uuid(),
              deps_.runtime.clock().wall()};
  std::vector<std::string> messages = render_metrics(round, take_metrics());
  if (deps_.health) {
    round.message_id = deps_.runtime.ids().uuid();
    for (std::string& message : render_health(round, deps_.tasks.list()))
      messages.push_back(std::move(message));
  }
  if (!engine_told_) {
    round.message_id = deps_.runtime.ids().uuid();
    messages.push_back(render_instance_status(round, engine_));
    engine_told_ = true;
  }
  return messages;
}

Async<bool> TcsSession::publish(runtime::MessageSocket& socket) {
  const std::vector<std::string> messages = make_messages();
  for (const std::string& message : messages) {
    std::string text = frame(message);
    const auto sent = co_await socket.send(std::move(text));
    if (!sent) co_return false;
  }
  co_return true;
}

Async<void> TcsSession::publish_forever(runtime::MessageSocket& socket) {
  while (true) {
    const bool published = co_await publish(socket);
    if (!published) co_return;  // the reader learns of it too, and reconnects
    co_await deps_.runtime.sleep(kPublishInterval);
    co_await check_engine();
  }
}

}  // namespace berth::agent::telemetry
