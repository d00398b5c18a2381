#include "runtime/sim/sim_runtime.h"

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "runtime/sim/sim_world.h"

namespace berth::runtime {
namespace asio = boost::asio;

namespace {

/// Arms a timer whose owner is the context. The cancellation slot gets only the timer's key: if it held the
/// handler, the two would keep each other alive and a torn-down world would leak its coroutines.
struct TimerInitiation {
  SimContext& context;
  std::size_t node;
  MonotonicTime deadline;

  template <class Handler>
  void operator()(Handler handler) const {
    auto slot = asio::get_associated_cancellation_slot(handler);
    const Executor executor = asio::get_associated_executor(handler);
    auto complete = [executor, handler = std::move(handler)](SimContext::TimerEnd end) mutable {
      asio::dispatch(executor, [handler = std::move(handler), end]() mutable { std::move(handler)(end); });
    };
    const SimContext::TimerKey key =
        context.at(node, deadline, Once<SimContext::TimerEnd>(std::move(complete)));
    if (!slot.is_connected()) return;
    slot.assign([&context = context, key](asio::cancellation_type) { context.cancel_timer(key); });
  }
};

Async<SimContext::TimerEnd> timer(SimContext& context, std::size_t node, MonotonicTime deadline) {
  return asio::async_initiate<const asio::use_awaitable_t<Executor>, void(SimContext::TimerEnd)>(
      TimerInitiation{context, node, deadline}, asio::use_awaitable_t<Executor>());
}

Async<void> sleep_until(SimContext& context, std::size_t node, MonotonicTime deadline,
                        std::shared_ptr<const SimLife> life) {
  if (!life->alive) throw_cancelled();
  const SimContext::TimerEnd end = co_await timer(context, node, deadline);
  if (end == SimContext::TimerEnd::cancelled || !life->alive) throw_cancelled();
}

}  // namespace

WallTime SimClock::wall() const {
  const Duration true_time(context_.now().ns);
  const Duration drift(true_time.count() / 1'000'000 * settings_.drift_ppm);
  return epoch_ + true_time + settings_.offset + drift;
}

SimRuntime::SimRuntime(SimWorld& world, std::size_t node, const std::string& name, const SimWallClock& wall,
                       std::shared_ptr<const SimLife> life)
    : world_(world),
      node_(node),
      life_(std::move(life)),
      executor_(SimExecutor(world.context(), node)),
      clock_(world.context(), wall, world.options().epoch),
      ids_(world.stream("ids/" + name + "/" + std::to_string(life_->number))),
      random_(world.stream("random/" + name + "/" + std::to_string(life_->number))) {}

Async<void> SimRuntime::sleep(Duration duration) {
  const Duration asked = std::max(duration, Duration(0));
  return sleep_until(world_.context(), node_, world_.context().now() + asked + world_.timer_jitter(), life_);
}

bool SimRuntime::buggify(std::string_view site) {
  return life_->alive && world_.buggify(site);
}

}  // namespace berth::runtime
