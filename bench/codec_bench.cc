// What reading a RunTask request and writing a DescribeTasks answer cost, every field anew.
#include <benchmark/benchmark.h>

#include "domain/records_codec.h"
#include "domain/testing.h"
#include "model/codec_support.h"
#include "model/ecs/codec.h"
#include "services/ecs/tasks/render_task.h"

namespace berth {
namespace {

void BM_decode_run_task(benchmark::State& state) {
  constexpr std::string_view kRequest =
      R"({"cluster":"default","taskDefinition":"web:3","count":10,"startedBy":"load","overrides":{"containerOverrides":)"
      R"([{"name":"main","command":["sleep","60"],"environment":[{"name":"A","value":"1"}]}]}})";
  for (auto _ : state) benchmark::DoNotOptimize(model::decode_json<model::ecs::RunTaskRequest>(kRequest));
}
BENCHMARK(BM_decode_run_task);

void BM_describe_tasks(benchmark::State& state) {
  const auto record = domain::testing::pending_task();
  std::size_t bytes = 0;
  for (auto _ : state) {
    model::ecs::DescribeTasksResponse response;
    response.tasks.emplace();
    response.failures.emplace();
    for (std::int64_t i = 0; i < state.range(0); ++i)
      response.tasks->push_back(services::ecs::render_task(record, services::ecs::WithTags::no));
    bytes = model::encode_json(response).size();
    benchmark::DoNotOptimize(bytes);
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes));
}
BENCHMARK(BM_describe_tasks)->Arg(1)->Arg(100);

void BM_store_task(benchmark::State& state) {
  const auto record = domain::testing::pending_task();
  for (auto _ : state) benchmark::DoNotOptimize(model::encode_json(record));
}
BENCHMARK(BM_store_task);

}  // namespace
}  // namespace berth
