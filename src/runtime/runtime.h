#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/random.h"
#include "base/time.h"
#include "runtime/async.h"

namespace berth::runtime {

/// Both clocks of a process.
/// Runs on: any thread.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual MonotonicTime monotonic() const = 0;
  virtual WallTime wall() const = 0;
};

/// New identifiers. In production they come from the kernel's generator; in simulation from the seed.
/// Runs on: any thread.
class IdSource {
 public:
  virtual ~IdSource() = default;
  virtual std::uint64_t next64() = 0;
  /// `digits` lower-case hex digits: ECS ids have 32.
  std::string hex(std::size_t digits = 32);
  /// A version 4 UUID.
  std::string uuid();
};

/// The one door to time, randomness and waiting. Passed by reference to whatever needs it; never a global.
///
/// Runs on:      any thread; sleep() runs on the executor of the coroutine that awaits it.
/// Cancellation: sleep() ends early by throwing the cancellation.
class Runtime {
 public:
  virtual ~Runtime() = default;
  virtual const Clock& clock() const = 0;
  virtual IdSource& ids() = 0;
  /// A generator of its own for the caller; never for secrets.
  virtual Prng fork_random() = 0;
  virtual Async<void> sleep(Duration duration) = 0;
  /// The executor for background work of this process that belongs to no connection.
  virtual Executor executor() = 0;
  /// True now and then at the named site in a simulation, to provoke rare but legal behaviour; never in
  /// production.
  virtual bool buggify(std::string_view site) = 0;
};

}  // namespace berth::runtime
