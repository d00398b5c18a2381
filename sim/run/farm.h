#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "sim/run/runner.h"

namespace berth::sim {

/// What a run came to, as workers tell it.
struct FarmResult {
  std::size_t job = 0;
  bool failed = false;
  std::string rule, text;  ///< Of the first violation; rule "crash" when the process died.
  std::uint64_t trace_hash = 0;
  double simulated_s = 0, settle_s = 0, cpu_s = 0;
  std::map<std::string, std::uint64_t> probes;
};

struct FarmJob {
  const Spec* spec = nullptr;
  RunRequest request;
};

/// Runs jobs in `workers` processes of their own, so that a failed assertion costs one run and not the whole.
/// `next` gives the job of a number, or none when there are no more; it must answer the same in every
/// process. `done` is called in the order in which runs end; answering false ends the farm.
void run_farm(std::size_t workers, const std::function<const FarmJob*(std::size_t)>& next,
              const std::function<bool(const FarmResult&)>& done);

}  // namespace berth::sim
