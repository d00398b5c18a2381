#pragma once
#include <string>
#include <vector>

#include "bin/berth/api_client.h"
#include "bin/berth/installation.h"
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

/// Each answers the exit code and prints for people: what it did on stdout, what went wrong on stderr.
Async<int> up(CommandContext& context);
Async<int> down(CommandContext& context);
Async<int> status(CommandContext& context);
/// `berth explain …` and `berth simulate …`; 2 for wrong usage.
Async<int> explain(CommandContext& context, std::vector<std::string> arguments);
Async<int> simulate_action(CommandContext& context, std::vector<std::string> arguments);
/// Runs the machine's AWS CLI with endpoint, region and credentials filled in; returns only when that cannot
/// be started.
int aws(CommandContext& context, const std::vector<std::string>& arguments);
int backup(CommandContext& context, const std::string& file);
int restore(CommandContext& context, const std::string& file);

}  // namespace berth::cli
