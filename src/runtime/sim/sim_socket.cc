#include "runtime/sim/sim_socket.h"

namespace berth::runtime {

namespace {

Error broken(const std::string& reason) {
  return unavailable("the connection broke: " + reason);
}

Async<Result<std::string>> receive_on(std::shared_ptr<SimLink> link, std::size_t side) {
  SimEnd& end = link->ends[side];
  while (true) {
    if (!end.life->alive) co_return broken("the process was killed");
    if (!end.inbox.empty()) {
      std::string text = std::move(end.inbox.front());
      end.inbox.pop_front();
      co_return text;
    }
    if (end.over) co_return *end.over;
    if (end.readable->take()) continue;
    const WaitCell::Wake wake = co_await WaitCell::wait(end.readable);
    if (wake == WaitCell::Wake::cancelled) throw_cancelled();
  }
}

Async<Result<void>> send_on(std::shared_ptr<SimLink> link, std::size_t side, std::string text) {
  SimEnd& end = link->ends[side];
  if (!end.life->alive) co_return broken("the process was killed");
  if (end.over) co_return *end.over;
  if (link->network.draw_loss(end.node, link->ends[1 - side].node)) {
    link->reset(side, "reset by the network");
    co_return *end.over;
  }
  link->transmit(side, Once<SimEnd&>([text = std::move(text)](SimEnd& other) mutable {
                   other.inbox.push_back(std::move(text));
                   other.readable->notify();
                 }));
  co_return Result<void>();
}

}  // namespace

void SimLink::transmit(std::size_t side, Once<SimEnd&> effect) {
  SimEnd& from = ends[side];
  const SimEnd& to = ends[1 - side];
  if (from.stalled) return;
  if (network.blocked(from.node, to.node)) {
    // Later messages must not arrive either, even after a heal: the stream would have a hole.
    from.stalled = true;
    auto give_up = [link = shared_from_this(), side](SimContext::TimerEnd) {
      link->reset(side, "nothing was acknowledged");
    };
    network.context().at(from.node, network.context().now() + network.draw_break_delay(),
                         Once<SimContext::TimerEnd>(std::move(give_up)));
    return;
  }
  auto arrive = [link = shared_from_this(), side, effect = std::move(effect)]() mutable {
    SimEnd& target = link->ends[1 - side];
    // As a kernel answers for a connection it no longer has: the sender of a half-open one learns of it here.
    if (target.over || !target.life->alive) return link->reset(1 - side, "the connection is gone");
    effect(target);
  };
  from.last_arrival = network.deliver(from.node, to.node, Once<>(std::move(arrive)), from.last_arrival);
}

void SimLink::reset(std::size_t side, const std::string& reason) {
  SimEnd& from = ends[side];
  const SimEnd& to = ends[1 - side];
  from.end(broken(reason));
  if (to.over) return;
  network.deliver(from.node, to.node, Once<>([link = shared_from_this(), side] {
                    link->ends[1 - side].end(broken("reset by the peer"));
                  }),
                  from.last_arrival);
}

SimSocket::~SimSocket() {
  const SimEnd& end = link_->ends[side_];
  // A killed process says nothing more: SimNetwork::drop_node() decides what its peers notice.
  if (end.life->alive && !end.over) link_->reset(side_, "the socket was dropped");
}

Async<Result<std::string>> SimSocket::receive() {
  return receive_on(link_, side_);
}

Async<Result<void>> SimSocket::send(std::string text) {
  return send_on(link_, side_, std::move(text));
}

void SimSocket::close(int code, std::string reason) {
  SimEnd& end = link_->ends[side_];
  if (end.over || !end.life->alive) return;
  const std::string text = "closed with " + std::to_string(code) + (reason.empty() ? "" : ": " + reason);
  link_->transmit(side_, Once<SimEnd&>([text](SimEnd& other) {
                    other.end(Error{ErrorCode::closed, text, Retry::no});
                  }));
  end.end(Error{ErrorCode::closed, text, Retry::no});
}

}  // namespace berth::runtime
