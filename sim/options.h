#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/run/runner.h"

namespace berth::sim {

/// What berth-sim was told.
struct Options {
  std::string spec;
  std::vector<std::string> names;  ///< Of planted bugs, behind --mutants.
  bool all = false, mutants = false, regressions = false, list = false, list_mutants = false, shrink = false;
  bool hash = false, small = false;
  std::optional<std::uint64_t> seed;
  std::optional<std::int64_t> seeds, minutes;
  std::uint64_t first = 1;
  std::size_t jobs = 2;
  std::string dir;  ///< With specs/ and regressions.txt.
  RunRequest request;
};

/// Reads the command line, or the words of a line of regressions.txt. A text that it answers is to be printed
/// instead of doing anything.
/// Errors: `invalid`, naming the mistake.
Result<std::string> parse_options(const std::vector<std::string>& words, Options& options);
/// The same; prints texts and mistakes, and answers the exit code when nothing else is to be done.
std::optional<int> read_command_line(const std::vector<std::string>& words, Options& options);

}  // namespace berth::sim
