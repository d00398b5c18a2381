#include <fmt/format.h>

#include "bin/berth/commands.h"

namespace berth::cli {

int fail(const std::string& message) {
  fmt::print(stderr, "berth: {}\n", message);
  return 1;
}

int fail(const Error& error) {
  return fail(error.message);
}

}  // namespace berth::cli
