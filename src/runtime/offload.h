#pragma once
#include <boost/asio/post.hpp>
#include <type_traits>
#include <utility>

#include "runtime/async.h"
#include "runtime/sync.h"

namespace berth::runtime {

/// Runs `work` (a function that may block) on `executor`, and goes on with its answer on the caller's own.
///
/// Cancellation: the caller goes on at once; `work` runs to its end all the same, so it must own or share
/// what it uses.
template <class F>
Async<std::invoke_result_t<F>> run_on(Executor executor, F work) {
  using T = std::invoke_result_t<F>;
  Promise<T> promise;
  boost::asio::post(executor, [promise, work = std::move(work)]() mutable { promise.set(work()); });
  T answer = co_await promise.wait();
  co_return answer;
}

/// Runs `work` on `executor`; nobody waits for it, so it must own or share what it uses.
template <class F>
void post_to(const Executor& executor, F work) {
  boost::asio::post(executor, std::move(work));
}

}  // namespace berth::runtime
