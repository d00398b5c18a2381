#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "sim/checkers/violations.h"
#include "sim/run/spec.h"

namespace berth::sim {

/// One run: what decides it, all of it.
struct RunRequest {
  std::uint64_t seed = 1;
  std::string mutant;
  /// Smaller than the seed says; shrinking looks for these.
  std::set<std::string> without;  ///< Faults that stay off.
  std::optional<std::int64_t> planes, agents, clients, seconds;
  bool trace = false;  ///< Everything that is logged, with virtual time and node, on standard output.
};

struct RunResult {
  std::vector<Violation> violations;
  std::vector<std::string> waits;  ///< What was not settled in time.
  std::uint64_t trace_hash = 0;
  double simulated_s = 0;
  double settle_s = 0;  ///< From the end of faults until all was quiet.
  std::uint64_t steps = 0, transactions = 0, tasks = 0, containers = 0, requests = 0, faults = 0;
  std::set<std::string> kinds;  ///< Of faults that were on.
  std::map<std::string, std::uint64_t> probes;
  std::int64_t planes = 0, agents = 0, clients = 0;
  bool failed() const { return !violations.empty(); }
};

/// Runs a spec from a seed: prepares the cluster, lets clients and faults loose on it, then mends everything
/// and demands that all becomes quiet in time. Same request, same result, in every process.
RunResult run_spec(const Spec& spec, const RunRequest& request);

/// The command that repeats a run.
std::string replay_command(const Spec& spec, const RunRequest& request);

/// Takes away faults, clients, agents, control planes and time while the run still breaks the same rule.
/// `tried` counts runs.
RunRequest shrink(const Spec& spec, const RunRequest& request, const std::string& rule, int& tried);

}  // namespace berth::sim
