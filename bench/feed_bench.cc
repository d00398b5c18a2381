// What a commit costs with the sessions of a whole cluster subscribed, one of which it concerns, and a watch
// that reads all.
#include <benchmark/benchmark.h>

#include "runtime/sync.h"
#include "store/schema.h"
#include "store/testing/world.h"

namespace berth::store::testing {
namespace {

void BM_commit_with_subscribers(benchmark::State& state) {
  World world(WorldKind::memory);
  std::vector<std::unique_ptr<runtime::Notifier>> notifiers;
  std::vector<std::unique_ptr<Subscription>> subscriptions;
  for (std::int64_t i = 0; i < state.range(0); ++i) {
    notifiers.push_back(std::make_unique<runtime::Notifier>());
    subscriptions.push_back(
        world.store().subscribe(kTasksByInstance, instance(std::to_string(i)), *notifiers.back()));
  }
  std::int64_t next = 0;
  for (auto _ : state) {
    Transaction transaction = make_transaction();
    ++next;
    transaction.put(make_task(std::to_string(next), std::to_string(next % state.range(0))));
    world.must_commit(std::move(transaction));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_commit_with_subscribers)->RangeMultiplier(10)->Range(10, 10'000)->UseRealTime();

Async<std::size_t> drain(Watch& watch, std::size_t wanted) {
  std::size_t seen = 0;
  while (seen < wanted) {
    auto changes = co_await watch.next();
    check(changes.ok(), "the watch fell behind");
    seen += changes->size();
  }
  co_return seen;
}

void BM_watch(benchmark::State& state) {
  constexpr std::size_t kBatch = 90;
  World world(WorldKind::memory);
  const auto watch = world.store().watch(world.executor());
  std::int64_t next = 0;
  for (auto _ : state) {
    Transaction transaction = make_transaction();
    for (std::size_t i = 0; i < kBatch; ++i) transaction.put(make_task(std::to_string(++next), "i1"));
    world.must_commit(std::move(transaction));
    benchmark::DoNotOptimize(world.run(drain(*watch, kBatch)));
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kBatch));
}
BENCHMARK(BM_watch)->UseRealTime();

}  // namespace
}  // namespace berth::store::testing
