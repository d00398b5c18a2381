// Templates of runtime/sync.h; include that instead.
#pragma once
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include "runtime/task_group.h"

namespace berth::runtime {

template <class T>
bool Promise<T>::set(T value) const {
  {
    const std::lock_guard lock(state_->mutex);
    if (std::exchange(state_->was_set, true)) return false;
    state_->value.emplace(std::move(value));
  }
  state_->cell->notify();
  return true;
}

template <class T>
Async<T> Promise<T>::wait_on(std::shared_ptr<State> state) {
  if (!state->cell->take()) {
    const WaitCell::Wake wake = co_await WaitCell::wait(state->cell);
    if (wake != WaitCell::Wake::notified) throw_cancelled();
  }
  const std::lock_guard lock(state->mutex);
  check(state->value.has_value(), "a promise was awaited twice");
  T value = std::move(*state->value);
  state->value.reset();
  co_return value;
}

namespace detail {

template <class T>
struct DeadlineOutcome {
  std::optional<Result<T>> result;
  bool expired = false;
  std::shared_ptr<WaitCell> cell = std::make_shared<WaitCell>();
};

template <class T>
Async<void> run_into(std::shared_ptr<DeadlineOutcome<T>> outcome, Async<Result<T>> work) {
  try {
    Result<T> result = co_await std::move(work);
    outcome->result.emplace(std::move(result));
  } catch (const boost::system::system_error& error) {
    if (error.code() != boost::asio::error::operation_aborted) throw;
  }
  outcome->cell->notify();
}

/// Sleeps, then sets `expired` and wakes the cell's waiter.
Async<void> expire(Runtime& runtime, Duration timeout, std::shared_ptr<WaitCell> cell,
                   std::shared_ptr<bool> expired);
/// Waits for the cell until told or cancelled, then cancels and drains `children`. True when this coroutine
/// is cancelled.
Async<bool> finish_children(TaskGroup& children, std::shared_ptr<WaitCell> cell);

}  // namespace detail

template <class T>
Async<Result<T>> with_deadline(Runtime& runtime, Duration timeout, Async<Result<T>> work) {
  const Executor executor = co_await current_executor();
  auto outcome = std::make_shared<detail::DeadlineOutcome<T>>();
  const std::shared_ptr<bool> expired(outcome, &outcome->expired);
  TaskGroup children(executor, TaskGroup::Leftovers::abandoned);
  children.spawn(detail::run_into<T>(outcome, std::move(work)));
  children.spawn(detail::expire(runtime, timeout, outcome->cell, expired));
  const bool cancelled = co_await detail::finish_children(children, outcome->cell);
  if (cancelled) throw_cancelled();
  const bool succeeded = outcome->result.has_value() && outcome->result->ok();
  if (outcome->expired && !succeeded) {
    co_return Error{ErrorCode::timeout, "the deadline passed", Retry::same_request};
  }
  if (!outcome->result) co_return Error{ErrorCode::cancelled, "the work was cancelled", Retry::no};
  co_return std::move(*outcome->result);
}

}  // namespace berth::runtime
