#include "http/server.h"

#include <algorithm>
#include <atomic>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/assert.h"
#include "base/log.h"
#include "http/connection.h"

namespace berth::http {
namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr int kBacklog = 4096;
// So many connections are let in even where others use up the descriptors.
constexpr std::uint64_t kRoomMin = 16;
// After running out of descriptors: time for some to be given back.
constexpr Duration kAcceptRetry = std::chrono::milliseconds(50);
// The store below is only an identity for session resumption.
constexpr const char* kSessionContext = "berth";

Result<std::unique_ptr<asio::ssl::context>> make_tls(const TlsIdentity& identity) {
  auto context = std::make_unique<asio::ssl::context>(asio::ssl::context::tls_server);
  error_code code;
  SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
  SSL_CTX_set_mode(context->native_handle(), SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_session_id_context(context->native_handle(),
                                 reinterpret_cast<const unsigned char*>(kSessionContext), 5);
  context->use_certificate_chain(asio::buffer(identity.certificate_pem), code);
  if (code) return invalid("server certificate: " + code.message());
  context->use_private_key(asio::buffer(identity.key_pem), asio::ssl::context::pem, code);
  if (code) return invalid("server key: " + code.message());
  return context;
}

std::string render(const tcp::endpoint& endpoint) {
  const auto text = endpoint.address().to_string();
  const auto host = endpoint.address().is_v6() ? "[" + text + "]" : text;
  return host + ":" + std::to_string(endpoint.port());
}

/// Completes when what was posted to the executor before has run.
Async<void> settle() {
  co_await asio::post(asio::use_awaitable);
}

Async<void> sweep_loop(Shard& shard) {
  while (true) {
    co_await shard.runtime.sleep(shard.limits.sweep_interval);
    const auto now = shard.runtime.clock().monotonic();
    for (auto* connection : shard.connections) connection->sweep(now);
  }
}

}  // namespace

struct Server::State {
  State(std::vector<Executor> executors, ServerOptions what, ServerLimits bounds,
        runtime::RequestHandler& handler, runtime::Runtime& world)
      : options(std::move(what)), limits(bounds), runtime(world), acceptor(executors.front()) {
    if (!options.budget) options.budget = std::make_shared<ByteBudget>(limits.request_bytes_total_max);
    for (const auto& executor : executors)
      shards.push_back(std::make_unique<Shard>(executor, options, limits, handler, runtime));
  }

  Result<void> listen();
  Async<void> accept_loop();
  void admit(Shard& shard, Channel::Socket socket, runtime::Peer peer, bool crowded);
  void shed_everywhere();
  bool is_crowded(int descriptor);
  static void begin_stop(Shard& shard);
  static Async<void> end(Shard& shard);

  ServerOptions options;
  ServerLimits limits;
  runtime::Runtime& runtime;
  std::unique_ptr<asio::ssl::context> tls;
  asio::basic_socket_acceptor<tcp, Executor> acceptor;
  std::uint16_t port = 0;
  bool started = false;
  std::atomic<bool> stopped{false};
  std::vector<std::unique_ptr<Shard>> shards;
  std::atomic<std::uint64_t> accepted{0};
  std::atomic<std::uint64_t> open_now{0};
  std::uint64_t room = limits.connections_max;  ///< Connections that there is room for, as far as is known.
};

Result<void> Server::State::listen() {
  if (options.tls) {
    auto made = make_tls(*options.tls);
    if (!made.ok()) return made.error();
    tls = std::move(*made);
    for (auto& shard : shards) shard->tls = tls.get();
  }
  error_code code;
  const auto address = asio::ip::make_address(options.address, code);
  if (code) return invalid("listen address '" + options.address + "': " + code.message());
  const tcp::endpoint endpoint(address, options.port);
  acceptor.open(endpoint.protocol(), code);
  if (!code) acceptor.set_option(tcp::acceptor::reuse_address(true), code);
  if (!code) acceptor.bind(endpoint, code);
  if (!code) acceptor.listen(kBacklog, code);
  if (code) {
    error_code ignored;
    acceptor.close(ignored);
    // A connection that goes out may have it too: ports from 32768 on are given to those.
    const std::string way_out =
        code == asio::error::address_in_use
            ? "; `ss -tanp | grep :" + std::to_string(options.port) + "` shows who has it"
            : "";
    return unavailable("listen on " + render(endpoint) + ": " + code.message() + way_out);
  }
  port = acceptor.local_endpoint().port();
  return {};
}

Async<void> Server::State::accept_loop() {
  std::size_t next = 0;
  while (!shards.front()->stopping) {
    Shard& shard = *shards[next++ % shards.size()];
    auto [code, socket] = co_await acceptor.async_accept(shard.executor, asio::as_tuple(asio::use_awaitable));
    if (shards.front()->stopping) co_return;
    if (code) {
      spdlog::warn("http: accept: {}", code.message());
      shed_everywhere();
      co_await runtime.sleep(kAcceptRetry);
      continue;
    }
    accepted.fetch_add(1, std::memory_order_relaxed);
    const bool crowded = is_crowded(socket.native_handle());
    error_code lost;
    const auto remote = socket.remote_endpoint(lost);
    if (lost) continue;
    const auto local = socket.local_endpoint(lost);
    if (lost) continue;
    admit(shard, Channel::Socket(std::move(socket)),
          runtime::Peer{remote.address().to_string(), false, render(local)}, crowded);
    // Not faster than others go: whoever accepts ahead of that runs out of descriptors.
    if (crowded) co_await asio::co_spawn(shard.executor, settle(), asio::use_awaitable);
  }
}

// Descriptors are given out from the lowest free number on: a high one says that most are in use, and by how
// many connections. A low one says nothing, as those that were closed since left gaps.
bool Server::State::is_crowded(int descriptor) {
  const std::uint64_t open = open_now.load();
  if (open < room / 2) room = limits.connections_max;
  if (limits.descriptor_max > 0 && descriptor > limits.descriptor_max && room > kRoomMin)
    room = std::clamp(open, kRoomMin, room);
  return open >= room;
}

// A crowded server lets a connection in when another one goes for it.
void Server::State::admit(Shard& shard, Channel::Socket socket, runtime::Peer peer, bool crowded) {
  auto channel = std::make_shared<Channel>(std::move(socket));
  channel->tune_tcp(std::chrono::duration_cast<std::chrono::milliseconds>(limits.write_timeout));
  ++open_now;
  auto connection = std::make_unique<Connection>(shard, std::move(channel), std::move(peer), open_now);
  asio::post(shard.executor, [&shard, crowded, connection = std::move(connection)]() mutable {
    if (shard.stopping) return;
    if (crowded && !shard.shed_idlest()) {
      ++shard.counters.refused;
      return;
    }
    connection->enlist();
    shard.tasks.spawn(Connection::serve(std::move(connection)));
  });
}

void Server::State::shed_everywhere() {
  for (auto& shard : shards) asio::post(shard->executor, [&shard = *shard] { shard.shed_idlest(); });
}

void Server::State::begin_stop(Shard& shard) {
  shard.stopping = true;
  for (auto* connection : shard.connections) connection->begin_stop();
}

Async<void> Server::State::end(Shard& shard) {
  const auto limit = shard.runtime.clock().monotonic() + shard.limits.stop_grace;
  while (!shard.connections.empty()) {
    const auto left = limit - shard.runtime.clock().monotonic();
    if (left <= Duration::zero()) break;
    co_await shard.connection_ended.wait_for(shard.runtime, left);
  }
  shard.tasks.cancel();
  co_await shard.tasks.drain();
}

Server::Server(std::vector<Executor> executors, ServerOptions options, ServerLimits limits,
               runtime::RequestHandler& handler, runtime::Runtime& runtime)
    : state_(std::make_unique<State>(std::move(executors), std::move(options), limits, handler, runtime)) {}

Server::~Server() {
  check(!state_->started || state_->stopped, "an HTTP server was destroyed before it was stopped");
}

Result<void> Server::start() {
  auto listening = state_->listen();
  if (!listening.ok()) return listening;
  state_->started = true;
  for (auto& shard : state_->shards) {
    asio::post(shard->executor, [&shard = *shard] { shard.tasks.spawn(sweep_loop(shard)); });
  }
  auto& first = *state_->shards.front();
  asio::post(first.executor, [state = state_.get(), &first] { first.tasks.spawn(state->accept_loop()); });
  return {};
}

std::uint16_t Server::port() const {
  return state_->port;
}

Async<void> Server::stop() {
  if (!state_->started) co_return;
  asio::post(state_->shards.front()->executor, [state = state_.get()] {
    error_code ignored;
    state->shards.front()->stopping = true;
    state->acceptor.close(ignored);
  });
  for (auto& shard : state_->shards) {
    asio::post(shard->executor, [&shard = *shard] { State::begin_stop(shard); });
  }
  for (auto& shard : state_->shards) {
    co_await asio::co_spawn(shard->executor, State::end(*shard), asio::use_awaitable);
  }
  state_->stopped = true;
}

ServerStats Server::stats() const {
  ServerStats stats;
  stats.connections = state_->accepted;
  stats.connections_now = state_->open_now;
  for (const auto& shard : state_->shards) {
    stats.websockets_now += shard->counters.websockets_now;
    stats.requests += shard->counters.requests;
    stats.bad_requests += shard->counters.bad_requests;
    stats.timeouts += shard->counters.timeouts;
    stats.connections_shed += shard->counters.shed;
    stats.connections_refused += shard->counters.refused;
  }
  return stats;
}

}  // namespace berth::http
