#include "agent/drivers/host/metadata_route.h"

namespace berth::agent::drivers::host {
namespace {

constexpr const char* kAddress = "169.254.170.2";
constexpr const char* kRouteLocalnet = "/proc/sys/net/ipv4/conf/all/route_localnet";

}  // namespace

std::vector<FilterRule> route_rules(std::uint16_t task_server_port) {
  const std::string port = std::to_string(task_server_port);
  return {
      {"nat",
       "PREROUTING",
       {"-p", "tcp", "-d", kAddress, "--dport", "80", "-j", "DNAT", "--to-destination", "127.0.0.1:" + port}},
      {"nat", "OUTPUT", {"-p", "tcp", "-d", kAddress, "--dport", "80", "-j", "REDIRECT", "--to-ports", port}},
      {"filter",
       "INPUT",
       {"-d", "127.0.0.0/8", "!", "-s", "127.0.0.0/8", "-m", "conntrack", "!", "--ctstate",
        "RELATED,ESTABLISHED,DNAT", "-j", "DROP"}}};
}

std::vector<std::string> rule_command(const FilterRule& rule, RuleAction action) {
  const char* verb = action == RuleAction::check ? "-C" : action == RuleAction::insert ? "-I" : "-D";
  std::vector<std::string> argv{"iptables", "-w", "5", "-t", rule.table, verb, rule.chain};
  argv.insert(argv.end(), rule.words.begin(), rule.words.end());
  return argv;
}

Async<Result<void>> MetadataRoute::install() {
  auto routed = files_.write(kRouteLocalnet, "1\n");
  if (!routed) co_return routed;
  // The guard of the loopback first.
  for (auto rule = rules_.rbegin(); rule != rules_.rend(); ++rule) {
    auto check = rule_command(*rule, RuleAction::check);
    auto there = co_await run_(std::move(check));
    if (there) continue;
    auto insert = rule_command(*rule, RuleAction::insert);
    auto inserted = co_await run_(std::move(insert));
    if (!inserted) co_return inserted;
  }
  co_return Result<void>();
}

Async<void> MetadataRoute::remove() {
  for (const FilterRule& rule : rules_) {
    auto argv = rule_command(rule, RuleAction::remove);
    (void)co_await run_(std::move(argv));
  }
}

}  // namespace berth::agent::drivers::host
