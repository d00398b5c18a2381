#pragma once
#include <string>
#include <string_view>

namespace berth::cli {

/// The lines of a log that tell why a program did not start: what it reported as an error or worse, and its
/// last line; the newest few, each indented. Empty for a log without lines.
std::string telling_lines(std::string_view log);

}  // namespace berth::cli
