// HTTP exchanges and socket dialling over SimNetwork.
#include "runtime/sim/sim_network.h"
#include "runtime/sim/sim_socket.h"
#include "runtime/sim/sim_world.h"
#include "runtime/sync.h"

namespace berth::runtime {

namespace {

enum class Fate { arrives, request_lost, response_lost };

/// A request on its way to an address, and where its answer goes. T is what the caller gets.
template <class T>
struct Exchange : std::enable_shared_from_this<Exchange<T>> {
  Exchange(SimNetwork& n, HttpRequest r) : network(n), request(std::move(r)) {}

  /// Sends the answer home. Only the first answer counts.
  void answer(Result<T> result, MonotonicTime earliest = {}) {
    if (std::exchange(answered, true)) return;
    if (fate == Fate::response_lost) result = unavailable("connection reset before the response came");
    network.deliver(server, client,
                    Once<>([self = this->shared_from_this(), result = std::move(result)]() mutable {
                      if (self->client_life->alive) self->reply.set(std::move(result));
                    }),
                    earliest);
  }

  SimNetwork& network;
  HttpRequest request;
  Peer peer;
  std::size_t client = 0;
  std::size_t server = 0;
  std::shared_ptr<const SimLife> client_life;
  Fate fate = Fate::arrives;
  bool answered = false;
  Promise<Result<T>> reply;
};

using CallExchange = Exchange<HttpResponse>;
using DialExchange = Exchange<std::unique_ptr<MessageSocket>>;

/// Resets the connection when the server's coroutine ends without an answer: it was killed.
template <class T>
struct AnswerGuard {
  std::shared_ptr<Exchange<T>> exchange;
  ~AnswerGuard() {
    // One in four: the host went with its process, and the caller has to wait for its timeout.
    if (!exchange->answered && exchange->network.draw(3, 4))
      exchange->answer(unavailable("connection reset by the server"));
  }
};

Async<void> serve(std::shared_ptr<SimNetwork::Listener> listener, std::shared_ptr<CallExchange> exchange) {
  const AnswerGuard<HttpResponse> guard{exchange};
  HttpResponse response = co_await listener->handler.handle(exchange->request, exchange->peer);
  if (!listener->life->alive) co_return;
  exchange->answer(std::move(response));
}

std::shared_ptr<SimLink> make_link(const DialExchange& exchange, const SimNetwork::Listener& listener) {
  auto link = std::make_shared<SimLink>(exchange.network);
  link->ends[0].node = exchange.client;
  link->ends[0].life = exchange.client_life;
  link->ends[1].node = exchange.server;
  link->ends[1].life = listener.life;
  exchange.network.adopt(link);
  return link;
}

/// The accepted upgrade travels as the link's first message, so that nothing overtakes it. The client's
/// socket comes to be on arrival: if the message vanishes, the link is half-open.
void accept(const std::shared_ptr<DialExchange>& exchange, const std::shared_ptr<SimLink>& link) {
  if (std::exchange(exchange->answered, true)) return;
  if (exchange->fate == Fate::response_lost) {
    exchange->answered = false;
    exchange->answer(unavailable("connection reset"));
    link->ends[0].end(unavailable("never opened"));
    link->ends[1].end(unavailable("connection reset"));
    return;
  }
  link->transmit(1, Once<SimEnd&>([exchange, link](SimEnd&) {
                   std::unique_ptr<MessageSocket> socket = std::make_unique<SimSocket>(link, 0);
                   exchange->reply.set(std::move(socket));
                 }));
}

Async<void> serve(std::shared_ptr<SimNetwork::Listener> listener, std::shared_ptr<DialExchange> exchange) {
  const AnswerGuard<std::unique_ptr<MessageSocket>> guard{exchange};
  UpgradeDecision decision = co_await listener->handler.upgrade(exchange->request, exchange->peer);
  if (!listener->life->alive) co_return;
  if (!decision.accepted) {
    exchange->answer(Error{ErrorCode::denied, decision.refusal.body, Retry::no});
    co_return;
  }
  const std::shared_ptr<SimLink> link = make_link(*exchange, *listener);
  SimSocket socket(link, 1);
  accept(exchange, link);
  co_await listener->handler.run_socket(decision.context, socket);
  socket.close(1000, "");
}

/// Runs on the server's node when the request arrives.
template <class T>
void arrive(const std::shared_ptr<Exchange<T>>& exchange, const std::string& address) {
  const auto listener = exchange->network.find_listener(address);
  if (!listener || !listener->life->alive)
    return exchange->answer(unavailable("connection refused by " + address));
  listener->tasks.spawn(serve(listener, exchange));
}

struct Origin {
  SimNetwork& network;
  SimRuntime& runtime;
  std::size_t node;
  std::string address;
};

template <class T>
Async<Result<T>> exchange_on(Origin origin, HttpRequest request, Duration timeout) {
  if (!origin.runtime.alive()) co_return Error{ErrorCode::cancelled, "the process was killed", Retry::no};
  auto exchange = std::make_shared<Exchange<T>>(origin.network, std::move(request));
  exchange->client = origin.node;
  exchange->server = origin.network.node_of(origin.address, origin.node);
  exchange->client_life = origin.runtime.life();
  exchange->peer.address = "10.0.0." + std::to_string(origin.node + 1);
  exchange->peer.host = origin.address;
  if (origin.network.draw_loss(exchange->client, exchange->server))
    exchange->fate = origin.network.draw(1, 2) ? Fate::request_lost : Fate::response_lost;
  origin.network.deliver(exchange->client, exchange->server, Once<>([exchange, address = origin.address] {
                           if (exchange->fate == Fate::request_lost)
                             return exchange->answer(unavailable("connection reset"));
                           arrive(exchange, address);
                         }));
  Async<Result<T>> reply = exchange->reply.wait();
  Result<T> result = co_await with_deadline<T>(origin.runtime, timeout, std::move(reply));
  if (!origin.runtime.alive()) co_return Error{ErrorCode::cancelled, "the process was killed", Retry::no};
  co_return result;
}

class SimHttpCaller final : public HttpCaller {
 public:
  explicit SimHttpCaller(Origin origin) : origin_(std::move(origin)) {}
  Async<Result<HttpResponse>> call(HttpRequest request, Duration timeout) override {
    return exchange_on<HttpResponse>(origin_, std::move(request), timeout);
  }

 private:
  Origin origin_;
};

class SimSocketDialer final : public SocketDialer {
 public:
  explicit SimSocketDialer(Origin origin) : origin_(std::move(origin)) {}
  Async<Result<std::unique_ptr<MessageSocket>>> dial(HttpRequest upgrade, Duration timeout) override {
    return exchange_on<std::unique_ptr<MessageSocket>>(origin_, std::move(upgrade), timeout);
  }

 private:
  Origin origin_;
};

}  // namespace

std::unique_ptr<HttpCaller> SimNetwork::caller(SimNode& from, const std::string& address) {
  return std::make_unique<SimHttpCaller>(Origin{*this, from.runtime(), from.index(), address});
}

std::unique_ptr<SocketDialer> SimNetwork::dialer(SimNode& from, const std::string& address) {
  return std::make_unique<SimSocketDialer>(Origin{*this, from.runtime(), from.index(), address});
}

}  // namespace berth::runtime
