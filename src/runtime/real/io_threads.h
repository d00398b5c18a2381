#pragma once
#include <boost/asio/co_spawn.hpp>
#include <cstddef>
#include <exception>
#include <future>
#include <memory>
#include <optional>
#include <vector>

#include "runtime/async.h"

namespace berth::runtime {

/// What a thread that has become ready does to the one that runs where it is to run.
enum class Wakeup {
  preempt,  ///< It takes its place, as the kernel sees fit (SCHED_OTHER).
  queue,    ///< It lets it finish its slice (SCHED_BATCH): fewer switches, more work done at each of them.
};

/// Threads that each run one event loop; what runs on one loop is never concurrent with itself.
///
/// Runs on: executor() and next_executor() on any thread; start() and stop() on the owner's thread, never on
///   a loop.
/// Errors: an exception that leaves a handler ends the process.
class IoThreads {
 public:
  explicit IoThreads(std::size_t count, Wakeup wakeup = Wakeup::preempt);
  ~IoThreads();
  IoThreads(const IoThreads&) = delete;
  IoThreads& operator=(const IoThreads&) = delete;

  std::size_t size() const;
  Executor executor(std::size_t index) const;
  /// Round robin.
  Executor next_executor();
  void start();
  /// Stops the loops and joins the threads; what was still waiting is never resumed. Owners drain their task
  /// groups before. Idempotent.
  void stop();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Runs a coroutine on `executor` and blocks this thread, which must not be one of the executor's, until it
/// ends. For main() and tests. Rethrows what the coroutine throws.
inline void block_on(const Executor& executor, Async<void> task) {
  std::promise<void> promise;
  boost::asio::co_spawn(executor, std::move(task), [&promise](std::exception_ptr error) {
    if (error) return promise.set_exception(std::move(error));
    promise.set_value();
  });
  promise.get_future().get();
}

namespace detail {

// co_spawn itself wants results that can be default-constructed, which Result<T> cannot.
template <class T>
Async<void> store_result(Async<T> task, std::optional<T>& out) {
  T value = co_await std::move(task);
  out.emplace(std::move(value));
}

}  // namespace detail

template <class T>
T block_on(const Executor& executor, Async<T> task) {
  std::optional<T> value;
  block_on(executor, detail::store_result<T>(std::move(task), value));
  return std::move(*value);
}

}  // namespace berth::runtime
