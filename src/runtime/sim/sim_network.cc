#include "runtime/sim/sim_network.h"

#include <algorithm>

#include "base/assert.h"
#include "runtime/sim/sim_socket.h"
#include "runtime/sim/sim_world.h"

namespace berth::runtime {

SimNetwork::SimNetwork(SimWorld& world) : world_(world), prng_(world.stream("network")) {}

SimNetwork::~SimNetwork() = default;

SimContext& SimNetwork::context() {
  return world_.context();
}

void SimNetwork::listen(SimNode& node, const std::string& address, RequestHandler& handler) {
  check(!listeners_.contains(address), "two listeners on one address");
  listeners_[address] =
      std::make_shared<Listener>(node.index(), handler, node.executor(), node.runtime().life());
  addresses_[address] = node.index();
}

std::shared_ptr<SimNetwork::Listener> SimNetwork::find_listener(const std::string& address) const {
  const auto found = listeners_.find(address);
  return found == listeners_.end() ? nullptr : found->second;
}

std::size_t SimNetwork::node_of(const std::string& address, std::size_t otherwise) const {
  const auto found = addresses_.find(address);
  return found == addresses_.end() ? otherwise : found->second;
}

void SimNetwork::block(const SimNode& from, const SimNode& to) {
  check(from.index() != to.index(), "a node cannot be cut off from itself");
  blocked_.insert({from.index(), to.index()});
}

void SimNetwork::partition(const SimNode& a, const SimNode& b) {
  block(a, b);
  block(b, a);
}

void SimNetwork::isolate(const SimNode& node) {
  for (const auto& other : world_.nodes())
    if (other->index() != node.index()) partition(node, *other);
}

void SimNetwork::heal(const SimNode& a, const SimNode& b) {
  blocked_.erase({a.index(), b.index()});
  blocked_.erase({b.index(), a.index()});
}

void SimNetwork::heal_all() {
  blocked_.clear();
  clogged_.clear();
}

void SimNetwork::clog(const SimNode& from, const SimNode& to, Duration duration) {
  clogged_[{from.index(), to.index()}] = context().now() + duration;
}

MonotonicTime SimNetwork::deliver(std::size_t from, std::size_t to, Once<> work, MonotonicTime earliest) {
  if (blocked(from, to)) {
    context().trace("vanished");
    return earliest;
  }
  const std::int64_t spread = from == to ? 0 : (options.delay_max - options.delay_min).count();
  const Duration delay = (from == to ? Duration(std::chrono::microseconds(50)) : options.delay_min) +
                         Duration(prng_.between(0, std::max<std::int64_t>(spread, 0)));
  MonotonicTime arrival = context().now();
  if (const auto clog = clogged_.find({from, to}); clog != clogged_.end())
    arrival = std::max(arrival, clog->second);
  arrival = std::max(arrival + delay, earliest);
  context().at(to, arrival,
               Once<SimContext::TimerEnd>([this, work = std::move(work)](SimContext::TimerEnd) mutable {
                 context().trace("delivered");
                 work();
               }));
  return arrival;
}

bool SimNetwork::draw_loss(std::size_t from, std::size_t to) {
  return from != to && options.loss_per_mille > 0 && prng_.chance(options.loss_per_mille, 1000);
}

Duration SimNetwork::draw_break_delay() {
  return Duration(prng_.between(options.break_min.count(), options.break_max.count()));
}

void SimNetwork::adopt(const std::shared_ptr<SimLink>& link) {
  std::erase_if(links_, [](const auto& known) { return known.second.expired(); });
  links_[++link_count_] = link;
}

void SimNetwork::drop_node(std::size_t node) {
  for (auto listener = listeners_.begin(); listener != listeners_.end();) {
    const auto here = listener++;
    if (here->second->node != node) continue;
    here->second->tasks.cancel();
    dying_[node].push_back(std::move(here->second));
    listeners_.erase(here);
  }
  for (const auto& [number, weak] : links_) {
    const auto link = weak.lock();
    if (!link) continue;
    for (std::size_t side = 0; side < 2; ++side) {
      SimEnd& end = link->ends[side];
      if (end.node != node || end.life->alive || end.over) continue;
      // Three in four: the kernel resets the connections of a dead process. Otherwise the host went with it.
      if (prng_.chance(3, 4)) {
        link->reset(side, "the process was killed");
      } else {
        end.end(unavailable("the process was killed"));
      }
    }
  }
}

Async<void> SimNetwork::drain_node(SimNetwork& network, std::size_t node) {
  const auto listeners = std::exchange(network.dying_[node], {});
  for (const auto& listener : listeners) co_await listener->tasks.drain();
}

}  // namespace berth::runtime
