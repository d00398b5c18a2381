#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

namespace berth {

/// Where handlers and coroutines run: a thread's io_context in production, a node of the simulator in a simulation.
using Executor = boost::asio::any_io_executor;

/// A coroutine that yields a T. This header is the one door for coroutine types.
///
/// Cancellation: a cancelled coroutine is resumed with boost::system::system_error(operation_aborted); let it pass.
template <class T>
using Async = boost::asio::awaitable<T, Executor>;

}  // namespace berth
