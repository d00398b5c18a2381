#pragma once
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/random.h"
#include "bin/berth_load/api_connection.h"
#include "bin/berth_load/histogram.h"
#include "bin/berth_load/operations.h"

namespace berth::load {

struct LoadOptions {
  std::size_t connections = 8;
  double seconds = 10;
  double warmup_seconds = 1;
  /// Calls a second, in an open loop; without it each connection sends its next request when it has the
  /// answer.
  std::optional<double> rate;
};

struct OperationResult {
  std::string name;
  std::uint64_t requests = 0;   ///< Answered 200 within the window.
  std::uint64_t errors = 0;     ///< All other answers.
  std::uint64_t throttled = 0;  ///< Those of them that ask to try again later.
  std::string first_error;
  Histogram latency;
  std::string sample;  ///< One whole answer.
};

struct LoadResult {
  double seconds = 0;
  std::uint64_t unanswered = 0;  ///< Open loop: due in the window and not answered 10 s after it.
  std::vector<OperationResult> operations;
  double per_second() const;
};

/// Loads one server with a mix of requests over a fixed number of connections.
///
/// The open loop accounts for coordinated omission: each call has an intended time, its latency runs from
/// there, and a server that stalls makes the calls behind wait as real clients would.
///
/// Runs on: its loop's thread.
/// Borrows: all that it is given.
class Generator {
 public:
  Generator(Loop& loop, Address address, RequestBook& book, const std::vector<Operation>& mix,
            LoadOptions options);
  ~Generator() { loop_.cancel(this); }
  Generator(const Generator&) = delete;
  Generator& operator=(const Generator&) = delete;

  /// RunTask is held back while this answers false; release() goes on. Closed loop only.
  void set_gate(std::function<bool()> gate) { gate_ = std::move(gate); }
  void release();
  /// Called when the warm-up is over and when the window ends.
  void on_window(std::function<void(bool begins)> hook) { window_hook_ = std::move(hook); }
  LoadResult run();

 private:
  struct Intent {
    std::size_t operation = 0;
    Nanos intended = 0;
  };
  std::size_t draw();
  void start_next(ApiConnection& connection);
  void send(ApiConnection& connection, Intent intent);
  void done(ApiConnection& connection, const Intent& intent, const Reply& reply);
  void record(const Intent& intent, const Reply& reply, Nanos now);
  void schedule();
  Nanos next_due() const;  ///< Open loop: when the next call is intended.
  bool in_window(Nanos time) const { return time >= window_begin_ && time < window_end_; }

  Loop& loop_;
  RequestBook& book_;
  const std::vector<Operation>& mix_;
  LoadOptions options_;
  std::function<bool()> gate_;
  std::function<void(bool)> window_hook_;
  Prng random_{1};
  unsigned weight_ = 0;
  std::vector<std::unique_ptr<ApiConnection>> connections_;
  std::vector<ApiConnection*> held_;  ///< Waiting for the gate.
  std::vector<ApiConnection*> free_;  ///< Open loop.
  std::deque<Intent> backlog_;
  std::uint64_t scheduled_ = 0;
  std::uint64_t outstanding_ = 0;  ///< Open loop: intended within the window, not answered yet.
  Nanos begin_ = 0;
  Nanos window_begin_ = 0;
  Nanos window_end_ = 0;
  LoadResult result_;
};

}  // namespace berth::load
