#include "runtime/real/process_limits.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>

namespace berth::runtime {
namespace {

constexpr std::size_t kReserveMin = 16;
constexpr std::size_t kReserveMax = 256;

const char* out_of_memory_program = "";

void write_text(const char* text) {
  // There is nobody left to tell that it failed.
  if (::write(STDERR_FILENO, text, std::strlen(text)) < 0) return;
}

// Nothing here may ask for memory.
void end_out_of_memory() {
  write_text(out_of_memory_program);
  write_text(
      ": out of memory: the limit of this process (MemoryMax, ulimit -v) or of the machine is reached\n");
  std::abort();
}

}  // namespace

std::size_t raise_descriptor_limit(std::size_t most) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return most;
  const rlim_t wanted = std::min<rlim_t>(limit.rlim_max, most);
  if (wanted > limit.rlim_cur) {
    const rlimit raised{wanted, limit.rlim_max};
    if (::setrlimit(RLIMIT_NOFILE, &raised) == 0) limit = raised;
  }
  return static_cast<std::size_t>(std::min<rlim_t>(limit.rlim_cur, most));
}

int highest_connection_descriptor(std::size_t limit) {
  const std::size_t reserve = std::clamp(limit / 8, kReserveMin, kReserveMax);
  return static_cast<int>(limit > reserve ? limit - reserve : 1);
}

void announce_out_of_memory(const char* program) {
  out_of_memory_program = program;
  std::set_new_handler(end_out_of_memory);
}

}  // namespace berth::runtime
