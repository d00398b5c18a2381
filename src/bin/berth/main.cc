#include <fmt/format.h>

#include <charconv>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/log.h"
#include "bin/berth/commands.h"
#include "bin/berth/instances.h"
#include "runtime/real/io_threads.h"
#include "runtime/real/real_files.h"
#include "runtime/real/real_processes.h"
#include "runtime/real/real_runtime.h"

namespace berth::cli {
namespace {

constexpr const char* kUsage = R"(berth [--data-dir DIR] [--port N] [--region R] [--cluster NAME] COMMAND

  up               start the control plane and one agent on this machine
  up --instances N [--zones a,b,c] [--images busybox,…]
                   start N container instances instead, each with a network and a Docker Engine of its own; zones
                   are taken in turn, images are copied from this machine's engine (default: busybox). As root
  down             stop what `up` started; containers of the one agent run on, instances go with all that is in them
  status           clusters, container instances and tasks, in a few lines
  aws ARGUMENTS    the AWS CLI with endpoint, region and credentials filled in
  explain …        why a task is where it is, what a service waits for, where tasks would go: `berth explain help`
  simulate …       what a drain, a lost host, a deployment would do, without doing it: `berth simulate help`
  backup FILE      a copy of the state, taken while berthd runs
  restore FILE     put a backup in place; berthd must be stopped

BERTH_DATA_DIR, BERTH_PORT and BERTH_REGION stand for the options.
)";

std::string variable(const char* name, const std::string& fallback) {
  const char* value = std::getenv(name);
  return value && *value ? std::string(value) : fallback;
}

bool parse_port(const std::string& text, std::uint16_t& port) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc() && end == text.data() + text.size() && port != 0;
}

bool parse_count(const std::string& text, int& count) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  return error == std::errc() && end == text.data() + text.size() && count >= 1 && count <= kInstancesMax;
}

// Takes the options off the front (and, for commands of our own, from behind the command). False: bad usage.
bool take_options(std::vector<std::string>& words, Installation& installation) {
  for (std::size_t i = 0; i < words.size();) {
    if (words[i] == "aws") return true;
    if (!words[i].starts_with("--")) {
      ++i;
      continue;
    }
    if (i + 1 == words.size()) return words[0] == "explain" || words[0] == "simulate";
    const std::string value = words[i + 1];
    if (words[i] == "--data-dir")
      installation.data_dir = value;
    else if (words[i] == "--region")
      installation.region = value;
    else if (words[i] == "--cluster")
      installation.cluster = value;
    else if (words[i] == "--zones")
      installation.zones = value;
    else if (words[i] == "--images")
      installation.images = value;
    else if (words[i] == "--instances") {
      if (!parse_count(value, installation.instances)) return false;
    } else if (words[i] == "--port") {
      if (!parse_port(value, installation.port)) return false;
    } else if (words[0] == "explain" || words[0] == "simulate") {
      i += words[i].find('=') == std::string::npos ? 2 : 1;  // Theirs.
      continue;
    } else
      return false;
    words.erase(words.begin() + static_cast<std::ptrdiff_t>(i),
                words.begin() + static_cast<std::ptrdiff_t>(i) + 2);
  }
  return true;
}

int run(CommandContext& context, const std::vector<std::string>& words) {
  const std::string& command = words[0];
  const auto& asked = context.installation;
  const bool details = !asked.zones.empty() || !asked.images.empty();
  if ((command != "up" && asked.instances != 0) || (details && asked.instances == 0)) {
    fmt::print(stderr,
               "berth: --instances belongs to `up`, and --zones and --images belong to --instances.\n");
    return 2;
  }
  if (command == "up" && context.installation.instances > 0)
    return runtime::block_on(context.executor, up_instances(context));
  if (command == "up") return runtime::block_on(context.executor, up(context));
  if (command == "down") return runtime::block_on(context.executor, down(context));
  if (command == "status") return runtime::block_on(context.executor, status(context));
  if (command == "aws") return aws(context, {words.begin() + 1, words.end()});
  const std::vector<std::string> arguments(words.begin() + 1, words.end());
  if (command == "explain") return runtime::block_on(context.executor, explain(context, arguments));
  if (command == "simulate") return runtime::block_on(context.executor, simulate_action(context, arguments));
  if (command == "backup" && words.size() == 2) return backup(context, words[1]);
  if (command == "restore" && words.size() == 2) return restore(context, words[1]);
  fmt::print(stderr, "{}", kUsage);
  return 2;
}

}  // namespace
}  // namespace berth::cli

int main(int argc, char** argv) {
  using namespace berth;
  std::vector<std::string> words(argv + 1, argv + argc);
  cli::Installation installation;
  installation.data_dir = cli::variable("BERTH_DATA_DIR", installation.data_dir);
  installation.region = cli::variable("BERTH_REGION", installation.region);
  const std::string port = cli::variable("BERTH_PORT", "5167");
  if (words.empty() || words[0] == "--help" || words[0] == "help") {
    fmt::print("{}", cli::kUsage);
    return words.empty() ? 2 : 0;
  }
  if (!cli::parse_port(port, installation.port) || !cli::take_options(words, installation) || words.empty()) {
    fmt::print(stderr, "{}", cli::kUsage);
    return 2;
  }
  configure_log("warn");
  runtime::IoThreads threads(1);
  runtime::RealRuntime runtime(threads.executor(0));
  runtime::RealFiles files;
  runtime::RealProcesses processes(runtime);
  threads.start();
  cli::CommandContext context{installation, runtime, files, processes, threads.executor(0)};
  const int code = cli::run(context, words);
  threads.stop();
  return code;
}
