#pragma once
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "runtime/async.h"

namespace berth::runtime {

/// What to run. The child gets this process's environment, with `environment` laid over it, and no other open
/// files.
struct ProcessSpec {
  std::vector<std::string> argv;  ///< argv[0] is looked up in PATH.
  std::map<std::string, std::string> environment;
  std::string stdin_text;
};

struct ProcessOutcome {
  int exit_code = 0;  ///< 128 + signal number when a signal ended it.
  std::string stdout_text;
  std::string stderr_text;
};

/// What is kept of each output stream of a finished child; the rest is dropped.
inline constexpr std::size_t kProcessOutputBytesMax = 16U << 20;

/// Child processes.
///
/// Runs on: any executor; run() resumes on the caller's.
class Processes {
 public:
  virtual ~Processes() = default;
  /// Runs to the end.
  /// Errors:       `not_found` (no such program), `timeout` (it was killed), `internal`.
  /// Cancellation: the child is killed.
  virtual Async<Result<ProcessOutcome>> run(ProcessSpec spec, Duration timeout) = 0;
  /// Starts a process in a session of its own that outlives this one; its output is appended to `log_path`.
  /// Returns its process id. `stdin_text` is not used.
  virtual Result<int> start_detached(const ProcessSpec& spec, const std::string& log_path) = 0;
  /// Sends a signal.
  /// Errors: `not_found`, `denied`.
  virtual Result<void> signal(int process_id, int signal) = 0;
  virtual bool running(int process_id) = 0;
};

}  // namespace berth::runtime
