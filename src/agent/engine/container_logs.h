#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/engine/driver_types.h"
#include "base/result.h"
#include "runtime/async.h"

namespace berth::agent::engine {

/// A line of a container's output, without its end.
struct OutputLine {
  std::int64_t time_ns = 0;  ///< When the engine took it: nanoseconds since the Unix epoch.
  std::string text;
};

/// A container's output, standard output and standard error together, in the order in which the engine took
/// it.
///
/// Cancellation: a cancelled next() loses nothing; the stream can be read on.
class OutputStream {
 public:
  virtual ~OutputStream() = default;
  /// Some lines, as they come; nothing once the container has stopped and all was read. Errors: the
  /// connection to the engine broke.
  virtual Async<Result<std::optional<std::vector<OutputLine>>>> next() = 0;
};

/// Reads what containers write.
class ContainerLogs {
 public:
  virtual ~ContainerLogs() = default;
  /// Lines that the engine took at `since_ns` or later, and those to come. `tty`: the container has a
  /// terminal. Errors: `missing`: there is no such container; also when its log driver cannot be read.
  virtual Async<DriverResult<std::unique_ptr<OutputStream>>> follow_output(std::string id,
                                                                           std::int64_t since_ns,
                                                                           bool tty) = 0;
};

}  // namespace berth::agent::engine
