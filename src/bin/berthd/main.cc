#include <fmt/format.h>

#include <cstdio>
#include <string>
#include <vector>

#include "base/log.h"
#include "bin/berthd/server.h"
#include "bin/command_line/environment.h"
#include "runtime/real/process_limits.h"

#ifdef BERTH_MIMALLOC
#include <mimalloc.h>
#endif

namespace {

// What is freed goes back to the kernel after so long. At once, as is mimalloc's wont, a round of the service
// scheduler at thousands of instances spends a quarter of its time on page faults.
void keep_freed_memory() {
#ifdef BERTH_MIMALLOC
  constexpr long kKeptMs = 2000;
  mi_option_set(mi_option_decommit_delay, kKeptMs);
#endif
}

}  // namespace

int main(int argc, char** argv) {
  using namespace berth;
  keep_freed_memory();
  runtime::announce_out_of_memory("berthd");
  const auto line =
      berthd::read_command_line(std::vector<std::string>(argv + 1, argv + argc), command_line::environment());
  if (line.exit_code) return *line.exit_code;
  const auto& options = line.options;
  if (options.print_limits) return fmt::print("{}", berthd::print_limits(options)), 0;
  if (options.print_operations) return fmt::print("{}", berthd::print_operations(options)), 0;
  configure_log(options.log_level);
  const auto served = berthd::run_server(options);
  if (served) return 0;
  fmt::print(stderr, "berthd: {}\n", served.error().message);
  return 1;
}
