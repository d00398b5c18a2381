#pragma once
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "bin/berth/api_client.h"
#include "bin/berth/installation.h"
#include "bin/command_line/command.h"
#include "runtime/processes.h"

namespace berth::cli {

/// What a command works with.
struct CommandContext {
  Installation installation;
  runtime::Runtime& runtime;
  runtime::Files& files;
  runtime::Processes& processes;
  Executor executor;
};

/// Carries a command out, with the options that its definition reads; the exit code. Prints for people: what
/// it did on stdout, what went wrong on stderr.
using Run = std::function<int(CommandContext&)>;

/// The command line of `berth`. A command is a file with a function that adds its definition and its Run.
struct CommandLine {
  command_line::Command program;
  Installation installation;
  std::map<const command_line::Command*, Run> runs;

  CommandLine();
  CommandLine(const CommandLine&) = delete;
  CommandLine& operator=(const CommandLine&) = delete;
};

void add_up(CommandLine& line);
void add_down(CommandLine& line);
void add_status(CommandLine& line);
/// `berth aws …`: the machine's AWS CLI with endpoint, region and credentials filled in.
void add_aws(CommandLine& line);
void add_call(CommandLine& line);
void add_explain(CommandLine& line);
/// `berth logs TASK|SERVICE`.
void add_logs(CommandLine& line);
void add_simulate(CommandLine& line);
void add_backup(CommandLine& line);
void add_restore(CommandLine& line);

/// "berth: MESSAGE" on stderr; answers exit code 1.
int fail(const std::string& message);
int fail(const Error& error);

}  // namespace berth::cli
