#include "runtime/sim/sim_world.h"

#include <algorithm>

#include "base/assert.h"

namespace berth::runtime {

namespace {

/// Far more than any teardown needs; reaching it means a process does not stop.
constexpr int kTeardownStepsMax = 10'000'000;

}  // namespace

SimWorld::SimWorld(std::uint64_t seed, SimOptions options)
    : seed_(seed),
      options_(options),
      context_(seed),
      network_(*this),
      jitter_(stream("jitter")),
      buggify_(stream("buggify")) {}

SimWorld::~SimWorld() {
  shut_down();
  // While the network still stands: what is destroyed here may hold sockets.
  context_.clear();
}

void SimWorld::shut_down() {
  for (const auto& node : nodes_) node->kill();
  const auto all_down = [this] {
    return std::ranges::all_of(nodes_, [](const auto& node) { return node->down(); });
  };
  for (int steps = 0; !all_down(); ++steps) {
    check(steps < kTeardownStepsMax, "a simulated process does not stop");
    check(context_.step(), "a simulated process waits for something that cannot happen");
  }
  // A torn-down node is down one step before its reaper task has ended.
  while (context_.next_event() == context_.now() && context_.step()) {
  }
}

SimNode& SimWorld::add_node(const std::string& name) {
  nodes_.push_back(std::make_unique<SimNode>(*this, context_.add_node(), name));
  return *nodes_.back();
}

bool SimWorld::run_until(const std::function<bool()>& done, Duration limit) {
  const MonotonicTime end = context_.now() + limit;
  while (!done()) {
    if (context_.next_event() > end || !context_.step()) return done();
  }
  return true;
}

void SimWorld::run_for(Duration duration) {
  bool over = false;
  check(!nodes_.empty(), "a world without nodes has no time");
  context_.at(0, context_.now() + duration,
              Once<SimContext::TimerEnd>([&over](SimContext::TimerEnd) { over = true; }));
  while (!over) context_.step();
}

void SimWorld::run(SimNode& node, Async<void> task, Duration limit) {
  TaskGroup group(node.executor());
  group.spawn(std::move(task));
  const auto ended = [&group] { return group.size() == 0; };
  if (run_until(ended, limit)) return;
  group.cancel();
  run_until(ended, limit);
  check(false, "a coroutine did not end within its limit of virtual time");
}

Duration SimWorld::timer_jitter() {
  const std::int64_t most = options_.timer_jitter_max.count();
  return most <= 0 ? Duration(0) : Duration(jitter_.between(0, most));
}

bool SimWorld::buggify(std::string_view site) {
  if (!options_.buggify) return false;
  auto found = sites_.find(site);
  if (found == sites_.end()) {
    const bool on = stream("site/" + std::string(site)).chance(1, 4);
    found = sites_.emplace(site, on).first;
  }
  return found->second && buggify_.chance(1, 4);
}

}  // namespace berth::runtime
