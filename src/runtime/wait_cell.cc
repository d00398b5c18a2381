#include "runtime/wait_cell.h"

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

namespace berth {

void throw_cancelled() {
  throw boost::system::system_error(boost::asio::error::operation_aborted);
}

}  // namespace berth

namespace berth::runtime {
namespace asio = boost::asio;

enum class Shield { off, on };

struct WaitCell::Initiation {
  std::shared_ptr<WaitCell> cell;
  Shield shield;

  template <class Handler>
  void operator()(Handler handler) const {
    const std::uint64_t number = cell->reserve();
    auto slot = asio::get_associated_cancellation_slot(handler);
    // Before arming: once armed, another thread may complete the wait.
    if (shield == Shield::off && slot.is_connected()) {
      slot.assign([weak = std::weak_ptr<WaitCell>(cell), number](asio::cancellation_type) {
        if (const auto alive = weak.lock()) alive->cancel(number);
      });
    }
    const Executor executor = asio::get_associated_executor(handler);
    cell->arm(number, Once<Wake>([executor, handler = std::move(handler)](Wake wake) mutable {
                asio::post(executor,
                           [handler = std::move(handler), wake]() mutable { std::move(handler)(wake); });
              }));
  }
};

void WaitCell::notify() {
  Once<Wake> waiter;
  {
    const std::lock_guard lock(mutex_);
    if (!waiter_) {
      signalled_ = true;
      return;
    }
    waiter = std::move(waiter_);
  }
  waiter(Wake::notified);
}

void WaitCell::interrupt() {
  Once<Wake> waiter;
  {
    const std::lock_guard lock(mutex_);
    if (!waiter_) return;
    waiter = std::move(waiter_);
  }
  waiter(Wake::interrupted);
}

bool WaitCell::take() {
  const std::lock_guard lock(mutex_);
  return std::exchange(signalled_, false);
}

std::uint64_t WaitCell::reserve() {
  const std::lock_guard lock(mutex_);
  check(!waiter_, "two coroutines wait on one cell");
  return ++number_;
}

void WaitCell::arm(std::uint64_t number, Once<Wake> waiter) {
  {
    const std::lock_guard lock(mutex_);
    check(!waiter_ && number == number_, "two coroutines wait on one cell");
    if (!signalled_) {
      waiter_ = std::move(waiter);
      return;
    }
    signalled_ = false;
  }
  waiter(Wake::notified);
}

void WaitCell::cancel(std::uint64_t number) {
  Once<Wake> waiter;
  {
    const std::lock_guard lock(mutex_);
    if (!waiter_ || number != number_) return;
    waiter = std::move(waiter_);
  }
  waiter(Wake::cancelled);
}

Async<WaitCell::Wake> WaitCell::wait(std::shared_ptr<WaitCell> cell) {
  return asio::async_initiate<const asio::use_awaitable_t<Executor>, void(Wake)>(
      Initiation{std::move(cell), Shield::off}, asio::use_awaitable_t<Executor>());
}

Async<WaitCell::Wake> WaitCell::wait_shielded(std::shared_ptr<WaitCell> cell) {
  return asio::async_initiate<const asio::use_awaitable_t<Executor>, void(Wake)>(
      Initiation{std::move(cell), Shield::on}, asio::use_awaitable_t<Executor>());
}

}  // namespace berth::runtime
