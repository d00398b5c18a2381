#include "base/assert.h"

#include <cstdio>
#include <cstdlib>

namespace berth {

void check_failed(const char* message, std::source_location where) {
  std::fprintf(stderr, "check failed: %s at %s:%u in %s\n", message, where.file_name(),
               static_cast<unsigned>(where.line()), where.function_name());
  std::abort();
}

void unreachable(std::source_location where) {
  check_failed("unreachable code reached", where);
  std::abort();
}

}  // namespace berth
