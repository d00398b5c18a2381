#pragma once
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/sim/sim_context.h"
#include "runtime/sim/sim_network.h"
#include "runtime/sim/sim_node.h"
#include "runtime/task_group.h"

namespace berth::runtime {

struct SimOptions {
  WallTime epoch{1'767'225'600'000};  ///< What wall clocks show when the world begins: 2026-01-01T00:00:00Z.
  /// Timers fire up to this much late, by seed.
  Duration timer_jitter_max = std::chrono::microseconds(100);
  bool buggify = false;
};

/// A world of nodes whose every chance comes from one seed: the same seed and calls give the same trace hash.
///
/// Owns:      nodes, network, virtual time. Coroutines that a test started itself must have ended before.
/// Runs on:   one thread. step(), run_until() and run() are called from outside of any step.
/// Invariant: no step happens in real time, and nothing but the seed and the calls decides.
class SimWorld {
 public:
  explicit SimWorld(std::uint64_t seed, SimOptions options = {});
  /// Kills and drains all nodes.
  ~SimWorld();
  SimWorld(const SimWorld&) = delete;
  SimWorld& operator=(const SimWorld&) = delete;

  SimNode& add_node(const std::string& name);
  const std::vector<std::unique_ptr<SimNode>>& nodes() const { return nodes_; }
  SimNetwork& network() { return network_; }
  SimContext& context() { return context_; }
  const SimOptions& options() const { return options_; }

  MonotonicTime now() const { return context_.now(); }
  /// False: nothing is left that could ever happen.
  bool step() { return context_.step(); }
  /// Steps until `done()`, asked after every step, is true, or nothing happens before `limit` has passed on
  /// the virtual clock. Returns done().
  bool run_until(const std::function<bool()>& done, Duration limit = std::chrono::hours(1));
  /// Lets `duration` of virtual time pass.
  void run_for(Duration duration);
  /// Runs a coroutine on `node` to its end, as block_on() does in production; it is a bug if it does not end
  /// in `limit`.
  void run(SimNode& node, Async<void> task, Duration limit = std::chrono::hours(1));
  template <class T>
  T run(SimNode& node, Async<T> task, Duration limit = std::chrono::hours(1)) {
    std::optional<T> out;
    run(node, store_result<T>(std::move(task), out), limit);
    check(out.has_value(), "a coroutine of a test was cancelled");
    return std::move(*out);
  }

  std::uint64_t seed() const { return seed_; }
  /// A stream of random numbers of its own for the name.
  Prng stream(std::string_view name) const { return Prng::stream(seed_, name); }
  Duration timer_jitter();
  /// A site is switched on for one seed in four, and then fires one time in four.
  bool buggify(std::string_view site);
  void set_buggify(bool on) { options_.buggify = on; }
  void set_timer_jitter(Duration most) { options_.timer_jitter_max = most; }

  /// Counts that a rare scenario was reached.
  void probe(const std::string& name) { ++probes_[name]; }
  const std::map<std::string, std::uint64_t>& probes() const { return probes_; }
  void trace(std::string_view event) { context_.trace(event); }
  std::uint64_t trace_hash() const { return context_.trace_hash(); }
  std::uint64_t steps() const { return context_.steps(); }

 private:
  template <class T>
  static Async<void> store_result(Async<T> task, std::optional<T>& out) {
    T value = co_await std::move(task);
    out.emplace(std::move(value));
  }
  void shut_down();

  std::uint64_t seed_;
  SimOptions options_;
  SimContext context_;
  SimNetwork network_;
  Prng jitter_;
  Prng buggify_;
  std::map<std::string, bool, std::less<>> sites_;
  std::map<std::string, std::uint64_t> probes_;
  std::vector<std::unique_ptr<SimNode>> nodes_;
};

}  // namespace berth::runtime
