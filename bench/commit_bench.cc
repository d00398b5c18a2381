// Transactions that are under way together, each with one task and its claim, on both engines: what group
// commit gives.
#include <benchmark/benchmark.h>

#include "runtime/task_group.h"
#include "store/testing/world.h"

namespace berth::store::testing {
namespace {

Async<void> commit_one(World& world, std::string id) {
  Transaction transaction = make_transaction();
  transaction.put(make_task(id, "i1"));
  transaction.claim(instance("i1"), {1, 1, {}, {}});
  const auto revision = co_await world.store().commit(std::move(transaction));
  check(revision.ok(), "the commit failed");
}

Async<void> commit_group(World& world, std::int64_t first, std::int64_t count) {
  runtime::TaskGroup group(world.executor());
  for (std::int64_t i = 0; i < count; ++i) group.spawn(commit_one(world, std::to_string(first + i)));
  co_await group.drain();
}

void commit(benchmark::State& state, WorldKind kind) {
  const TemporaryFolder folder;
  World world(kind, folder.path("berth.db"));
  Transaction setup = make_transaction();
  setup.put(make_cluster("c"));
  setup.put(make_instance("i1", 2'000'000'000, 2'000'000'000));
  setup.put(make_allocation("i1"));
  world.must_commit(std::move(setup));
  std::int64_t next = 0;
  for (auto _ : state) {
    runtime::block_on(world.executor(), commit_group(world, next, state.range(0)));
    next += state.range(0);
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

void BM_commit_memory(benchmark::State& state) {
  commit(state, WorldKind::memory);
}
BENCHMARK(BM_commit_memory)->Arg(1)->Arg(8)->Arg(64)->UseRealTime();

void BM_commit_sqlite(benchmark::State& state) {
  commit(state, WorldKind::sqlite);
}
BENCHMARK(BM_commit_sqlite)->Arg(1)->Arg(8)->Arg(64)->UseRealTime();

}  // namespace
}  // namespace berth::store::testing
