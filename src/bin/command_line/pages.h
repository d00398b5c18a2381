#pragma once
#include <string>

#include "bin/command_line/command.h"

namespace berth::command_line {

/// What `--help` prints: usage, commands, options, notes. Lines of at most 110 characters where words allow
/// it.
std::string render_help(const Command& command);

/// The man page of a program with all its commands, for `man`.
std::string render_man_page(const Command& program);

/// A script for bash that completes commands, options, and values of which there are few.
std::string render_completion(const Command& program);

/// "berth explain task TASK [options]".
std::string render_usage(const Command& command);

}  // namespace berth::command_line
