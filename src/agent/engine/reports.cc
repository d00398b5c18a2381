#include <algorithm>

#include "agent/engine/machine.h"

namespace berth::agent::engine {
namespace {

ContainerChange describe(const TaskState& task, std::size_t index) {
  const ContainerState& container = task.containers[index];
  ContainerChange change{.container = index,
                         .status = container.known,
                         .exit_code = container.exit_code,
                         .reason = {},
                         .runtime_id = container.docker_id,
                         .image_digest = container.image_digest,
                         .bindings = container.bindings};
  if (container.problem) change.reason = container.problem->name + ": " + container.problem->text;
  return change;
}

bool has_news(const ContainerState& container) {
  return container.known >= Status::running && container.known > container.reported;
}

/// Adds the news of the containers to a report that has not left yet.
void add_news(TaskState& task, StateChange& report) {
  for (std::size_t i = 0; i < task.containers.size(); ++i) {
    if (!has_news(task.containers[i])) continue;
    const auto old = std::ranges::find(report.containers, i, &ContainerChange::container);
    if (old == report.containers.end()) {
      report.containers.push_back(describe(task, i));
    } else {
      *old = describe(task, i);
    }
    task.containers[i].reported = task.containers[i].known;
  }
  report.pull_started_at = task.pull_started_at;
  report.pull_stopped_at = task.pull_stopped_at;
  report.execution_stopped_at = task.execution_stopped_at;
}

}  // namespace

/// A report with the task's status as it is now: the last one if that says the same and has not left, else a
/// new one.
void Machine::report_task() {
  if (task.reported == Status::stopped) return;
  task.reported = task.known;
  const std::size_t unsent = task.outbox.size() - (task.sending ? 1 : 0);
  const bool same = unsent > 0 && wire_status(task.outbox.back().status) == wire_status(task.known);
  if (!same) {
    task.outbox.push_back({.id = ++task.last_report,
                           .status = task.known,
                           .reason = {},
                           .containers = {},
                           .pull_started_at = {},
                           .pull_stopped_at = {},
                           .execution_stopped_at = {}});
  }
  StateChange& report = task.outbox.back();
  report.status = task.known;
  report.reason = task.reason;
  add_news(task, report);
  actions.emplace_back(ReportReady{});
}

/// Changes of containers alone: at once while the task runs, else with the task's next change or a timer.
void Machine::report_containers() {
  if (task.reported == Status::stopped || !std::ranges::any_of(task.containers, has_news)) return;
  if (task.known == Status::running) {
    report_task();
  } else if (!task.flush_armed) {
    task.flush_armed = true;
    arm(Timer::Kind::flush, 0, kReportFlush);
  }
}

void Machine::repeat_report() {
  if (!task.outbox.empty() || task.known < Status::running) return;
  for (ContainerState& container : task.containers) container.reported = Status::none;
  task.reported = Status::none;
  report_task();
}

void Machine::flush() {
  task.flush_armed = false;
  if (task.reported != Status::stopped && std::ranges::any_of(task.containers, has_news)) report_task();
}

}  // namespace berth::agent::engine
