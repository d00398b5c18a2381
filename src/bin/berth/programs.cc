#include "bin/berth/programs.h"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <filesystem>

#include "bin/berth/log_tail.h"

namespace berth::cli {
namespace {

constexpr Duration kToolTimeout = std::chrono::minutes(2);
constexpr std::size_t kLogBytesMax = std::size_t{1} << 30;

}  // namespace

Program host_program(const CommandContext& context, const std::string& name) {
  return {name, context.installation.pid_file(name), context.installation.log_file(name)};
}

int running_process(CommandContext& context, const Program& program) {
  const int process = read_pid(context.files, program.pid_file);
  if (process <= 0 || !context.processes.running(process)) return 0;
  const auto command = context.files.read(fmt::format("/proc/{}/cmdline", process), 1U << 20);
  const auto state = context.files.read(fmt::format("/proc/{}/stat", process), 1U << 20);
  return command && state && may_be_program(program.name, *command, *state) ? process : 0;
}

bool may_be_program(std::string_view name, std::string_view cmdline, std::string_view stat) {
  if (!cmdline.empty()) return cmdline.find(name) != std::string_view::npos;
  // "PID (NAME) STATE …", where NAME may hold anything.
  const auto after_name = stat.rfind(')');
  return after_name != std::string_view::npos && !stat.substr(after_name).starts_with(") Z");
}

Result<void> start(CommandContext& context, const Program& program, std::vector<std::string> argv,
                   std::map<std::string, std::string> environment) {
  runtime::ProcessSpec spec;
  spec.argv = std::move(argv);
  spec.environment = std::move(environment);
  const auto process = context.processes.start_detached(spec, program.log_file);
  if (!process) return process.error();
  return context.files.write_atomically(program.pid_file, std::to_string(*process) + "\n", 0644);
}

std::size_t log_size(const Program& program) {
  std::error_code error;
  const auto size = std::filesystem::file_size(program.log_file, error);
  return error ? 0 : static_cast<std::size_t>(size);
}

std::string told_since(CommandContext& context, const Program& program, std::size_t log_size_before) {
  const auto log = context.files.read(program.log_file, kLogBytesMax);
  if (!log) return {};
  return telling_lines(std::string_view(*log).substr(std::min(log->size(), log_size_before)));
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
