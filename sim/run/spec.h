#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "base/result.h"

namespace berth::sim {

/// A range that each seed draws from; both ends included.
struct Range {
  std::int64_t low = 0;
  std::int64_t high = 0;
  std::int64_t draw(Prng& random) const { return random.between(low, high); }
};

/// What a kind of runs looks like: sim/specs/NAME.spec. One `key value` a line, `#` comments; a number may be
/// a range `LOW..HIGH` that each seed draws from.
struct Spec {
  std::string name;
  std::string goal;                     ///< Its first comment line.
  Range planes{1, 1};                   ///< Control planes; more than one share their store.
  Range agents{3, 3};                   ///< Container instances.
  Range zones{1, 3};                    ///< Availability zones.
  Range clients{1, 3};                  ///< Each owns a service and some tasks.
  Range desired{1, 6};                  ///< Desired counts of services.
  std::int64_t seconds = 180;           ///< Of work and faults.
  std::int64_t settle_seconds = 900;    ///< Until everything must be quiet after that.
  std::int64_t think_seconds = 8;       ///< Between two requests of a client, on average.
  std::int64_t ports_percent = 0;       ///< Of services: those with a fixed host port.
  std::int64_t metrics_percent = 10;    ///< Of seeds: those in which agents publish telemetry.
  std::int64_t fault_percent = 60;      ///< How likely each fault is on in a seed.
  std::int64_t daemon_percent = 0;      ///< Of services: those with the DAEMON strategy.
  std::int64_t constraint_percent = 0;  ///< Of services: those with distinctInstance or a zone.
  std::int64_t gone_percent = 0;       ///< Of seeds: those in which a host is lost in the end and stays away.
  std::int64_t drained_percent = 0;    ///< Of seeds: those in which an instance is DRAINING in the end.
  std::int64_t cpus = 4;               ///< Of each host, which has 1 GiB of memory for each.
  std::int64_t tight = 0;              ///< 1: tasks fill the hosts, so clients stop their own in the end.
  std::int64_t tunables_percent = 30;  ///< Of seeds: those with limits and delays at their extremes.
  /// What clients do, by weight: run-task, stop-task, scale, deploy, delete-service, drain, describe,
  /// register, run-port, brief-cluster.
  std::map<std::string, std::int64_t> actions;
  /// Images of tasks that RunTask starts and of deployments, by weight.
  std::map<std::string, std::int64_t> images;
  /// Faults: seconds between two of them, on average.
  std::map<std::string, std::int64_t> faults;
  /// Rare situations that some seed must reach.
  std::vector<std::string> probes;
  std::int64_t seeds = 200;  ///< In scripts/test.
};

/// Errors: `invalid`, naming the line.
Result<Spec> parse_spec(std::string name, std::string_view text);

/// Every kind of fault that a spec may name.
const std::vector<std::string>& list_faults();

}  // namespace berth::sim
