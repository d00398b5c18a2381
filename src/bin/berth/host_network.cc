#include "bin/berth/host_network.h"

#include <fmt/format.h>
#include <sys/mount.h>
#include <unistd.h>

#include <array>

#include "bin/berth/programs.h"
#include "bin/berth/reserved_ports.h"

namespace berth::cli {
namespace {

constexpr const char* kNamespaces = "/run/netns";
constexpr std::array<const char*, 2> kTables = {"nat", "filter"};

struct Rule {
  std::string table;
  std::string chain;
  std::vector<std::string> words;
};

// Every rule names the bridge: that is how remove_bridge() finds them again.
std::vector<Rule> rules_of(const InstanceNames& names, std::uint16_t port) {
  const auto bridge = names.bridge();
  return {
      {"nat", "POSTROUTING", {"-s", names.bridge_network(), "!", "-o", bridge, "-j", "MASQUERADE"}},
      {"filter", "FORWARD", {"-i", bridge, "-j", "ACCEPT"}},
      {"filter",
       "FORWARD",
       {"-o", bridge, "-m", "conntrack", "--ctstate", "RELATED,ESTABLISHED", "-j", "ACCEPT"}},
      {"filter", "INPUT", {"-i", bridge, "-p", "tcp", "--dport", std::to_string(port), "-j", "ACCEPT"}},
  };
}

std::vector<std::string> iptables(const std::string& table, std::string action, const std::string& chain,
                                  const std::vector<std::string>& rule) {
  std::vector<std::string> words = {"iptables", "-w", "10", "-t", table, std::move(action), chain};
  words.insert(words.end(), rule.begin(), rule.end());
  return words;
}

Async<Result<void>> run_all(CommandContext& context, std::vector<std::vector<std::string>> commands) {
  for (auto& command : commands) {
    auto done = co_await run_tool(context, std::move(command));
    if (!done) co_return std::move(done).error();
  }
  co_return Result<void>();
}

Async<Result<void>> add_rules(CommandContext& context, InstanceNames names) {
  const auto rules = rules_of(names, context.installation.port);
  for (const auto& rule : rules) {
    auto check = iptables(rule.table, "-C", rule.chain, rule.words);
    const auto there = co_await run_tool(context, std::move(check));
    if (there) continue;
    // In front: Docker's own chain drops what it does not know.
    auto insert = iptables(rule.table, "-I", rule.chain, rule.words);
    auto inserted = co_await run_tool(context, std::move(insert));
    if (!inserted) co_return std::move(inserted).error();
  }
  co_return Result<void>();
}

Async<Result<void>> allow_forwarding(CommandContext& context) {
  std::vector<std::string> words = {"sysctl", "-q", "-w", "net.ipv4.ip_forward=1"};
  const auto now = context.files.read("/proc/sys/net/ipv4/ip_forward", 16);
  if (now && now->starts_with('1')) co_return Result<void>();
  auto set = co_await run_tool(context, std::move(words));
  if (!set) co_return std::move(set).error();
  co_return Result<void>();
}

bool exists(const std::string& path) {
  return access(path.c_str(), F_OK) == 0;
}

}  // namespace

Async<Result<std::string>> list_networks(CommandContext& context) {
  std::vector<std::string> routes = {"ip", "-4", "route", "show", "table", "all"};
  std::vector<std::string> addresses = {"ip", "-4", "-o", "address"};
  auto first = co_await run_tool(context, std::move(routes));
  if (!first) co_return first;
  auto second = co_await run_tool(context, std::move(addresses));
  if (!second) co_return second;
  co_return *first + *second;
}

Async<Result<void>> make_bridge(CommandContext& context, InstanceNames names) {
  const auto bridge = names.bridge();
  if (!exists("/sys/class/net/" + bridge)) {
    std::vector<std::vector<std::string>> commands = {
        {"ip", "link", "add", bridge, "type", "bridge"},
        {"ip", "address", "add", names.bridge_interface_address(), "dev", bridge},
        {"ip", "link", "set", bridge, "up"}};
    auto made = co_await run_all(context, std::move(commands));
    if (!made) co_return made;
  }
  auto forwarding = co_await allow_forwarding(context);
  if (!forwarding) co_return forwarding;
  auto added = co_await add_rules(context, std::move(names));
  co_return added;
}

Async<Result<void>> make_namespace(CommandContext& context, InstanceNames names, int instance) {
  const auto name = names.network_namespace(instance);
  const auto veth = names.veth(instance);
  std::vector<std::vector<std::string>> commands = {
      {"ip", "netns", "add", name},
      {"ip", "link", "add", veth, "type", "veth", "peer", "name", "eth0", "netns", name},
      {"ip", "link", "set", veth, "master", names.bridge(), "up"},
      {"ip", "-n", name, "link", "set", "lo", "up"},
      {"ip", "-n", name, "address", "add", names.address(instance) + "/24", "dev", "eth0"},
      {"ip", "-n", name, "link", "set", "eth0", "up"},
      {"ip", "-n", name, "route", "add", "default", "via", names.bridge_address()}};
  auto made = co_await run_all(context, std::move(commands));
  if (!made) co_return made;
  // As on the machine itself (reserved_ports.h), whose kernel may forbid it: then the agent's ports are
  // merely at risk.
  std::vector<std::string> reserve = {
      "nsenter",
      "--net=" + names.namespace_path(instance),
      "--",
      "sysctl",
      "-q",
      "-w",
      fmt::format("net.ipv4.ip_local_reserved_ports={}", fmt::join(kAgentPorts, ","))};
  const auto reserved = co_await run_tool(context, std::move(reserve));
  (void)reserved.ok();
  co_return made;
}

Async<void> remove_namespace(CommandContext& context, InstanceNames names, int instance) {
  // The link first: a process that is not quite gone yet keeps a namespace alive, but not its end of the
  // link.
  const auto veth = names.veth(instance);
  if (exists("/sys/class/net/" + veth)) {
    std::vector<std::string> words = {"ip", "link", "delete", veth};
    const auto removed = co_await run_tool(context, std::move(words));
    if (!removed) fmt::print(stderr, "berth: {}\n", removed.error().message);
  }
  if (!exists(names.namespace_path(instance))) co_return;
  std::vector<std::string> words = {"ip", "netns", "delete", names.network_namespace(instance)};
  const auto removed = co_await run_tool(context, std::move(words));
  if (!removed) fmt::print(stderr, "berth: {}\n", removed.error().message);
}

Async<void> remove_bridge(CommandContext& context, InstanceNames names) {
  for (const char* table : kTables) {
    std::vector<std::string> list = {"iptables", "-w", "10", "-t", table, "-S"};
    const auto rules = co_await run_tool(context, std::move(list));
    if (!rules) continue;
    const auto deletions = deletions_of(*rules, names.bridge());
    for (const auto& deletion : deletions) {
      std::vector<std::string> words = {"iptables", "-w", "10", "-t", table};
      words.insert(words.end(), deletion.begin(), deletion.end());
      const auto removed = co_await run_tool(context, std::move(words));
      if (!removed) fmt::print(stderr, "berth: {}\n", removed.error().message);
    }
  }
  if (exists("/sys/class/net/" + names.bridge())) {
    std::vector<std::string> words = {"ip", "link", "delete", names.bridge()};
    const auto removed = co_await run_tool(context, std::move(words));
    if (!removed) fmt::print(stderr, "berth: {}\n", removed.error().message);
  }
  // `ip netns` mounts the folder on itself at its first use. Empty, it is as good as gone, and made anew when
  // needed.
  const auto left = context.files.list(kNamespaces);
  if (left && left->empty() && umount2(kNamespaces, UMOUNT_NOFOLLOW) == 0) (void)rmdir(kNamespaces);
}

}  // namespace berth::cli
