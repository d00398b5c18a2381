#pragma once
#include <map>
#include <string>

namespace berth::command_line {

/// The variables of this process.
std::map<std::string, std::string> environment();

}  // namespace berth::command_line
