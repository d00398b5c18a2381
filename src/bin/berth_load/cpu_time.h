#pragma once
#include <sys/types.h>

namespace berth::load {

/// CPU time, user's and system's, in seconds: what a machine that others use too does not blur as much as
/// rates.
struct CpuTime {
  double load = 0;    ///< This process.
  double server = 0;  ///< Another one; 0 when it cannot be read.
};

/// Now. `server` 0: none.
CpuTime cpu_time(pid_t server);

}  // namespace berth::load
