#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "agent/logging/agent_log.h"
#include "base/log.h"
#include "bin/berth_agent/host.h"
#include "bin/berth_agent/program.h"
#include "runtime/real/real_files.h"

int main(int argc, char** argv) {
  using namespace berth;
  const std::string flag = argc > 1 ? argv[1] : "";
  if (flag == "--version") return fmt::print("berth-agent {}\n", BERTH_VERSION), 0;
  if (!flag.empty()) {
    fmt::print(
        flag == "--help" ? stdout : stderr,
        "berth-agent: the container agent. It is configured by ECS_… variables and /etc/ecs/ecs.config; "
        "see docs/ops/.\n");
    return flag == "--help" ? 0 : 2;
  }
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
  if (config->access_key_id.empty())
    spdlog::warn("agent: no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY");
  return agent_program::run_agent(*config, agent_program::read_host(files));
}
