#include "bin/berth/programs.h"

#include <fmt/format.h>

#include <csignal>

namespace berth::cli {
namespace {

constexpr Duration kPoll = std::chrono::milliseconds(50);
constexpr Duration kToolTimeout = std::chrono::minutes(2);

}  // namespace

Program host_program(const CommandContext& context, const std::string& name) {
  return {name, context.installation.pid_file(name), context.installation.log_file(name)};
}

int running_process(CommandContext& context, const Program& program) {
  const int process = read_pid(context.files, program.pid_file);
  if (process <= 0 || !context.processes.running(process)) return 0;
  const auto command = context.files.read(fmt::format("/proc/{}/cmdline", process), 1U << 20);
  return command && command->find(program.name) != std::string::npos ? process : 0;
}

Result<void> start(CommandContext& context, const Program& program, std::vector<std::string> argv,
                   std::map<std::string, std::string> environment) {
  runtime::ProcessSpec spec;
  spec.argv = std::move(argv);
  spec.environment = std::move(environment);
  const auto process = context.processes.start_detached(spec, program.log_file);
  if (!process) return process.error();
  return context.files.write_atomically(program.pid_file, std::to_string(*process), 0644);
}

Async<void> stop(CommandContext& context, std::vector<Program> programs, Duration timeout, Tell tell) {
  std::vector<int> processes;
  for (const auto& program : programs) {
    processes.push_back(running_process(context, program));
    if (processes.back() != 0) (void)context.processes.signal(processes.back(), SIGTERM).ok();
  }
  const auto deadline = context.runtime.clock().monotonic() + timeout;
  for (std::size_t i = 0; i < programs.size(); ++i) {
    while (processes[i] != 0 && running(context, programs[i]) &&
           context.runtime.clock().monotonic() < deadline)
      co_await context.runtime.sleep(kPoll);
    if (processes[i] != 0 && tell == Tell::names) fmt::print("{}: stopped\n", programs[i].name);
    (void)context.files.remove(programs[i].pid_file).ok();
  }
}

Async<Result<std::string>> run_tool(CommandContext& context, std::vector<std::string> argv) {
  const std::string command = fmt::format("{}", fmt::join(argv, " "));
  runtime::ProcessSpec spec;
  spec.argv = std::move(argv);
  auto outcome = co_await context.processes.run(std::move(spec), kToolTimeout);
  if (!outcome) co_return std::move(outcome).error();
  if (outcome->exit_code != 0)
    co_return internal_error(fmt::format("`{}` failed: {}", command, outcome->stderr_text));
  co_return std::move(outcome->stdout_text);
}

}  // namespace berth::cli
