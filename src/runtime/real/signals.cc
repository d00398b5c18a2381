#include "runtime/real/signals.h"

#include <boost/asio/basic_signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace berth::runtime {
namespace asio = boost::asio;

Async<int> wait_signal(std::vector<int> signals) {
  const Executor executor = co_await current_executor();
  asio::basic_signal_set<Executor> set(executor);
  for (const int signal : signals) set.add(signal);
  const int received = co_await set.async_wait(asio::use_awaitable_t<Executor>());
  co_return received;
}

}  // namespace berth::runtime
