#include "bin/berth/sweep.h"

#include <fmt/format.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <set>
#include <sstream>

namespace berth::cli {
namespace {

constexpr Duration kSweepPoll = std::chrono::milliseconds(20);
constexpr Duration kEndTimeout = std::chrono::seconds(15);
// Names under which our programs run; a person's editor with one of our files open is none of them.
constexpr std::array<std::string_view, 6> kPrograms = {"nsenter", "containerd", "containerd-shim-runc-v2",
                                                       "dockerd", "runc",       "berth-agent"};

// What tells a process of one instance.
struct Marks {
  std::string runtime_dir;              ///< With a trailing slash.
  std::string namespace_link;           ///< What /proc/PID/ns/net says, or empty.
  std::vector<std::string> containers;  ///< Ids of its engine's containers.
};

Marks marks_of(CommandContext& context, const InstanceNames& names, int instance) {
  Marks marks;
  marks.runtime_dir = names.runtime_dir(instance) + "/";
  struct stat status {};
  const auto path = names.namespace_path(instance);
  if (stat(path.c_str(), &status) == 0) marks.namespace_link = fmt::format("net:[{}]", status.st_ino);
  const auto containers = context.files.list(names.data_dir(instance) + "/docker/containers");
  if (containers)
    for (const auto& id : *containers)
      if (id.size() == 64) marks.containers.push_back(id);
  return marks;
}

std::string read_link(const std::string& path) {
  std::array<char, 256> target{};
  const auto length = readlink(path.c_str(), target.data(), target.size());
  return {target.data(), length > 0 ? static_cast<std::size_t>(length) : 0};
}

bool runs_our_program(const std::string& command_line, const std::string& runtime_dir) {
  const auto program = command_line.substr(0, command_line.find('\0'));
  const auto name = std::string_view(program).substr(program.rfind('/') + 1);
  return std::find(kPrograms.begin(), kPrograms.end(), name) != kPrograms.end() &&
         command_line.find(runtime_dir) != std::string::npos;
}

// Only waiting to be waited for. One that still winds up is not: it holds mounts and its control group.
bool has_ended(CommandContext& context, const std::string& folder) {
  const auto status = context.files.read(folder + "/stat", 1U << 12);
  const auto name_end = status ? status->rfind(')') : std::string::npos;
  return name_end == std::string::npos || status->compare(name_end, 3, ") Z") == 0;
}

bool is_marked(CommandContext& context, const std::string& process, const Marks& marks) {
  const auto folder = "/proc/" + process;
  if (has_ended(context, folder)) return false;
  if (!marks.namespace_link.empty() && read_link(folder + "/ns/net") == marks.namespace_link) return true;
  const auto command_line = context.files.read(folder + "/cmdline", 1U << 20);
  if (command_line && runs_our_program(*command_line, marks.runtime_dir)) return true;
  const auto groups = context.files.read(folder + "/cgroup", 1U << 16);
  return groups && std::any_of(marks.containers.begin(), marks.containers.end(),
                               [&](const auto& id) { return groups->find(id) != std::string::npos; });
}

std::vector<int> marked_processes(CommandContext& context, const Marks& marks) {
  std::vector<int> found;
  const auto entries = context.files.list("/proc");
  if (!entries) return found;
  for (const auto& entry : *entries) {
    const int process = std::atoi(entry.c_str());
    if (process > 0 && process != getpid() && is_marked(context, entry, marks)) found.push_back(process);
  }
  return found;
}

// Folders of the process's control groups that are a container's. "4:memory:/docker/ID" is below
// /sys/fs/cgroup/memory, "0::/docker/ID" below /sys/fs/cgroup itself.
void note_control_groups(CommandContext& context, int process, const Marks& marks,
                         std::set<std::string>& folders) {
  const auto text = context.files.read(fmt::format("/proc/{}/cgroup", process), 1U << 16);
  if (!text) return;
  std::istringstream lines(*text);
  for (std::string line; std::getline(lines, line);) {
    const auto first = line.find(':');
    const auto second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    for (const auto& id : marks.containers) {
      const auto at = line.find(id);
      if (at == std::string::npos) continue;
      auto controller = line.substr(first + 1, second - first - 1);
      if (controller.starts_with("name=")) controller.erase(0, 5);
      const auto end = line.find('/', at);
      const auto path = line.substr(second + 1, (end == std::string::npos ? line.size() : end) - second - 1);
      folders.insert("/sys/fs/cgroup/" + (controller.empty() ? "" : controller) + path);
    }
  }
}

Result<void> lift_mounts(CommandContext& context, const std::string& folder) {
  const auto mounts = context.files.read("/proc/self/mountinfo");
  if (!mounts) return mounts.error();
  auto points = mounts_below(*mounts, folder);
  for (auto point = points.rbegin(); point != points.rend(); ++point)
    if (umount2(point->c_str(), MNT_DETACH | UMOUNT_NOFOLLOW) != 0)
      return internal_error(fmt::format("{} cannot be unmounted: {}", *point, std::strerror(errno)));
  return {};
}

}  // namespace

Async<Result<void>> sweep_instance(CommandContext& context, InstanceNames names, int instance) {
  const auto marks = marks_of(context, names, instance);
  const auto deadline = context.runtime.clock().monotonic() + kEndTimeout;
  std::set<std::string> groups;
  // Again and again: what is about to end may still have started something.
  for (auto left = marked_processes(context, marks); !left.empty(); left = marked_processes(context, marks)) {
    if (context.runtime.clock().monotonic() > deadline)
      co_return Error{ErrorCode::timeout, fmt::format("process {} does not end", left.front()),
                      Retry::same_request};
    for (const int process : left) {
      note_control_groups(context, process, marks, groups);
      (void)context.processes.signal(process, SIGKILL).ok();
    }
    co_await context.runtime.sleep(kSweepPoll);
  }
  // Before anything is removed: what is still mounted there is not ours to empty.
  if (auto lifted = lift_mounts(context, names.data_dir(instance)); !lifted) co_return lifted;
  if (auto lifted = lift_mounts(context, names.runtime_dir(instance)); !lifted) co_return lifted;
  for (const auto& group : groups) (void)rmdir(group.c_str());
  std::error_code ignored;
  std::filesystem::remove_all(names.runtime_dir(instance), ignored);
  (void)rmdir(names.runtime_dir().c_str());
  (void)rmdir("/run/berth");
  co_return Result<void>();
}

}  // namespace berth::cli
