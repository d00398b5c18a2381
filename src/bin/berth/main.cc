#include <string>
#include <vector>

#include "base/log.h"
#include "bin/berth/commands.h"
#include "bin/berth/port_owner.h"
#include "bin/command_line/environment.h"
#include "runtime/real/io_threads.h"
#include "runtime/real/real_files.h"
#include "runtime/real/real_processes.h"
#include "runtime/real/real_runtime.h"

namespace {

// `-f` is what people type who know other tools; all other options have one name.
std::vector<std::string> with_long_names(std::vector<std::string> words) {
  for (std::size_t i = 0; i < words.size() && words[i] != "aws" && words[i] != "call"; ++i)
    if (words[i] == "logs")
      for (auto& word : words)
        if (word == "-f") word = "--follow";
  return words;
}

berth::Result<std::string> read(berth::command_line::Command& program,
                                const std::vector<std::string>& words) {
  auto shown = program.parse(words);
  if (!shown || !shown->empty()) return shown;
  if (auto taken = program.take_variables("BERTH_", berth::command_line::environment()); !taken)
    return taken.error();
  return shown;
}

}  // namespace

int main(int argc, char** argv) {
  using namespace berth;
  cli::CommandLine line;
  const auto parsed = read(line.program, with_long_names(std::vector<std::string>(argv + 1, argv + argc)));
  if (const auto code = conclude(line.program, parsed)) return *code;
  configure_log("warn");
  runtime::IoThreads threads(1);
  runtime::RealRuntime runtime(threads.executor(0));
  runtime::RealFiles files;
  runtime::RealProcesses processes(runtime);
  line.installation.data_dir = cli::canonical_folder(line.installation.data_dir);
  line.installation.port_chosen = line.program.given("--port");
  line.installation.region_chosen = line.program.given("--region");
  line.installation.cluster_chosen = line.program.given("--cluster");
  if (const auto port = cli::port_of_running(files, processes, line.installation.data_dir);
      port && !line.installation.port_chosen)
    line.installation.port = *port;
  // What is about to start one serves where `up` says.
  if (line.program.chosen().name() != "up") find_served_at(files, line.installation);
  threads.start();
  cli::CommandContext context{line.installation, runtime, files, processes, threads.executor(0)};
  const int code = line.runs.at(&line.program.chosen())(context);
  threads.stop();
  return code;
}
