#include "runtime/real/real_runtime.h"

#include <sys/random.h>

#include <array>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>

#include "base/assert.h"

namespace berth::runtime {
namespace asio = boost::asio;

namespace {

using Timer = asio::basic_waitable_timer<std::chrono::steady_clock,
                                         asio::wait_traits<std::chrono::steady_clock>, Executor>;

Async<void> sleep_for(Duration duration) {
  const Executor executor = co_await current_executor();
  Timer timer(executor);
  timer.expires_after(duration);
  co_await timer.async_wait(asio::use_awaitable_t<Executor>());
}

}  // namespace

MonotonicTime RealClock::monotonic() const {
  return {std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now().time_since_epoch()).count()};
}

WallTime RealClock::wall() const {
  using std::chrono::milliseconds;
  return {
      std::chrono::duration_cast<milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count()};
}

std::uint64_t RealIdSource::next64() {
  // 256 bytes: the most that getrandom() hands out whole, whatever signals arrive.
  struct Block {
    std::array<std::uint64_t, 32> numbers;
    std::size_t left = 0;
  };
  static thread_local Block block;
  if (block.left == 0) {
    const ssize_t got = getrandom(block.numbers.data(), sizeof block.numbers, 0);
    check(got == static_cast<ssize_t>(sizeof block.numbers), "the kernel gave no random bytes");
    block.left = block.numbers.size();
  }
  return std::exchange(block.numbers[--block.left], 0);
}

Async<void> RealRuntime::sleep(Duration duration) {
  return sleep_for(duration);
}

}  // namespace berth::runtime
