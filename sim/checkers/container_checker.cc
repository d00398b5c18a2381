#include "sim/checkers/container_checker.h"

#include <fmt/format.h>

#include <array>

namespace berth::sim {
namespace {

using domain::ContainerStatus;
using domain::TaskStatus;

// The workload's containers that depend on another one of their task (sim/run/definitions.cc).
struct Dependency {
  std::string_view name, on;
  bool success;  ///< That must have ended with code 0; otherwise have started.
};
constexpr std::array kDependencies = {Dependency{"late", "early", false},
                                      Dependency{"prepared", "prepare", true}};

}  // namespace

void ContainerChecker::started(const Container& container) {
  if (container.task_arn.empty()) return;
  ++started_ever_;
  const Key key{container.task_arn, container.name};
  const auto* task = ledger_.find_task(container.task_arn);
  if (!task) violations_.add("one-container", container.task_arn + " runs and was never durable");
  if (forgotten_.contains(container.task_arn)) {
    running_[key] = container.docker_id;
    return;
  }
  if (running_.contains(key))
    violations_.add("one-container", fmt::format("{} {} runs twice", container.task_arn, container.name));
  else if (ended_.contains(key))
    violations_.add("one-container",
                    fmt::format("{} {} runs again after it ended", container.task_arn, container.name));
  check_order(container);
  running_[key] = container.docker_id;
}

void ContainerChecker::check_order(const Container& container) {
  for (const auto& dependency : kDependencies) {
    if (dependency.name != container.name) continue;
    const Key on{container.task_arn, std::string(dependency.on)};
    const auto end = ended_.find(on);
    const bool good = dependency.success ? end != ended_.end() && end->second.exit_code == 0
                                         : end != ended_.end() || running_.contains(on);
    if (!good)
      violations_.add("order", fmt::format("{}: {} started before {}", container.task_arn, container.name,
                                           dependency.on));
  }
}

void ContainerChecker::ended(const Container& container, Why why, std::int32_t exit_code) {
  if (container.task_arn.empty()) return;
  const Key key{container.task_arn, container.name};
  if (returned_.erase(key) > 0) return;
  ended_.insert_or_assign(key, End{why, exit_code});
  const auto running = running_.find(key);
  if (running != running_.end() && running->second == container.docker_id) running_.erase(running);
}

void ContainerChecker::returned(const Container& container) {
  returned_.insert({container.task_arn, container.name});
}

// What its agent does with it is as good as it can be; in the end a container runs for each task that is
// RUNNING.
void ContainerChecker::fell_back(const std::string& instance_arn) {
  for (const auto& [key, task] : ledger_.tasks()) {
    if (task->instance_arn != instance_arn) continue;
    forgotten_.insert(task->arn);
    for (const auto& container : task->containers) doubted_.insert({task->arn, container.name});
  }
}

void ContainerChecker::doubted(const Container& container) {
  doubted_.insert({container.task_arn, container.name});
}

void ContainerChecker::port_taken(const Container& container, const Container& holder) {
  const auto* task = ledger_.find_task(holder.task_arn);
  // Tasks that were given up while their host was cut off go on for a while.
  if (!task || task->last_status == TaskStatus::stopped) return;
  if (doubted_.contains({holder.task_arn, holder.name})) return;
  violations_.add("port-taken", fmt::format("{} cannot start: {} still has its host port", container.task_arn,
                                            holder.task_arn));
}

bool ContainerChecker::any_of(const std::map<Key, End>& map, const std::string& task_arn) const {
  const auto first = map.lower_bound({task_arn, ""});
  return first != map.end() && first->first.first == task_arn;
}

void ContainerChecker::stop_asked(const Container& container) {
  if (container.task_arn.empty()) return;
  const auto* task = ledger_.find_task(container.task_arn);
  if (!task || task->desired_status == TaskStatus::stopped) return;
  // An essential container of the task that ended takes the others with it.
  if (any_of(ended_, container.task_arn)) return;
  // A start whose answer was lost counts as failed: what it may have started goes.
  if (forgotten_.contains(task->arn)) return;
  for (const auto& other : task->containers)
    if (doubted_.contains({task->arn, other.name})) return;
  // Nobody was told that it ran.
  if (task->last_status != TaskStatus::running) return;
  violations_.add("not-killed",
                  fmt::format("{} {} was stopped and nobody wanted that ({})", container.task_arn,
                              container.name, to_string(task->last_status)));
}

void ContainerChecker::task_written(const domain::TaskRecord* before, const domain::TaskRecord* after) {
  if (!after) return;
  const TaskStatus was = before ? before->last_status : TaskStatus::provisioning;
  if (after->last_status == was) return;
  if (after->last_status == TaskStatus::running) check_running(*after);
  if (after->last_status == TaskStatus::stopped) check_stopped(*after);
}

void ContainerChecker::check_running(const domain::TaskRecord& task) {
  for (const auto& container : task.containers) {
    const Key key{task.arn, container.name};
    if (container.status == ContainerStatus::running && !running_.contains(key) && !ended_.contains(key) &&
        !forgotten_.contains(task.arn))
      violations_.add("shown-running", fmt::format("{} is RUNNING and its container {} never started",
                                                   task.arn, container.name));
  }
}

namespace {

// What waited in vain for another container never ran; agents give it the exit code of one that obeyed at
// once.
bool waited_in_vain(const domain::ContainerState& container) {
  return container.exit_code == 143 && container.reason &&
         container.reason->starts_with("CannotStartContainerError: dependency graph: ");
}

}  // namespace

void ContainerChecker::check_stopped(const domain::TaskRecord& task) {
  // Given up with its instance: then nobody knows what its containers do.
  if (task.connectivity == model::ecs::Connectivity::disconnected) return;
  for (const auto& container : task.containers) {
    const Key key{task.arn, container.name};
    if (doubted_.contains(key)) continue;
    if (running_.contains(key))
      violations_.add("shown-stopped",
                      fmt::format("{} is STOPPED and its container {} runs", task.arn, container.name));
    const auto end = ended_.find(key);
    if (end == ended_.end()) {
      if (container.exit_code && !waited_in_vain(container))
        violations_.add("exit-code", fmt::format("{}: {} never ran and has the exit code {}", task.arn,
                                                 container.name, *container.exit_code));
      continue;
    }
    const bool lost = !container.exit_code && end->second.why == Why::by_itself;
    const bool wrong = container.exit_code && *container.exit_code != end->second.exit_code;
    if (lost || wrong)
      violations_.add("exit-code",
                      fmt::format("{}: {} ended with {}, the task says {}", task.arn, container.name,
                                  end->second.exit_code,
                                  container.exit_code ? std::to_string(*container.exit_code) : "nothing"));
  }
}

std::string ContainerChecker::unsettled() const {
  if (!returned_.empty())
    return fmt::format("a container of {} that somebody started again runs", returned_.begin()->first);
  for (const auto& [key, id] : running_) {
    const auto* task = ledger_.find_task(key.first);
    if (!task) return key.first + " runs and nobody knows it";
    if (task->last_status != TaskStatus::running)
      return fmt::format("a container of {} runs, the task is {} (wanted {})", key.first,
                         to_string(task->last_status), to_string(task->desired_status));
  }
  for (const auto& [task_key, task] : ledger_.tasks()) {
    if (task->last_status != TaskStatus::running) continue;
    for (const auto& container : task->containers)
      if (!running_.contains({task->arn, container.name}) && container.status == ContainerStatus::running)
        return fmt::format("{} is RUNNING and its container {} is not", task->arn, container.name);
  }
  return {};
}

void ContainerChecker::check_settled() {
  const std::string why = unsettled();
  if (!why.empty()) violations_.add("settled", why);
}

}  // namespace berth::sim
