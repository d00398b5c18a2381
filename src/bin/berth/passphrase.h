#pragma once
#include <string>

#include "base/result.h"

namespace berth::cli {

/// The first line of a file; "-" is the standard input.
/// Errors: `not_found`, `invalid` when there is nothing in it.
Result<std::string> read_passphrase(const std::string& file);

/// Asks at the terminal, without showing what is typed; twice when it is a new one.
/// Errors: `invalid` without a terminal, when nothing was typed, or two things.
enum class Asking { once, twice };
Result<std::string> ask_passphrase(Asking asking);

}  // namespace berth::cli
