#include "runtime/sync.h"

#include <boost/asio/cancellation_state.hpp>

namespace berth::runtime {
namespace this_coro = boost::asio::this_coro;

namespace {

/// Passes a notification on that a cancelled coroutine would take to its grave.
void settle(const std::shared_ptr<WaitCell>& cell, WaitCell::Wake wake, bool cancelled) {
  if (!cancelled) return;
  if (wake == WaitCell::Wake::notified) cell->notify();
  throw_cancelled();
}

Async<void> wait_on(std::shared_ptr<WaitCell> cell) {
  if (cell->take()) co_return;
  const WaitCell::Wake wake = co_await WaitCell::wait(cell);
  const bool throws = co_await this_coro::throw_if_cancelled();
  const auto state = co_await this_coro::cancellation_state;
  const bool late = throws && state.cancelled() != boost::asio::cancellation_type::none;
  settle(cell, wake, late || wake == WaitCell::Wake::cancelled);
}

Async<bool> wait_on_for(std::shared_ptr<WaitCell> cell, Runtime& runtime, Duration timeout) {
  if (cell->take()) co_return true;
  const Executor executor = co_await current_executor();
  const bool throws = co_await this_coro::throw_if_cancelled();
  TaskGroup timer(executor, TaskGroup::Leftovers::abandoned);
  timer.spawn(detail::expire(runtime, timeout, cell, nullptr));
  co_await this_coro::throw_if_cancelled(false);
  const WaitCell::Wake wake = co_await WaitCell::wait(cell);
  timer.cancel();
  co_await timer.drain();
  co_await this_coro::throw_if_cancelled(throws);
  const auto state = co_await this_coro::cancellation_state;
  const bool late = throws && state.cancelled() != boost::asio::cancellation_type::none;
  settle(cell, wake, late || wake == WaitCell::Wake::cancelled);
  if (wake == WaitCell::Wake::notified) co_return true;
  co_return cell->take();
}

}  // namespace

Async<void> Notifier::wait() {
  return wait_on(cell_);
}

Async<bool> Notifier::wait_for(Runtime& runtime, Duration timeout) {
  return wait_on_for(cell_, runtime, timeout);
}

Notifier::Handle Notifier::handle() const {
  Handle handle;
  handle.cell_ = cell_;
  return handle;
}

namespace detail {

Async<void> expire(Runtime& runtime, Duration timeout, std::shared_ptr<WaitCell> cell,
                   std::shared_ptr<bool> expired) {
  co_await runtime.sleep(timeout);
  if (expired) *expired = true;
  cell->interrupt();
}

Async<bool> finish_children(TaskGroup& children, std::shared_ptr<WaitCell> cell) {
  const bool throws = co_await this_coro::throw_if_cancelled();
  co_await this_coro::throw_if_cancelled(false);
  const WaitCell::Wake wake = co_await WaitCell::wait(std::move(cell));
  children.cancel();
  co_await children.drain();
  co_await this_coro::throw_if_cancelled(throws);
  const auto state = co_await this_coro::cancellation_state;
  const bool late = throws && state.cancelled() != boost::asio::cancellation_type::none;
  co_return late || wake == WaitCell::Wake::cancelled;
}

}  // namespace detail

}  // namespace berth::runtime
