#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "domain/task_definition.h"
#include "domain/text_bounds.h"

// What a container asks of the kernel. Docker would refuse the same later, on the host.
namespace berth::domain {
namespace {

using model::ecs::ContainerDefinition;
using model::ecs::LinuxParameters;

// API: KernelCapabilities.
constexpr std::string_view kCapabilities[] = {
    "ALL",        "AUDIT_CONTROL",   "AUDIT_WRITE",      "BLOCK_SUSPEND",
    "CHOWN",      "DAC_OVERRIDE",    "DAC_READ_SEARCH",  "FOWNER",
    "FSETID",     "IPC_LOCK",        "IPC_OWNER",        "KILL",
    "LEASE",      "LINUX_IMMUTABLE", "MAC_ADMIN",        "MAC_OVERRIDE",
    "MKNOD",      "NET_ADMIN",       "NET_BIND_SERVICE", "NET_BROADCAST",
    "NET_RAW",    "SETFCAP",         "SETGID",           "SETPCAP",
    "SETUID",     "SYS_ADMIN",       "SYS_BOOT",         "SYS_CHROOT",
    "SYS_MODULE", "SYS_NICE",        "SYS_PACCT",        "SYS_PTRACE",
    "SYS_RAWIO",  "SYS_RESOURCE",    "SYS_TIME",         "SYS_TTY_CONFIG",
    "SYSLOG",     "WAKE_ALARM"};

// API: Tmpfs. Those of the second list have a value, as in mode=1777.
constexpr std::string_view kTmpfsOptions[] = {
    "defaults",   "ro",          "rw",         "suid",        "nosuid",       "dev",     "nodev",
    "exec",       "noexec",      "sync",       "async",       "dirsync",      "remount", "mand",
    "nomand",     "atime",       "noatime",    "diratime",    "nodiratime",   "bind",    "rbind",
    "unbindable", "runbindable", "private",    "rprivate",    "shared",       "rshared", "slave",
    "rslave",     "relatime",    "norelatime", "strictatime", "nostrictatime"};
constexpr std::string_view kTmpfsValues[] = {"mode", "uid", "gid", "nr_inodes", "nr_blocks", "mpol"};

template <std::size_t N>
bool is_one_of(std::string_view text, const std::string_view (&names)[N]) {
  return std::find(std::begin(names), std::end(names), text) != std::end(names);
}

Result<void> check_capabilities(const ContainerDefinition& container, std::string_view member,
                                const std::optional<std::vector<std::string>>& capabilities) {
  if (!capabilities) return {};
  for (const auto& capability : *capabilities)
    if (!is_one_of(capability, kCapabilities))
      return invalid_setting(
          container, fmt::format("linuxParameters.capabilities.{} should be one of [{}], not '{}'.", member,
                                 fmt::join(kCapabilities, ","), cut_middle(capability, kShownBytesMax)));
  return {};
}

bool is_tmpfs_option(std::string_view option) {
  const auto equals = option.find('=');
  if (equals == std::string_view::npos)
    return is_one_of(option, kTmpfsOptions) || is_one_of(option, kTmpfsValues);
  return is_one_of(option.substr(0, equals), kTmpfsValues) && equals + 1 < option.size() &&
         option.find_first_of(", ") == std::string_view::npos;
}

Result<void> check_tmpfs(const ContainerDefinition& container, const model::ecs::Tmpfs& mount) {
  if (mount.container_path.empty() || mount.size < 1)
    return invalid_setting(container, "A tmpfs must have a containerPath and a size of at least 1 MiB.");
  if (!mount.mount_options) return {};
  for (const auto& option : *mount.mount_options)
    if (!is_tmpfs_option(option))
      return invalid_setting(container,
                             fmt::format("linuxParameters.tmpfs.mountOptions should be of [{},{}], not '{}'.",
                                         fmt::join(kTmpfsOptions, ","), fmt::join(kTmpfsValues, ","),
                                         cut_middle(option, kShownBytesMax)));
  return {};
}

}  // namespace

Result<void> check_linux_parameters(const ContainerDefinition& container) {
  if (!container.linux_parameters) return {};
  const LinuxParameters& parameters = *container.linux_parameters;
  if (parameters.swappiness && (*parameters.swappiness < 0 || *parameters.swappiness > 100))
    return invalid_setting(container, "'swappiness' must be between 0 and 100.");
  if (parameters.max_swap && *parameters.max_swap < 0)
    return invalid_setting(container, "'maxSwap' must not be negative.");
  if (parameters.shared_memory_size && *parameters.shared_memory_size < 1)
    return invalid_setting(container, "'sharedMemorySize' must be at least 1 MiB.");
  if (parameters.capabilities) {
    if (auto checked = check_capabilities(container, "add", parameters.capabilities->add); !checked)
      return checked;
    if (auto checked = check_capabilities(container, "drop", parameters.capabilities->drop); !checked)
      return checked;
  }
  if (parameters.devices)
    for (const auto& device : *parameters.devices)
      if (device.host_path.empty()) return invalid_setting(container, "A device must have a hostPath.");
  if (parameters.tmpfs)
    for (const auto& mount : *parameters.tmpfs)
      if (auto checked = check_tmpfs(container, mount); !checked) return checked;
  return {};
}

}  // namespace berth::domain
