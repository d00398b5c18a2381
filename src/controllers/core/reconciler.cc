#include "controllers/core/reconciler.h"

namespace berth::controllers {

Async<void> Reconciler::look_at_all() {
  const auto view = co_await store_.read();
  add_all(view);
}

Async<void> Reconciler::follow_feed() {
  const Executor executor = co_await current_executor();
  const auto watch = store_.watch(executor);
  // After the watch has begun, so that nothing falls between.
  co_await look_at_all();
  while (true) {
    const auto changes = co_await watch->next();
    if (changes)
      co_await add_changed(*changes);
    else
      co_await look_at_all();
  }
}

Async<void> Reconciler::resync() {
  while (true) {
    co_await runtime_.sleep(resync_every_);
    co_await look_at_all();
  }
}

Async<void> Reconciler::run() {
  const Executor executor = co_await current_executor();
  runtime::TaskGroup group(executor, runtime::TaskGroup::Leftovers::abandoned);
  group.spawn(follow_feed());
  group.spawn(resync());
  bool cancelled = false;
  try {
    WorkQueue::Work work = [this](std::string key) { return reconcile(std::move(key)); };
    co_await queue_.run(std::move(work));
  } catch (const std::exception&) {
    cancelled = true;
  }
  co_await ignore_cancellation();
  group.cancel();
  co_await group.drain();
  if (cancelled) throw_cancelled();
}

}  // namespace berth::controllers
