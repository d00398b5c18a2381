#pragma once
#include <map>
#include <string>
#include <vector>

#include "base/result.h"

namespace berth::cli {

/// The words behind a command, options apart.
struct Words {
  std::vector<std::string> plain;
  std::multimap<std::string, std::string> options;  ///< Without the dashes.

  std::string option(const std::string& name, const std::string& otherwise = "") const;
  std::vector<std::string> all(const std::string& name) const;
};

/// Tells the user what went wrong; the exit code.
int fail(const Error& error);

/// Splits `--name value` and `--name=value` from plain words. Only `known` options are taken.
/// Errors: `invalid`, naming the option.
Result<Words> split_words(const std::vector<std::string>& words, const std::vector<std::string>& known);

/// "90s", "5m", "2h". Errors: `invalid`.
Result<std::int64_t> parse_seconds(const std::string& text);

}  // namespace berth::cli
