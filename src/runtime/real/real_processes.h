#pragma once
#include "runtime/processes.h"
#include "runtime/runtime.h"

namespace berth::runtime {

/// Processes of the kernel: posix_spawn, and a pidfd to wait on.
class RealProcesses final : public Processes {
 public:
  explicit RealProcesses(Runtime& runtime) : runtime_(runtime) {}

  Async<Result<ProcessOutcome>> run(ProcessSpec spec, Duration timeout) override;
  Result<int> start_detached(const ProcessSpec& spec, const std::string& log_path) override;
  Result<void> signal(int process_id, int signal) override;
  bool running(int process_id) override;

 private:
  Runtime& runtime_;
};

}  // namespace berth::runtime
