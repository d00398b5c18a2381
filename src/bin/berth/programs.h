#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "bin/berth/commands.h"

namespace berth::cli {

/// How often a command looks whether what it waits for has come.
inline constexpr Duration kPoll = std::chrono::milliseconds(50);

/// A long-running program that `berth up` starts: its name, and where its process id and its output are.
struct Program {
  std::string name;
  std::string pid_file;
  std::string log_file;
};
/// berthd or berth-agent of the installation, on the host itself.
Program host_program(const CommandContext& context, const std::string& name);

/// The process of the program, or 0. A process id that by now is another program's does not count.
int running_process(CommandContext& context, const Program& program);
inline bool running(CommandContext& context, const Program& program) {
  return running_process(context, program) != 0;
}
/// Whether the process with these /proc/PID/cmdline and /proc/PID/stat may be the program `name`. The command
/// line is empty in the middle of an exec, as when `nsenter` becomes the program, and after the end (state
/// Z).
bool may_be_program(std::string_view name, std::string_view cmdline, std::string_view stat);

/// Starts `argv` detached, its output appended to the log.
/// Errors: those of Processes and Files.
Result<void> start(CommandContext& context, const Program& program, std::vector<std::string> argv,
                   std::map<std::string, std::string> environment);

/// How long the program's log is now, and the lines since then that tell why it did not start (log_tail.h).
std::size_t log_size(const Program& program);
std::string told_since(CommandContext& context, const Program& program, std::size_t log_size_before);

/// SIGTERM to all of them at once, then waits until they have ended (at most `timeout`) and removes their pid
/// files. Prints the name of each that ended when `tell` says so.
enum class Tell { nothing, names };
Async<void> stop(CommandContext& context, std::vector<Program> programs, Duration timeout, Tell tell);

/// Runs a tool to its end and answers its output.
/// Errors: `not_found`, `timeout`, `internal` with what the tool said when it failed.
Async<Result<std::string>> run_tool(CommandContext& context, std::vector<std::string> argv);

}  // namespace berth::cli
