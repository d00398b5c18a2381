#include <fmt/format.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "agent/logging/agent_log.h"
#include "agent/session/advice.h"
#include "base/log.h"
#include "bin/berth_agent/host.h"
#include "bin/berth_agent/program.h"
#include "bin/command_line/command.h"
#include "runtime/real/process_limits.h"
#include "runtime/real/real_files.h"

int main(int argc, char** argv) {
  using namespace berth;
  command_line::Command program("berth-agent",
                                "the container agent of Berth: makes a Docker host a container instance", 8);
  program.add_note(
      "It takes no options: it is configured by ECS_… variables and lines of /etc/ecs/ecs.config, as the "
      "Amazon ECS agent "
      "is. Needed are ECS_BACKEND_HOST, the address of the control plane, and a key: AWS_ACCESS_KEY_ID and "
      "AWS_SECRET_ACCESS_KEY, or a shared credentials file. ECS_CLUSTER names the cluster (default).");
  program.add_note(
      "Exit codes: 0 after SIGTERM or SIGINT; 1 try again; 2 a wrong command line; 5 starting again is of no "
      "use before "
      "the configuration is changed; 42 an update is staged.");
  const auto parsed = program.parse(std::vector<std::string>(argv + 1, argv + argc));
  if (const auto code = conclude(program, parsed)) return *code;
  runtime::announce_out_of_memory("berth-agent");
  runtime::RealFiles files;
  const auto variables = agent_program::read_variables(files);
  auto config = agent::config::make_config(variables);
  if (!config) {
    fmt::print(stderr, "berth-agent: {}\n", config.error().message);
    return agent_program::kExitTerminal;
  }
  // OpenSSL looks for it in the environment only; a line of the configuration file counts as well.
  if (!config->ca_file.empty()) setenv("SSL_CERT_FILE", config->ca_file.c_str(), 1);
  agent_program::add_shared_credentials(files, variables, *config);
  agent::logging::configure_agent_log(config->log);
  spdlog::info("main: Starting Agent version=" BERTH_VERSION);
  spdlog::info("main: Loading configuration");
  if (config->access_key_id.empty() || config->secret_access_key.empty()) {
    spdlog::critical("agent: {}", agent::session::advice_on_missing_key());
    return agent_program::kExitTerminal;
  }
  return agent_program::run_agent(*config, agent_program::read_host(files));
}
