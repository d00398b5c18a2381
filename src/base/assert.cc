#include "base/assert.h"

#include <cstdio>
#include <cstdlib>

namespace berth {

void check_failed(const char* message, SourceLocation where) {
  std::fprintf(stderr, "check failed: %s at %s:%d\n", message, where.file, where.line);
  std::abort();
}

void unreachable(SourceLocation where) {
  check_failed("unreachable code reached", where);
  std::abort();
}

}  // namespace berth
