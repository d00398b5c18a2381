#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/this_coro.hpp>

namespace berth {

/// Where handlers and coroutines run: a thread's io_context in production, a node of the simulator in a
/// simulation.
using Executor = boost::asio::any_io_executor;

/// A coroutine that yields a T. This header is the one door for coroutine types.
///
/// Cancellation: a cancelled coroutine is resumed with boost::system::system_error(operation_aborted); let it
/// pass.
template <class T>
using Async = boost::asio::awaitable<T, Executor>;

/// `Executor executor = co_await current_executor();`
inline auto current_executor() {
  return boost::asio::this_coro::executor;
}

/// `co_await ignore_cancellation();` lets a cancelled coroutine await its clean-up; otherwise every further
/// co_await throws the cancellation again. Holds for the whole call chain of the task, to its end.
inline auto ignore_cancellation() {
  return boost::asio::this_coro::throw_if_cancelled(false);
}

/// The cancellation, to be thrown again after clean-up.
[[noreturn]] void throw_cancelled();

}  // namespace berth
