#pragma once
#include <boost/asio/execution.hpp>
#include <boost/asio/execution_context.hpp>
#include <cstdint>
#include <deque>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include "base/random.h"
#include "base/time.h"
#include "runtime/async.h"
#include "runtime/once.h"

namespace berth::runtime {

/// The simulator's event loop: virtual time, one FIFO queue per node, timers.
///
/// The order within a node is FIFO, as an io_context's is: Asio relies on it (co_spawn passes a cancellation
/// through the executor as an item of its own). What is left to the seed is which node goes next.
///
/// Runs on: one thread.
class SimContext : public boost::asio::execution_context {
 public:
  enum class TimerEnd { due, cancelled };
  /// Deadline, then order of creation: equal deadlines never depend on addresses.
  using TimerKey = std::pair<std::int64_t, std::uint64_t>;

  explicit SimContext(std::uint64_t seed);
  ~SimContext();

  std::size_t add_node();
  MonotonicTime now() const { return now_; }
  void post(std::size_t node, Once<> work);
  /// Calls `timer` on `node` at `deadline`.
  TimerKey at(std::size_t node, MonotonicTime deadline, Once<TimerEnd> timer);
  /// Nothing happens when the timer is already due.
  void cancel_timer(TimerKey key);

  /// Runs the oldest work of one node; when there is none anywhere, time jumps to the next timer. False:
  /// nothing is left.
  bool step();
  /// The next deadline, if only timers are left; otherwise now().
  MonotonicTime next_event() const;
  bool inside(std::size_t node) const { return running_ == node; }
  /// Destroys everything that waits, and whatever that posts in turn; nothing can be posted afterwards.
  void clear();

  /// Mixes an event into the trace hash. Every step mixes in its node and time anyway.
  void trace(std::string_view event);
  std::uint64_t trace_hash() const { return hash_; }
  std::uint64_t steps() const { return steps_; }

 private:
  static constexpr std::size_t kNobody = ~std::size_t{0};
  struct Armed {
    std::size_t node;
    Once<TimerEnd> timer;
  };

  void fire(Armed armed, TimerEnd end);
  void jump();

  MonotonicTime now_;
  Prng schedule_;
  std::vector<std::deque<Once<>>> ready_;
  /// Nodes that have work, in an order that only the run decides: a step costs the same with any number of
  /// nodes.
  std::vector<std::size_t> runnable_;
  std::map<TimerKey, Armed> timers_;
  std::uint64_t timer_count_ = 0;
  std::size_t running_ = kNobody;  ///< The node whose work is on the stack.
  bool closed_ = false;
  std::uint64_t hash_;
  std::uint64_t steps_ = 0;
};

/// The executor of one node: an Asio executor, wrapped into berth::Executor by its users.
class SimExecutor {
 public:
  SimExecutor(SimContext& context, std::size_t node, bool may_run_inline = true) noexcept
      : context_(&context), node_(node), inline_(may_run_inline) {}

  friend bool operator==(const SimExecutor&, const SimExecutor&) noexcept = default;
  SimContext& query(boost::asio::execution::context_t) const noexcept { return *context_; }
  boost::asio::execution::blocking_t query(boost::asio::execution::blocking_t) const noexcept {
    if (inline_) return boost::asio::execution::blocking.possibly;
    return boost::asio::execution::blocking.never;
  }
  SimExecutor require(boost::asio::execution::blocking_t::never_t) const noexcept {
    return SimExecutor(*context_, node_, false);
  }
  SimExecutor require(boost::asio::execution::blocking_t::possibly_t) const noexcept {
    return SimExecutor(*context_, node_, true);
  }
  template <class F>
  void execute(F function) const {
    if (inline_ && context_->inside(node_)) {
      std::move(function)();
      return;
    }
    context_->post(node_, Once<>(std::move(function)));
  }

 private:
  SimContext* context_;
  std::size_t node_;
  bool inline_;
};

}  // namespace berth::runtime
