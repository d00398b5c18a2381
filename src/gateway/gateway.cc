#include "gateway/gateway.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <optional>
#include <utility>

#include "gateway/acs/acs_session.h"
#include "gateway/tcs/tcs_session.h"
#include "scheduling/task_writes.h"

namespace berth::gateway {
namespace {

constexpr int kGoingAway = 1001;
constexpr int kTryAgain = 1011;

// Takes a session out of the table whatever ends it. Borrows all it is given.
class Listing {
 public:
  Listing(SessionTable& table, SocketKind kind, const std::string& instance_key, Conversation& session)
      : table_(table), kind_(kind), instance_key_(instance_key), session_(session) {
    listed_ = table_.add(kind_, instance_key_, session_, replaced_);
  }
  ~Listing() {
    if (listed_) table_.remove(kind_, instance_key_, session_);
  }
  Listing(const Listing&) = delete;
  Listing& operator=(const Listing&) = delete;
  bool listed() const { return listed_; }
  bool replaced() const { return replaced_; }

 private:
  SessionTable& table_;
  SocketKind kind_;
  const std::string& instance_key_;
  Conversation& session_;
  bool listed_ = false;
  bool replaced_ = false;
};

}  // namespace

Gateway::Gateway(GatewayDeps deps)
    : deps_(std::move(deps)),
      telemetry_(deps_.limits.telemetry_tasks_max),
      sweep_(deps_.store, deps_.runtime, deps_.limits, sessions_, deps_.owner, deps_.sole),
      marks_(deps_.store, deps_.runtime, deps_.limits),
      alarms_(deps_.runtime),
      tasks_(deps_.runtime.executor()) {}

void Gateway::start() {
  tasks_.spawn(sweep_.run());
  tasks_.spawn(marks_.run());
  tasks_.spawn(alarms_.run());
}

Async<void> Gateway::stop() {
  tasks_.cancel();
  co_await tasks_.drain();
  sessions_.close({kGoingAway, "the control plane stops"});
  const MonotonicTime until = deps_.runtime.clock().monotonic() + deps_.limits.stop_grace;
  while (sessions_.running() > 0) {
    const Duration left = until - deps_.runtime.clock().monotonic();
    if (left <= Duration::zero()) break;
    static_cast<void>(co_await sessions_.changed().wait_for(deps_.runtime, left));
  }
}

runtime::UpgradeDecision Gateway::refuse(const Refusal& refusal) {
  counters_.upgrades_refused.fetch_add(1, std::memory_order_relaxed);
  runtime::UpgradeDecision decision;
  decision.refusal = refusal_response(refusal);
  return decision;
}

Async<runtime::UpgradeDecision> Gateway::upgrade(const runtime::HttpRequest& request,
                                                 const runtime::Peer& peer) {
  auto parsed = parse_socket_request(request.target);
  if (const auto* refusal = std::get_if<Refusal>(&parsed)) co_return refuse(*refusal);
  const auto verified =
      verify_handshake(request, deps_.find_key, deps_.runtime.clock().wall(), signing_keys_);
  if (const auto* refusal = std::get_if<Refusal>(&verified)) {
    spdlog::warn("gateway: refused a socket from {}: {}", peer.address, refusal->message);
    co_return refuse(*refusal);
  }
  const auto& principal = std::get<auth::Principal>(verified);
  const domain::Realm realm{principal.account_id, principal.region};
  std::optional<std::variant<SocketContext, Refusal>> found;
  store::Revision revision;
  {
    const store::View view = co_await deps_.store.read();
    revision = view.revision();
    found = find_socket_instance(view, realm, std::get<SocketRequest>(std::move(parsed)));
  }
  // An agent that is told to give up stays away for an hour: not for something that may yet be lost.
  const auto durable = co_await deps_.store.until_durable(revision);
  if (!durable) co_return refuse({500, "ServerException", "The store is not available."});
  if (const auto* refusal = std::get_if<Refusal>(&*found)) co_return refuse(*refusal);
  runtime::UpgradeDecision decision;
  decision.accepted = true;
  auto context = std::make_shared<SocketContext>(std::get<SocketContext>(std::move(*found)));
  const auto host = runtime::find_header(request.headers, "Host");
  context->origin = fmt::format("{}://{}", peer.tls ? "https" : "http", host.empty() ? peer.host : host);
  decision.context = std::move(context);
  co_return decision;
}

// No coroutine: its frame would last as long as the socket.
Async<void> Gateway::run_socket(std::shared_ptr<void> context, runtime::MessageSocket& socket) {
  auto known = std::static_pointer_cast<SocketContext>(std::move(context));
  if (known->request.kind == SocketKind::control) return run_control(std::move(known), socket);
  return run_telemetry(std::move(known), socket);
}

SessionServices Gateway::services() {
  return {deps_.store, deps_.runtime, deps_.limits, counters_, alarms_, marks_, notes_};
}

Async<bool> Gateway::run_listed(SocketKind kind, const std::string& instance_key, Conversation& session,
                                runtime::MessageSocket& socket) {
  const Listing listing(sessions_, kind, instance_key, session);
  if (listing.replaced()) counters_.sessions_replaced.fetch_add(1, std::memory_order_relaxed);
  if (!listing.listed()) {
    socket.close(kGoingAway, "the control plane stops");
    co_return false;
  }
  co_await session.run(socket);
  co_return true;
}

Async<void> Gateway::run_control(std::shared_ptr<SocketContext> context, runtime::MessageSocket& socket) {
  acs::AcsSession session(services(), std::move(*context), deps_.agent_packages, deps_.task_roles);
  context.reset();
  const std::string& key = session.context().instance_key;
  const std::string& arn = session.context().instance_arn;
  const auto opened = co_await session.open(deps_.owner);
  if (!opened) {
    spdlog::warn("gateway: cannot begin the session of {}: {}", arn, opened.error().message);
    socket.close(opened.error().code == ErrorCode::closed ? 1000 : kTryAgain, opened.error().message);
    co_return;
  }
  spdlog::info("gateway: {} is connected, epoch {}", arn, session.epoch());
  const bool ran = co_await run_listed(SocketKind::control, key, session, socket);
  spdlog::info("gateway: {} has gone, epoch {}", arn, session.epoch());
  // When this process stops, the agent only moves on to the next one.
  if (!ran || sessions_.closed()) co_return;
  const auto marked = co_await mark_disconnected(deps_.store, deps_.runtime, key, session.epoch());
  if (!marked && marked.error().code != ErrorCode::not_found)
    spdlog::warn("gateway: cannot mark {} disconnected: {}", arn, marked.error().message);
}

Async<void> Gateway::run_telemetry(std::shared_ptr<SocketContext> context, runtime::MessageSocket& socket) {
  const std::string key = context->instance_key;
  TcsSession session(services(), telemetry_, std::move(*context));
  context.reset();
  static_cast<void>(co_await run_listed(SocketKind::telemetry, key, session, socket));
}

void Gateway::stop_again(std::shared_ptr<const domain::TaskRecord> task) {
  const std::string key = scheduling::instance_key_of(*task);
  notes_.owe_stop(key, std::move(task));
  sessions_.wake(SocketKind::control, key);
}

std::string Gateway::metrics() const {
  std::string out;
  const auto line = [&](std::string_view name, std::string_view type, std::uint64_t value) {
    out += fmt::format("# TYPE berth_gateway_{} {}\nberth_gateway_{} {}\n", name, type, name, value);
  };
  line("acs_sessions", "gauge", sessions_.size(SocketKind::control));
  line("tcs_sessions", "gauge", sessions_.size(SocketKind::telemetry));
  line("upgrades_refused_total", "counter", counters_.upgrades_refused);
  line("sessions_replaced_total", "counter", counters_.sessions_replaced);
  line("payloads_total", "counter", counters_.payloads);
  line("payload_tasks_total", "counter", counters_.payload_tasks);
  line("payload_redeliveries_total", "counter", counters_.redeliveries);
  line("acks_total", "counter", counters_.acks);
  line("nacks_total", "counter", counters_.nacks);
  line("malformed_messages_total", "counter", counters_.malformed);
  line("telemetry_publishes_total", "counter", counters_.publishes);
  return out;
}

}  // namespace berth::gateway
