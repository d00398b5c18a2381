#pragma once
#include <map>
#include <string>
#include <vector>

#include "bin/berth/commands.h"

namespace berth::cli {

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

/// Starts `argv` detached, its output appended to the log. Errors: those of Processes and Files.
Result<void> start(CommandContext& context, const Program& program, std::vector<std::string> argv,
                   std::map<std::string, std::string> environment);

/// SIGTERM to all of them at once, then waits until they have ended (at most `timeout`) and removes their pid
/// files. Prints the name of each that ended when `tell` says so.
enum class Tell { nothing, names };
Async<void> stop(CommandContext& context, std::vector<Program> programs, Duration timeout, Tell tell);

/// Runs a tool to its end and answers its output. Errors: `not_found`, `timeout`, `internal` with what the
/// tool said when it failed.
Async<Result<std::string>> run_tool(CommandContext& context, std::vector<std::string> argv);

}  // namespace berth::cli
