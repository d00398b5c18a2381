// The life of a task of one container through the agent's engine, from its admission to its last report.
#include <benchmark/benchmark.h>

#include "agent/engine/engine.h"

namespace berth::agent::engine {
namespace {

TaskSpec make_spec() {
  TaskSpec spec;
  spec.arn = "arn:aws:ecs:us-east-1:123456789012:task/default/0123456789abcdef0123456789abcdef";
  spec.family = "web";
  spec.version = "1";
  ContainerSpec container;
  container.name = "main";
  container.essential = true;
  spec.containers.push_back(std::move(container));
  return spec;
}

ContainerInfo shown(ContainerPhase phase) {
  ContainerInfo info;
  info.id = "id";
  info.phase = phase;
  info.started_at = WallTime{1000};
  return info;
}

void send_reports(TaskState& task, WallTime now, const EngineOptions& options) {
  while (const StateChange* report = begin_report(task))
    apply(task, ReportDelivered{report->id}, now, options);
}

void BM_task_life(benchmark::State& state) {
  const TaskSpec spec = make_spec();
  const EngineOptions options;
  const WallTime now{2000};
  Prng random(1);
  for (auto _ : state) {
    TaskState task = make_task_state(spec, Status::running, false, random);
    apply(task, Admitted{}, now, options);
    apply(task, CgroupDone{}, now, options);
    apply(task, PullDone{}, now, options);
    apply(task, CreateDone{0, "id", {}}, now, options);
    apply(task, StartDone{0, shown(ContainerPhase::running), {}}, now, options);
    send_reports(task, now, options);
    apply(task, Observed{0, shown(ContainerPhase::exited)}, now, options);
    send_reports(task, now, options);
    benchmark::DoNotOptimize(task);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_task_life);

}  // namespace
}  // namespace berth::agent::engine
