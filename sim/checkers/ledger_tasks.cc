// The rules of a Ledger about single tasks.
#include <fmt/format.h>

#include <array>

#include "sim/checkers/ledger.h"

namespace berth::sim {
namespace {

using domain::InstanceStatus;
using domain::TaskRecord;
using domain::TaskStatus;

// From a look at the store to the commit that follows from it, at worst.
constexpr Duration kLookMax = std::chrono::seconds(30);
// Between what one process noted and what another one counts from it.
constexpr Duration kClockSlack = std::chrono::seconds(1);
// From the time that a write names to its place in a slow store.
constexpr Duration kWriteMax = std::chrono::seconds(10);
// What agents always get to come back after a start of the control plane.
constexpr Duration kBackAgain = std::chrono::seconds(90);
constexpr std::string_view kZoneIs = "attribute:ecs.availability-zone == ";

// Along the life of a task, as the guide draws it.
std::size_t stage(TaskStatus status) {
  static constexpr std::array kLife = {
      TaskStatus::provisioning, TaskStatus::pending,  TaskStatus::activating,     TaskStatus::running,
      TaskStatus::deactivating, TaskStatus::stopping, TaskStatus::deprovisioning, TaskStatus::stopped};
  std::size_t at = 0;
  while (kLife[at] != status) ++at;
  return at;
}

// The limit in a startedBy of the workload, "NAME:COUNT"; 0 when it has none.
std::int64_t limit_of(const std::string& started_by) {
  const auto colon = started_by.find(':');
  return started_by.starts_with("sim-") && colon != std::string::npos
             ? std::atoll(started_by.c_str() + colon + 1)
             : 0;
}

bool same_fixed_members(const TaskRecord& a, const TaskRecord& b) {
  return a.arn == b.arn && a.instance_id == b.instance_id && a.instance_arn == b.instance_arn &&
         a.task_definition_arn == b.task_definition_arn && a.group == b.group &&
         a.started_by == b.started_by && a.service_name == b.service_name &&
         a.deployment_id == b.deployment_id && a.cpu == b.cpu && a.memory == b.memory &&
         a.tcp_ports == b.tcp_ports && a.udp_ports == b.udp_ports && a.created_at == b.created_at &&
         a.availability_zone == b.availability_zone;
}

}  // namespace

void Ledger::check_task(const TaskRecord* before, const TaskRecord* after) {
  if (!after) {
    if (before) check_deleted(*before);
    return;
  }
  if (before)
    check_change(*before, *after);
  else
    check_created(*after);
  if (after->last_status == TaskStatus::running && !after->started_at)
    fail("times", after->arn + " is RUNNING and does not say since when");
  if (after->last_status != TaskStatus::stopped) return;
  if (!after->stopped_at || !after->stop_code || after->stopped_reason.value_or("").empty())
    fail("stopped-reason", after->arn + " does not say why or when it stopped");
  if (after->desired_status != TaskStatus::stopped)
    fail("desired-forward", after->arn + " has stopped and is still wanted");
  if (!before || before->last_status != TaskStatus::stopped) check_given_up(*after);
}

void Ledger::check_created(const TaskRecord& task) {
  const auto limit = limit_of(task.started_by.value_or(""));
  if (find_task(task.arn)) return fail("status-forward", task.arn + " came a second time");
  if (stage(task.last_status) > stage(TaskStatus::pending) || task.desired_status != TaskStatus::running)
    fail("status-forward", fmt::format("{} began {}, wanted {}", task.arn, to_string(task.last_status),
                                       to_string(task.desired_status)));
  if (limit > 0 && ++started_by_[*task.started_by] > limit)
    fail("count-once", fmt::format("more than {} tasks were started for {}", limit, *task.started_by));
}

void Ledger::check_change(const TaskRecord& before, const TaskRecord& after) {
  if (before.last_status == TaskStatus::stopped && !(before == after))
    return fail("status-forward", after.arn + " has changed after it was STOPPED");
  if (stage(after.last_status) < stage(before.last_status))
    fail("status-forward", fmt::format("{} went from {} to {}", after.arn, to_string(before.last_status),
                                       to_string(after.last_status)));
  if (before.desired_status == TaskStatus::stopped && after.desired_status != TaskStatus::stopped)
    fail("desired-forward", after.arn + " is wanted again after a stop");
  if (!same_fixed_members(before, after)) fail("immutable", after.arn + " is not the task that it was");
  if (before.started_at && after.started_at != before.started_at)
    fail("times", after.arn + " began to run a second time");
  if (before.delivered && !after.delivered) fail("immutable", after.arn + " was delivered and then was not");
}

void Ledger::check_deleted(const TaskRecord& task) {
  if (task.last_status != TaskStatus::stopped)
    return fail("retention", task.arn + " was deleted before it stopped");
  if (clocks_moved()) return;
  const WallTime now = world_.options().epoch + Duration(world_.now().ns);
  if (now + kClockSlack < task.stopped_at.value_or(now) + promises_.retention)
    fail("retention", task.arn + " was deleted before its time");
}

void Ledger::check_given_up(const TaskRecord& task) {
  const std::string reason = task.stopped_reason.value_or("");
  if (reason.find("stayed disconnected") == std::string::npos) return;
  world_.probe("given-up");
  if (world_.probes().contains("fault-clock-drift")) return;
  const auto away =
      away_since_.find(store::instance_key({task.account, task.region}, task.cluster, task.instance_id));
  // Steps shorten nothing, save what a control plane makes of the times from before it began: it waits
  // kBackAgain.
  const Duration promised = clocks_moved() ? std::min(promises_.grace, kBackAgain) : promises_.grace;
  if (away == away_since_.end() || world_.now() - away->second + kClockSlack + kWriteMax < promised)
    fail("given-up", task.arn + " was given up before its instance had been away for the grace");
}

void Ledger::check_placed(const TaskRecord& task) {
  const std::string key = store::instance_key({task.account, task.region}, task.cluster, task.instance_id);
  const auto found = instances_.find(key);
  if (found == instances_.end()) return;  // The rule `orphan` has it.
  const auto& instance = *found->second;
  if (instance.status != InstanceStatus::active)
    fail("placed",
         fmt::format("{} was placed on {}, which is {}", task.arn, instance.id, to_string(instance.status)));
  const auto away = away_since_.find(key);
  if (away != away_since_.end() && world_.now() - away->second > kLookMax)
    fail("placed", fmt::format("{} was placed on {}, whose agent is away", task.arn, instance.id));
  check_constraints(task, instance);
}

void Ledger::check_constraints(const TaskRecord& task, const domain::ContainerInstanceRecord& instance) {
  if (!task.service_name) return;
  const std::string key = store::service_key({task.account, task.region}, task.cluster, *task.service_name);
  const auto found = services_.find(key);
  if (found == services_.end() || !found->second->placement_constraints) return;
  for (const auto& constraint : *found->second->placement_constraints) {
    const std::string expression = constraint.expression.value_or("");
    if (constraint.type == model::ecs::PlacementConstraintType::member_of &&
        expression.starts_with(kZoneIs)) {
      const std::string zone = expression.substr(kZoneIs.size());
      for (const auto& attribute : instance.attributes)
        if (attribute.name == "ecs.availability-zone" && attribute.value != zone)
          fail("placed", fmt::format("{} was placed in {}, its service wants {}", task.arn,
                                     attribute.value.value_or(""), zone));
    }
    if (constraint.type != model::ecs::PlacementConstraintType::distinct_instance) continue;
    for (const auto& other_key : by_service_[key]) {
      const TaskRecord& other = *tasks_.at(other_key);
      if (other.arn != task.arn && other.instance_id == task.instance_id &&
          other.desired_status == TaskStatus::running)
        fail("placed", fmt::format("{} and {} are on one instance (distinctInstance)", task.arn, other.arn));
    }
  }
}

}  // namespace berth::sim
