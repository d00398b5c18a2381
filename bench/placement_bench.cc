// What placing ten tasks costs as the cluster grows: the default of RunTask must not, the ranked strategies
// may grow with it.
#include <benchmark/benchmark.h>

#include "placement/plan.h"
#include "placement/test_world.h"

namespace berth::placement {
namespace {

constexpr std::int64_t kTasks = 10;

VectorSnapshot make_world(std::int64_t instances) {
  VectorSnapshot world;
  for (std::int64_t i = 0; i < instances; ++i) {
    const auto index = world.add(test::instance(
        std::to_string(i), std::string(1, static_cast<char>('a' + i % 3)), 128'000, 512 << 10));
    world.put_tasks(index, "service:web", i % 7, {});
  }
  return world;
}

void place(benchmark::State& state, const PlacementRequest& request) {
  const VectorSnapshot world = make_world(state.range(0));
  Prng prng(1);
  for (auto _ : state) benchmark::DoNotOptimize(plan_placement(world, request, prng));
  state.SetItemsProcessed(state.iterations() * kTasks);
}

void BM_even_random(benchmark::State& state) {
  place(state, test::request(kTasks));
}
BENCHMARK(BM_even_random)->RangeMultiplier(10)->Range(100, 10'000);

void BM_zones_then_hosts(benchmark::State& state) {
  auto request = test::request(kTasks);
  request.default_strategy = DefaultStrategy::zones_then_hosts;
  place(state, request);
}
BENCHMARK(BM_zones_then_hosts)->RangeMultiplier(10)->Range(100, 10'000);

void BM_binpack(benchmark::State& state) {
  auto request = test::request(kTasks);
  request.strategies = test::strategies({{"binpack", "memory"}});
  place(state, request);
}
BENCHMARK(BM_binpack)->RangeMultiplier(10)->Range(100, 10'000);

void BM_member_of(benchmark::State& state) {
  auto request = test::request(kTasks);
  request.constraints = test::constraints({{"memberOf", "ec2InstanceId =~ i-.*7"}});
  place(state, request);
}
BENCHMARK(BM_member_of)->RangeMultiplier(10)->Range(100, 10'000);

}  // namespace
}  // namespace berth::placement
