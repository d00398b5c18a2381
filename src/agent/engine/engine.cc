#include "agent/engine/engine.h"

#include <algorithm>

#include "agent/engine/dependencies.h"
#include "agent/engine/machine.h"

namespace berth::agent::engine {
namespace {

/// The container that an event speaks of, if it exists and is at that step.
ContainerState* at_step(Machine& m, std::size_t index, Step step) {
  if (index >= m.task.containers.size() || m.task.containers[index].step != step) return nullptr;
  return &m.task.containers[index];
}

void handle(Machine& m, const Admitted&) {
  m.task.admitted = true;
}

void handle(Machine& m, const StopRequested& event) {
  TaskState& task = m.task;
  if (event.reason.empty()) task.stop_asked = true;
  if (!event.reason.empty() && task.known != Status::stopped) {
    if (task.reason.empty()) task.reason = event.reason;
    // Given up before anything was begun: there is nothing to say of its containers.
    const auto untouched = [](const ContainerState& c) {
      return c.known == Status::none && c.step == Step::none;
    };
    if (std::ranges::all_of(task.containers, untouched)) {
      for (ContainerState& container : task.containers) container.reported = Status::stopped;
    }
  }
  task.desired = Status::stopped;
}

void handle(Machine& m, const VolumeDone& event) {
  if (event.volume >= m.task.volumes.size()) return;
  VolumeState& volume = m.task.volumes[event.volume];
  volume.busy = false;
  volume.made = volume.made || event.made;
  if (!event.error) {
    volume.ready = true;
    return;
  }
  m.fail_task("ResourceInitializationError: unable to create volume " +
              m.task.spec.volumes[event.volume].name + ": " + event.error->text);
}

void handle(Machine& m, const CgroupDone& event) {
  m.task.cgroup_busy = false;
  m.task.cgroup_ready = true;
  // Not forgotten when it could not be made a second time: containers are in it, and it must go with them.
  if (!event.parent.empty()) m.task.cgroup_parent = event.parent;
}

void handle(Machine& m, const SecretsDone& event) {
  m.task.secrets_busy = false;
  m.task.secrets_ready = event.problem.empty();
  if (!event.problem.empty()) m.fail_task("ResourceInitializationError: " + event.problem);
}

void handle(Machine& m, const PullDone& event) {
  ContainerState* container = at_step(m, event.container, Step::pull);
  if (container == nullptr) return;
  container->step = Step::none;
  m.task.pull_stopped_at = m.now;
  if (event.error) {
    m.note_problem(event.container, *event.error);
    m.set_stopped(event.container);
    return;
  }
  container->known = Status::pulled;
  container->image_id = event.image.id;
  if (!event.image.repo_digests.empty()) {
    const std::string& digest = event.image.repo_digests.front();
    container->image_digest = digest.substr(digest.find('@') + 1);
  }
}

void handle(Machine& m, const CreateDone& event) {
  ContainerState* container = at_step(m, event.container, Step::create);
  if (container == nullptr) return;
  container->step = Step::none;
  if (event.error) {
    m.note_problem(event.container, *event.error);
    m.set_stopped(event.container);
    return;
  }
  container->known = Status::created;
  container->docker_id = event.docker_id;
  container->created_at = m.now;
}

void handle(Machine& m, const StartDone& event) {
  ContainerState* container = at_step(m, event.container, Step::start);
  if (container == nullptr) return;
  container->step = Step::none;
  if (!event.docker_id.empty()) container->docker_id = event.docker_id;
  if (event.error) {
    m.note_problem(event.container, *event.error);
    if (event.error->unanswered || event.error->name == "DockerTimeoutError") {
      container->maybe_running = true;
      container->desired = Status::stopped;
    } else {
      m.set_stopped(event.container);
    }
    return;
  }
  if (event.info) m.observe(event.container, *event.info);
  if (container->known < Status::running) m.set_running(event.container);
}

void handle(Machine& m, const StopDone& event) {
  ContainerState* container = at_step(m, event.container, Step::stop);
  if (container == nullptr) return;
  container->step = Step::none;
  if (container->known == Status::stopped && !container->returned) return;
  const bool gone = event.error && event.error->missing;
  const bool runs = event.info && event.info->phase == ContainerPhase::running;
  if ((event.error && !gone) || runs) {
    const int doublings = std::min(container->stop_failures++, 6);
    container->stop_waiting = true;
    m.arm(Timer::Kind::retry_stop, event.container,
          std::min(kStopRetryMin * (1 << doublings), kStopRetryMax));
    return;
  }
  container->returned = false;
  if (container->known == Status::stopped) return;
  if (event.info) m.observe(event.container, *event.info);
  if (container->known != Status::stopped) m.set_stopped(event.container);
}

void handle(Machine& m, const Observed& event) {
  if (event.container < m.task.containers.size()) m.observe(event.container, event.info);
}

void handle(Machine& m, const Vanished& event) {
  if (event.container < m.task.containers.size()) m.vanish(event.container);
}

void clean_up(Machine& m) {
  TaskState& task = m.task;
  if (task.known != Status::stopped || task.cleanup != Cleanup::kept) return;
  const bool patient = !task.stopped_at || m.now - *task.stopped_at < kCleanupPatience;
  if (!task.outbox.empty() && patient) {
    m.arm(Timer::Kind::cleanup, 0, kCleanupRecheck);
    return;
  }
  task.cleanup = Cleanup::running;
  m.actions.emplace_back(CleanUp{});
}

void handle(Machine& m, const TimerFired& event) {
  const std::size_t index = event.timer.container;
  if (index >= m.task.containers.size()) return;
  switch (event.timer.kind) {
    case Timer::Kind::flush:
      m.flush();
      return;
    case Timer::Kind::start_timeout:
      if (m.task.containers[index].known >= Status::running) m.task.containers[index].start_expired = true;
      return;
    case Timer::Kind::retry_stop:
      m.task.containers[index].stop_waiting = false;
      return;
    case Timer::Kind::cleanup:
      clean_up(m);
      return;
  }
}

void handle(Machine& m, const ReportDelivered& event) {
  if (m.task.outbox.empty() || m.task.outbox.front().id != event.id) return;
  m.task.outbox.erase(m.task.outbox.begin());
  m.task.sending = false;
  if (!m.task.outbox.empty()) m.actions.emplace_back(ReportReady{});
}

void handle(Machine& m, const CleanedUp&) {
  if (m.task.cleanup == Cleanup::running) m.task.cleanup = Cleanup::done;
}

void handle(Machine& m, const AskedAgain&) {
  m.repeat_report();
}

/// Nothing that was under way when the agent went is any more, whatever the saved state says.
void forget_steps(TaskState& task) {
  task.sending = task.flush_armed = task.cgroup_busy = false;
  task.cgroup_ready =
      false;  // The host may have been started anew, and with it all control groups. Making is repeatable.
  task.secrets_busy = task.secrets_ready = false;
  for (VolumeState& volume : task.volumes) volume.busy = false;
  for (ContainerState& container : task.containers) {
    container.step = Step::none;
    container.stop_waiting = false;
  }
}

void handle(Machine& m, const Resumed& event) {
  TaskState& task = m.task;
  forget_steps(task);
  if (!task.outbox.empty()) m.actions.emplace_back(ReportReady{});
  if (task.known == Status::stopped) {
    if (task.cleanup == Cleanup::running) m.actions.emplace_back(CleanUp{});
    if (task.cleanup == Cleanup::kept) {
      m.arm(Timer::Kind::cleanup, 0, m.options.cleanup_wait - (m.now - task.stopped_at.value_or(m.now)));
    }
    return;
  }
  for (std::size_t i = 0; i < task.containers.size(); ++i) {
    ContainerState& container = task.containers[i];
    if (container.known == Status::stopped) continue;
    if (i < event.containers.size() && event.containers[i]) {
      m.observe(i, *event.containers[i]);
      const auto& timeout = task.spec.containers[i].start_timeout;
      if (container.known == Status::running && timeout && has_timed_dependents(task, i)) {
        m.arm(Timer::Kind::start_timeout, i, *timeout - (m.now - container.started_at.value_or(m.now)));
      }
    } else {
      m.vanish(i);  // or was never made: then it goes on from where it was
    }
  }
}

}  // namespace

std::vector<Action> apply(TaskState& task, const Event& event, WallTime now, const EngineOptions& options) {
  Machine machine{task, now, options, {}};
  std::visit([&](const auto& one) { handle(machine, one); }, event);
  machine.plan();
  return std::move(machine.actions);
}

const StateChange* begin_report(TaskState& task) {
  if (task.sending || task.outbox.empty()) return nullptr;
  task.sending = true;
  return &task.outbox.front();
}

}  // namespace berth::agent::engine
