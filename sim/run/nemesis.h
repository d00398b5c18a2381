#pragma once
#include <map>
#include <set>
#include <string>

#include "runtime/task_group.h"
#include "sim/cluster/cluster.h"
#include "sim/run/spec.h"

namespace berth::sim {

/// What goes wrong: one coroutine a kind of fault, each with a stream of random numbers of its own, so that
/// leaving one out does not shift the others. Which kinds are on is drawn by seed.
///
/// Runs on: a node of its own.
class Nemesis {
 public:
  /// `without`: kinds that stay off whatever the seed says.
  Nemesis(Cluster& cluster, const Spec& spec, const std::set<std::string>& without);

  void start();
  /// No new faults, and everything is mended: processes run, hosts are back (but those that are gone), clocks
  /// are right, the network is whole.
  void heal();
  /// Kinds that are on in this run.
  const std::set<std::string>& kinds() const { return kinds_; }
  std::uint64_t faults() const { return faults_; }

 private:
  Async<void> haunt(std::string kind, std::int64_t mean_seconds);
  Async<void> strike(const std::string& kind, Prng& random);
  Async<void> strike_network(const std::string& kind, Prng& random);
  Async<void> strike_docker(const std::string& kind, Prng& random);
  Async<void> kill_plane(Prng& random);
  Async<void> crash_loop(Prng& random);
  Async<void> lose_host(Prng& random);
  Async<void> roll_back(Prng& random);
  void lose_disk(Prng& random);
  Async<void> fail_store(bool slow, Prng& random);
  void kill_agents(std::size_t count, Prng& random);
  void step_clock(bool drift, Prng& random);
  Async<void> pause(Prng& random, std::int64_t low_ms, std::int64_t high_ms);
  AgentHost& any_host(Prng& random);
  runtime::SimNode& any_plane(Prng& random);
  void come_back(AgentHost& host);
  Async<void> bring_back(AgentHost& host, Duration after);

  Cluster& cluster_;
  runtime::SimNode& node_;
  runtime::TaskGroup group_;
  std::map<std::string, std::int64_t> means_;
  std::set<std::string> kinds_;
  std::map<std::size_t, Duration> offsets_;  ///< Of wall clocks that were stepped, by node.
  std::uint64_t faults_ = 0;
};

}  // namespace berth::sim
