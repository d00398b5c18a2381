#include "bin/berth_agent/host.h"

#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <sstream>

#include "base/text.h"
#include "bin/command_line/environment.h"

namespace berth::agent_program {
namespace {

constexpr const char* kJournaldSocket = "/run/systemd/journal/socket";
/// Where Docker's driver writes unless a container names an address.
constexpr const char* kSyslogSocket = "/dev/log";

using Variables = std::map<std::string, std::string>;

std::string value_or(const Variables& variables, const char* name, const std::string& fallback) {
  const auto found = variables.find(name);
  return found == variables.end() || found->second.empty() ? fallback : found->second;
}

std::int64_t read_memory_mib(runtime::Files& files) {
  const auto text = files.read("/proc/meminfo");
  if (!text) return 0;
  std::istringstream lines(*text);
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with("MemTotal:")) return std::atoll(line.c_str() + std::strlen("MemTotal:")) / 1024;
  return 0;
}

}  // namespace

agent::session::HostFacts read_host(runtime::Files& files) {
  agent::session::HostFacts facts;
  facts.cpus = static_cast<std::int32_t>(std::max(1L, sysconf(_SC_NPROCESSORS_ONLN)));
  facts.memory_mib = read_memory_mib(files);
  if (auto id = files.read("/etc/machine-id")) {
    facts.machine_id = *std::move(id);
    while (!facts.machine_id.empty() && facts.machine_id.back() == '\n') facts.machine_id.pop_back();
  }
  utsname names{};
  if (uname(&names) == 0)
    facts.architecture = std::strcmp(names.machine, "aarch64") == 0 ? "arm64" : names.machine;
  facts.has_journald = access(kJournaldSocket, F_OK) == 0;
  facts.has_syslog = access(kSyslogSocket, F_OK) == 0;
  return facts;
}

Variables read_variables(runtime::Files& files) {
  Variables environment = command_line::environment();
  const auto path = value_or(environment, "ECS_AGENT_CONFIG_FILE_PATH", "/etc/ecs/ecs.config");
  if (const auto text = files.read(path))
    for (auto& [name, value] : agent::config::parse_config_file(*text)) environment.emplace(name, value);
  return environment;
}

void add_shared_credentials(runtime::Files& files, const Variables& variables,
                            agent::config::AgentConfig& config) {
  if (!config.access_key_id.empty()) return;
  const auto path = value_or(variables, "AWS_SHARED_CREDENTIALS_FILE",
                             value_or(variables, "HOME", "/root") + "/.aws/credentials");
  const auto profile = "[" + value_or(variables, "AWS_PROFILE", "default") + "]";
  const auto text = files.read(path);
  if (!text) return;
  bool in_profile = false;
  std::istringstream lines(*text);
  for (std::string raw; std::getline(lines, raw);) {
    const std::string_view line = trim(raw);
    if (line.starts_with('[')) in_profile = line == profile;
    const auto equals = line.find('=');
    if (!in_profile || equals == std::string_view::npos) continue;
    const std::string_view name = trim(line.substr(0, equals));
    const std::string value(trim(line.substr(equals + 1)));
    if (name == "aws_access_key_id") config.access_key_id = value;
    if (name == "aws_secret_access_key") config.secret_access_key = value;
    if (name == "aws_session_token") config.session_token = value;
  }
}

}  // namespace berth::agent_program
