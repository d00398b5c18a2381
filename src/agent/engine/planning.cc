#include <algorithm>

#include "agent/engine/dependencies.h"
#include "agent/engine/machine.h"

namespace berth::agent::engine {

void Machine::arm(Timer::Kind kind, std::size_t index, Duration delay) {
  actions.emplace_back(SetTimer{Timer{kind, index}, std::max(delay, Duration::zero())});
}

void Machine::note_problem(std::size_t index, const DriverError& problem) {
  if (!task.containers[index].problem) task.containers[index].problem = problem;
}

void Machine::fail_task(const std::string& reason) {
  if (task.reason.empty()) task.reason = reason;
  task.desired = Status::stopped;
}

void Machine::set_running(std::size_t index) {
  ContainerState& container = task.containers[index];
  container.known = Status::running;
  if (!container.started_at) container.started_at = now;
  const auto& timeout = task.spec.containers[index].start_timeout;
  if (timeout && has_timed_dependents(task, index)) {
    arm(Timer::Kind::start_timeout, index, *timeout - (now - *container.started_at));
  }
  update_task_status();
}

void Machine::set_stopped(std::size_t index) {
  ContainerState& container = task.containers[index];
  container.known = Status::stopped;
  container.desired = Status::stopped;
  container.maybe_running = false;
  if (container.step != Step::stop) container.step = Step::none;
  if (task.spec.containers[index].essential && !task.execution_stopped_at) task.execution_stopped_at = now;
}

bool Machine::propagate_stop() {
  if (task.desired != Status::stopped) {
    bool all_stopped = true;
    bool essential_stopped = false;
    for (std::size_t i = 0; i < task.containers.size(); ++i) {
      const bool stopping = task.containers[i].desired == Status::stopped;
      all_stopped = all_stopped && task.containers[i].known == Status::stopped;
      essential_stopped = essential_stopped || (stopping && task.spec.containers[i].essential);
    }
    if (!all_stopped && !essential_stopped) return false;
    task.desired = Status::stopped;
  }
  bool changed = false;
  for (ContainerState& container : task.containers) {
    changed = changed || container.desired != Status::stopped;
    container.desired = Status::stopped;
  }
  return changed;
}

/// Containers that are to stop and do not run are stopped already. A pull is given up; creating and starting
/// are not, as nobody could tell what they left behind.
bool Machine::settle_unstarted() {
  bool changed = false;
  for (std::size_t i = 0; i < task.containers.size(); ++i) {
    ContainerState& container = task.containers[i];
    if (container.desired != Status::stopped || container.known >= Status::running || container.maybe_running)
      continue;
    if (container.step == Step::pull) {
      actions.emplace_back(CancelPull{i});
    } else if (container.step != Step::none) {
      continue;
    }
    set_stopped(i);
    changed = true;
  }
  return changed;
}

/// A container whose dependency can never be met is not started and says why; the task stops only if that
/// container is essential. Creating has begun only when all dependencies were met, and is not taken back.
bool Machine::judge_waiting() {
  if (task.desired == Status::stopped) return false;
  for (std::size_t i = 0; i < task.containers.size(); ++i) {
    ContainerState& container = task.containers[i];
    const bool waits = container.known < Status::created && container.step != Step::create;
    if (!waits || container.desired == Status::stopped) continue;
    std::string reason;
    if (judge_dependencies(task, i, Hold::create, &reason) != Verdict::never) continue;
    note_problem(i, {"CannotStartContainerError", reason, false});
    container.exit_code = kNeverStartedExitCode;
    container.desired = Status::stopped;
    return true;
  }
  return false;
}

void Machine::make_resources() {
  for (std::size_t i = 0; i < task.volumes.size(); ++i) {
    VolumeState& volume = task.volumes[i];
    if (volume.ready || volume.busy) continue;
    volume.busy = true;
    actions.emplace_back(MakeVolume{i});
  }
  if (task.wants_cgroup && !task.cgroup_ready && !task.cgroup_busy) {
    task.cgroup_busy = true;
    actions.emplace_back(MakeCgroup{});
  }
  // Containers that exist have their values: a restart of the agent asks for no more than is needed.
  bool wanted = false;
  for (std::size_t i = 0; i < task.containers.size(); ++i) {
    wanted =
        wanted || (task.spec.containers[i].wants_secrets() && task.containers[i].known < Status::created);
  }
  if (wanted && !task.secrets_ready && !task.secrets_busy) {
    task.secrets_busy = true;
    actions.emplace_back(FetchSecrets{});
  }
}

bool Machine::resources_ready(std::size_t index) const {
  if (task.wants_cgroup && !task.cgroup_ready) return false;
  return std::ranges::all_of(task.spec.containers[index].mounts, [&](const MountSpec& mount) {
    const auto volume = task.spec.find_volume(mount.volume);
    return !volume ||
           task.volumes[*volume].ready;  // an unknown volume fails in the mapping, with its own words
  });
}

/// What has been told STOPPED holds nothing any more, its host ports least of all.
void Machine::stop_returned(std::size_t index) {
  ContainerState& container = task.containers[index];
  if (!container.returned || container.stop_waiting || task.cleanup != Cleanup::kept) return;
  container.step = Step::stop;
  actions.emplace_back(StopContainer{index, std::min(kReturnedGrace, options.stop_timeout)});
}

void Machine::next_step(std::size_t index) {
  ContainerState& container = task.containers[index];
  const ContainerSpec& spec = task.spec.containers[index];
  if (container.step != Step::none) return;
  if (container.known == Status::stopped) return stop_returned(index);
  if (container.desired == Status::stopped) {
    if (container.stop_waiting || !dependents_stopped(task, index)) return;
    container.step = Step::stop;
    actions.emplace_back(StopContainer{index, spec.stop_timeout.value_or(options.stop_timeout)});
    return;
  }
  if (!task.admitted) return;
  if (container.known < Status::created && spec.wants_secrets() && !task.secrets_ready) return;
  if (container.known == Status::none) {
    const bool allowed = options.pull_dependents_upfront ||
                         judge_dependencies(task, index, Hold::pull, nullptr) == Verdict::ready;
    if (!allowed) return;
    container.step = Step::pull;
    if (!task.pull_started_at) task.pull_started_at = now;
    actions.emplace_back(PullImage{index});
  } else if (container.known == Status::pulled) {
    if (!resources_ready(index)) return;
    if (judge_dependencies(task, index, Hold::create, nullptr) != Verdict::ready) return;
    container.step = Step::create;
    actions.emplace_back(CreateContainer{index});
  } else if (container.known == Status::created) {
    container.step = Step::start;
    actions.emplace_back(StartContainer{index});
  }
}

void Machine::update_task_status() {
  Status slowest = Status::stopped;
  bool essential_stopped = false;
  for (std::size_t i = 0; i < task.containers.size(); ++i) {
    slowest = std::min(slowest, task.containers[i].known);
    essential_stopped = essential_stopped ||
                        (task.spec.containers[i].essential && task.containers[i].known == Status::stopped);
  }
  if (slowest <= task.known || (slowest == Status::running && essential_stopped)) return;
  task.known = slowest;
  if (slowest == Status::stopped) {
    task.stopped_at = now;
    if (!task.execution_stopped_at) task.execution_stopped_at = now;
    arm(Timer::Kind::cleanup, 0, options.cleanup_wait);
  }
  if (slowest >= Status::running) report_task();
}

void Machine::plan() {
  // Each round changes the desired or known status of something, and those only move forward.
  for (bool changed = true; changed;) {
    changed = propagate_stop();
    changed = settle_unstarted() || changed;
    changed = judge_waiting() || changed;
  }
  if (task.admitted && task.desired != Status::stopped) make_resources();
  for (std::size_t i = 0; i < task.containers.size(); ++i) next_step(i);
  update_task_status();
  report_containers();
}

}  // namespace berth::agent::engine
