#include "bin/berth/reserved_ports.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>

#include "base/text.h"

namespace berth::cli {
namespace {

constexpr const char* kReserved = "/proc/sys/net/ipv4/ip_local_reserved_ports";
constexpr const char* kBootId = "/proc/sys/kernel/random/boot_id";

std::set<std::uint16_t> parse_ports(std::string_view list) {
  std::set<std::uint16_t> ports;
  std::istringstream parts{std::string(trim(list))};
  for (std::string part; std::getline(parts, part, ',');) {
    const auto dash = part.find('-');
    const auto first = command_line::parse_whole_number(part.substr(0, dash), 0, 65535);
    const auto last =
        dash == std::string::npos ? first : command_line::parse_whole_number(part.substr(dash + 1), 0, 65535);
    if (!first || !last) continue;
    for (auto port = *first; port <= *last; ++port) ports.insert(static_cast<std::uint16_t>(port));
  }
  return ports;
}

// Neighbours as ranges, as the kernel shows them.
std::string render_ports(const std::set<std::uint16_t>& ports) {
  std::string list;
  for (auto at = ports.begin(); at != ports.end();) {
    auto last = at;
    for (auto next = std::next(at); next != ports.end() && *next == *last + 1; ++next) last = next;
    if (!list.empty()) list += ',';
    list += last == at ? std::to_string(*at) : fmt::format("{}-{}", *at, *last);
    at = std::next(last);
  }
  return list;
}

std::string note_file(const CommandContext& context) {
  return context.installation.data_dir + "/run/reserved-ports";
}

// The kernel takes a whole list in one write; an empty one must have a line end.
bool write_reserved(const std::string& list) {
  std::ofstream file(kReserved);
  file << list << '\n' << std::flush;
  return file.good();
}

std::string boot_id(CommandContext& context) {
  const auto id = context.files.read(kBootId, 64);
  return id ? std::string(trim(*id)) : std::string();
}

}  // namespace

std::vector<std::uint16_t> ports_missing(std::string_view list, const std::vector<std::uint16_t>& ports) {
  const auto there = parse_ports(list);
  std::vector<std::uint16_t> missing;
  std::copy_if(ports.begin(), ports.end(), std::back_inserter(missing),
               [&](std::uint16_t port) { return !there.contains(port); });
  return missing;
}

std::string ports_added(std::string_view list, const std::vector<std::uint16_t>& ports) {
  auto all = parse_ports(list);
  all.insert(ports.begin(), ports.end());
  return render_ports(all);
}

std::string ports_removed(std::string_view list, const std::vector<std::uint16_t>& ports) {
  auto all = parse_ports(list);
  for (const auto port : ports) all.erase(port);
  return render_ports(all);
}

void reserve_agent_ports(CommandContext& context) {
  if (geteuid() != 0) return;
  const auto now = context.files.read(kReserved, 1U << 20);
  if (!now) return;
  const auto missing = ports_missing(*now, {std::begin(kAgentPorts), std::end(kAgentPorts)});
  if (missing.empty()) return;
  // The note first: what was not added and is taken back does no harm.
  const auto note = fmt::format("{}\n{}\n", boot_id(context), fmt::join(missing, ","));
  if (!context.files.make_directories(context.installation.data_dir + "/run", 0700)) return;
  if (!context.files.write_atomically(note_file(context), note, 0644)) return;
  if (!write_reserved(ports_added(*now, missing)))
    fmt::print(
        stderr,
        "berth: net.ipv4.ip_local_reserved_ports cannot be changed here: connections that go out may take "
        "ports {} of the agent\n",
        fmt::join(missing, " and "));
}

void release_agent_ports(CommandContext& context) {
  const auto note = context.files.read(note_file(context), 256);
  if (!note) return;
  std::istringstream lines(*note);
  std::string boot, list;
  std::getline(lines, boot);
  std::getline(lines, list);
  const auto now = context.files.read(kReserved, 1U << 20);
  const auto added = parse_ports(list);
  if (now && boot == boot_id(context) && !write_reserved(ports_removed(*now, {added.begin(), added.end()})))
    return;
  (void)context.files.remove(note_file(context)).ok();
}

}  // namespace berth::cli
