#include "bin/berth_load/cpu_time.h"

#include <fmt/format.h>
#include <time.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <string>

namespace berth::load {
namespace {

constexpr double kNanos = 1e9;
// Of /proc/PID/stat, counted behind the name of the program, which may hold blanks: utime and stime follow.
constexpr int kFieldsBeforeTimes = 11;

}  // namespace

CpuTime cpu_time(pid_t server) {
  CpuTime out;
  timespec own{};
  if (::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &own) == 0)
    out.load = static_cast<double>(own.tv_sec) + static_cast<double>(own.tv_nsec) / kNanos;
  if (server == 0) return out;
  std::ifstream file(fmt::format("/proc/{}/stat", server));
  std::string text;
  std::getline(file, text);
  const auto name_end = text.rfind(')');
  if (name_end == std::string::npos) return out;
  std::istringstream fields(text.substr(name_end + 1));
  std::string skipped;
  for (int i = 0; i < kFieldsBeforeTimes; ++i) fields >> skipped;
  double user = 0;
  double system = 0;
  if (fields >> user >> system) out.server = (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
  return out;
}

}  // namespace berth::load
