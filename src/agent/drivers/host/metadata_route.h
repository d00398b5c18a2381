#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "agent/drivers/host/control_files.h"
#include "runtime/async.h"

namespace berth::agent::drivers::host {

/// One rule of iptables: its table, its chain, and the rest as words.
struct FilterRule {
  std::string table, chain;
  std::vector<std::string> words;
};
/// The rules that lead 169.254.170.2:80 to the task server on this host's loopback, from containers with a
/// network of their own and from those of the host's; and the one that keeps other machines away from the
/// loopback, which the kernel would otherwise let in once it routes for it. Pure.
std::vector<FilterRule> route_rules(std::uint16_t task_server_port);

enum class RuleAction { check, insert, remove };
std::vector<std::string> rule_command(const FilterRule& rule, RuleAction action);

/// Makes 169.254.170.2 reachable from containers (task metadata and credentials), as ecs-init does on AWS.
///
/// install() may be repeated: what is there stays. remove() takes away what install() puts there, but not the
/// kernel setting, which others may need.
///
/// Borrows: files.
/// Runs on: the agent's executor.
/// Errors: a host that forbids it is told once in the log; containers then have no endpoints, tasks run.
class MetadataRoute {
 public:
  /// Runs a program to its end; the error says what it said.
  using Run = std::function<Async<Result<void>>(std::vector<std::string> argv)>;
  MetadataRoute(ControlFiles& files, Run run, std::uint16_t task_server_port)
      : files_(files), run_(std::move(run)), rules_(route_rules(task_server_port)) {}

  Async<Result<void>> install();
  Async<void> remove();

 private:
  ControlFiles& files_;
  Run run_;
  std::vector<FilterRule> rules_;
};

}  // namespace berth::agent::drivers::host
