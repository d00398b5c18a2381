#include "bin/berth/port_owner.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <sstream>

#include "bin/berth/programs.h"

namespace berth::cli {
namespace {

constexpr std::size_t kTableBytesMax = 16U << 20;

std::string link_of(const std::string& path) {
  std::array<char, 64> target{};
  const auto length = readlink(path.c_str(), target.data(), target.size());
  return {target.data(), length > 0 ? static_cast<std::size_t>(length) : 0};
}

bool holds_one_of(runtime::Files& files, const std::string& folder, const std::set<std::string>& inodes) {
  const auto descriptors = files.list(folder + "/fd");
  if (!descriptors) return false;
  for (const auto& descriptor : *descriptors) {
    const auto target = link_of(folder + "/fd/" + descriptor);
    if (target.starts_with("socket:[") && inodes.contains(target.substr(8, target.size() - 9))) return true;
  }
  return false;
}

std::string describe_process(runtime::Files& files, const std::string& process) {
  const auto command = files.read("/proc/" + process + "/cmdline", 1U << 20);
  const auto program = command ? command->substr(0, command->find('\0')) : std::string();
  const auto name = program.substr(program.rfind('/') + 1);
  if (name != "berthd") return fmt::format("process {} ({})", process, name.empty() ? "?" : name);
  const auto data_dir = option_of(*command, "--data-dir");
  const auto config = option_of(*command, "--config");
  return fmt::format("another control plane, process {} with the {}", process,
                     !data_dir.empty() ? "data directory " + data_dir
                     : !config.empty() ? "settings of " + config
                                       : std::string("data directory /var/lib/berth"));
}

}  // namespace

std::string option_of(std::string_view cmdline, std::string_view option) {
  std::istringstream words{std::string(cmdline)};
  for (std::string word; std::getline(words, word, '\0');) {
    if (word == option) return std::getline(words, word, '\0') ? word : std::string();
    if (word.starts_with(option) && word[option.size()] == '=') return word.substr(option.size() + 1);
  }
  return {};
}

std::uint16_t listen_port_of(std::string_view cmdline) {
  const auto listen = command_line::parse_endpoint(option_of(cmdline, "--listen"));
  return listen ? listen->port : Installation().port;
}

std::optional<std::uint16_t> port_of_running(runtime::Files& files, runtime::Processes& processes,
                                             const std::string& data_dir) {
  Installation installation;
  installation.data_dir = data_dir;
  const int process = read_pid(files, installation.pid_file("berthd"));
  if (process <= 0 || !processes.running(process)) return std::nullopt;
  const auto command = files.read(fmt::format("/proc/{}/cmdline", process), 1U << 20);
  if (!command || command->find("berthd") == std::string::npos) return std::nullopt;
  return listen_port_of(*command);
}

std::set<std::string> sockets_at(std::string_view proc_net_tcp, std::uint16_t port, Sockets which) {
  std::set<std::string> inodes;
  std::istringstream lines{std::string(proc_net_tcp)};
  const auto wanted = fmt::format(":{:04X}", port);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string number, local, remote, state, queues, timer, retransmits, user, timeout, inode;
    words >> number >> local >> remote >> state >> queues >> timer >> retransmits >> user >> timeout >> inode;
    const bool counts = which == Sockets::all || state == "0A";
    if (counts && local.ends_with(wanted) && inode != "0" && !inode.empty()) inodes.insert(inode);
  }
  return inodes;
}

std::optional<std::string> port_owner(CommandContext& context, std::uint16_t port, Sockets which) {
  std::set<std::string> inodes;
  for (const char* table : {"/proc/net/tcp", "/proc/net/tcp6"})
    if (const auto text = context.files.read(table, kTableBytesMax))
      inodes.merge(sockets_at(*text, port, which));
  if (inodes.empty()) return std::nullopt;
  const auto processes = context.files.list("/proc");
  if (processes)
    for (const auto& process : *processes)
      if (process.find_first_not_of("0123456789") == std::string::npos &&
          holds_one_of(context.files, "/proc/" + process, inodes))
        return describe_process(context.files, process);
  return "a process of another user, or of another network namespace";
}

}  // namespace berth::cli
