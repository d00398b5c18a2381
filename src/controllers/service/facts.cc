#include "controllers/service/facts.h"

#include <fmt/format.h>

#include <iterator>
#include <set>

#include "domain/agent_presence.h"
#include "placement/predicates.h"
#include "scheduling/service_rules.h"
#include "scheduling/store_snapshot.h"
#include "scheduling/task_writes.h"

namespace berth::controllers::service {
namespace {

using domain::ContainerInstanceRecord;
using domain::InstanceStatus;
using domain::TaskRecord;
using domain::TaskStatus;
using model::ecs::HealthStatus;
using model::ecs::TaskStopCode;

/// Stopped tasks are in the order of the wall clock, which may jump: after so many in a row that were counted
/// already, all older ones are taken for counted.
constexpr int kCountedInARow = 64;

Health health_of(const TaskRecord& task) {
  bool checked = false;
  for (const auto& container : task.containers)
    checked = checked || (container.essential && container.has_health_check);
  if (!checked) return Health::unchecked;
  switch (task.health_status.value_or(HealthStatus::unknown)) {
    case HealthStatus::healthy:
      return Health::healthy;
    case HealthStatus::unhealthy:
      return Health::unhealthy;
    case HealthStatus::unknown:
      return Health::unknown;
  }
  unreachable();
}

bool failed(const TaskRecord& task) {
  return task.stop_code == TaskStopCode::task_failed_to_start ||
         task.stop_code == TaskStopCode::essential_container_exited;
}

// Daemons leave a host after all others, but do not wait for each other.
bool is_daemon_task(const store::View& view, const TaskRecord& task) {
  if (!task.service_name) return false;
  const auto* service = view.find<domain::ServiceRecord>(
      store::service_key({task.account, task.region}, task.cluster, *task.service_name));
  return service && service->record->scheduling_strategy == model::ecs::SchedulingStrategy::daemon;
}

// What of a placement request says whether an instance should run a daemon at all: attributes and
// constraints.
placement::PlacementRequest without_resources(placement::PlacementRequest request) {
  request.resources = {};
  return request;
}

}  // namespace

std::vector<placement::RawConstraint> raw_constraints(const domain::ServiceRecord& service) {
  std::vector<placement::RawConstraint> raw;
  if (service.placement_constraints)
    for (const auto& constraint : *service.placement_constraints)
      raw.push_back({constraint.type ? std::string(to_string(*constraint.type)) : std::string(),
                     constraint.expression.value_or("")});
  return raw;
}

std::vector<placement::RawStrategy> raw_strategies(const domain::ServiceRecord& service) {
  std::vector<placement::RawStrategy> raw;
  if (service.placement_strategy)
    for (const auto& strategy : *service.placement_strategy)
      raw.push_back({strategy.type ? std::string(to_string(*strategy.type)) : std::string(),
                     strategy.field.value_or("")});
  return raw;
}

const store::Stored<domain::TaskDefinitionRecord>* definition_of(const store::View& view,
                                                                 const domain::ServiceRecord& service,
                                                                 const domain::DeploymentState& deployment) {
  return view.find<domain::TaskDefinitionRecord>(
      store::task_definition_key({service.account, service.region}, deployment.family, deployment.revision));
}

FactSource::FactSource(const store::View& view, const store::Stored<domain::ServiceRecord>& service,
                       WallTime now, domain::Compat compat, bool placement_blocked, const WallSteps* steps)
    : view_(view), service_(*service.record), key_(service.key), facts_{*service.record,   {},  {},    {},
                                                                        placement_blocked, now, compat} {
  facts_.steps = steps;
  facts_.view_of = [this](const std::string& key) { return view_of(key); };
  read_tasks();
  read_exits();
  if (service_.scheduling_strategy == model::ecs::SchedulingStrategy::daemon &&
      service_.status == domain::ServiceStatus::active)
    read_hosts();
}

const ContainerInstanceRecord* FactSource::instance(const std::string& key) const {
  const auto* found = view_.find<ContainerInstanceRecord>(key);
  return found ? found->record.get() : nullptr;
}

const placement::InstanceView* FactSource::view_of(const std::string& key) {
  if (const auto found = views_.find(key); found != views_.end()) return &found->second;
  const auto* record = instance(key);
  if (!record) return nullptr;
  const auto* allocation = view_.find<domain::InstanceAllocation>(key);
  return &views_
              .emplace(key,
                       scheduling::instance_view(*record, allocation ? allocation->record.get() : nullptr))
              .first->second;
}

void FactSource::read_tasks() {
  const bool daemon = service_.scheduling_strategy == model::ecs::SchedulingStrategy::daemon;
  for (const auto& [sort, stored] : view_.group(store::kTasksByService, key_)) {
    const TaskRecord& task = *stored->record;
    TaskFact fact;
    fact.id = task.id;
    fact.deployment_id = task.deployment_id.value_or("");
    fact.instance = scheduling::instance_key_of(task);
    fact.zone = task.availability_zone.value_or("");
    fact.wanted = task.desired_status == TaskStatus::running;
    fact.running = task.last_status == TaskStatus::running;
    fact.health = health_of(task);
    fact.created_at = task.created_at;
    fact.started_at = task.started_at;
    fact.protected_until = task.protected_until;
    const auto* host = instance(fact.instance);
    fact.host_leaves =
        !host || host->status == InstanceStatus::draining || host->status == InstanceStatus::inactive;
    fact.host_silent = !host || !domain::counts_as_connected(*host);
    if (daemon && fact.host_leaves)
      for (const auto& [other_sort, other] : view_.group(store::kTasksByInstance, fact.instance))
        fact.host_has_others = fact.host_has_others || !is_daemon_task(view_, *other->record);
    facts_.tasks.push_back(std::move(fact));
    tasks_.push_back(stored);
  }
}

void FactSource::read_exits() {
  const auto group = view_.group(store::kStoppedTasksByService, key_);
  if (!group.empty()) {
    const TaskRecord& newest = *std::prev(group.end())->second->record;
    if (failed(newest))
      facts_.last_failure =
          fmt::format("(task {}) stopped: {}", newest.id, newest.stopped_reason.value_or("without a reason"));
  }
  int counted = 0;
  for (auto at = std::make_reverse_iterator(group.end()); at != std::make_reverse_iterator(group.begin());
       ++at) {
    const auto& stored = *at->second;
    if (static_cast<std::int64_t>(stored.revision.value()) <= service_.exits_seen) {
      if (++counted == kCountedInARow) return;
      continue;
    }
    counted = 0;
    const TaskRecord& task = *stored.record;
    if (failed(task))
      facts_.exits.push_back(
          {task.deployment_id.value_or(""), task.started_at, task.stopped_at.value_or(facts_.now)});
  }
}

void FactSource::read_hosts() {
  const auto* primary = scheduling::primary_of(service_);
  const auto* definition = primary ? definition_of(view_, service_, *primary) : nullptr;
  const domain::Realm realm{service_.account, service_.region};
  const auto* cluster = view_.find<domain::ClusterRecord>(store::cluster_key(realm, service_.cluster));
  if (!definition || !cluster) return;
  domain::TaskPlan plan{*cluster->record, *definition->record};
  plan.group = scheduling::service_group(service_.name);
  auto request = scheduling::placement_request(plan, raw_constraints(service_), {}, domain::Limits());
  if (!request) return;
  const auto wanted = without_resources(*std::move(request));
  const scheduling::StoreSnapshot snapshot(view_, realm, service_.cluster);
  for (std::size_t i = 0; i < snapshot.size(); ++i) {
    const auto& host = snapshot.instance(i);
    bool matches = true;
    for (const auto& reason : placement::check_instance(snapshot, i, wanted))
      matches = matches && (reason.code == placement::ReasonCode::agent ||
                            reason.code == placement::ReasonCode::distinct_instance);
    if (matches) facts_.hosts.push_back({host.key, !domain::counts_as_connected(*host.record)});
  }
  // Where its daemons should run is not known then: those that run stay, and no others start.
  if (wanted.budget->exceeded()) keep_hosts();
}

void FactSource::keep_hosts() {
  facts_.hosts.clear();
  std::set<std::string> seen;
  for (const auto& task : facts_.tasks)
    if (!task.host_leaves && seen.insert(task.instance).second)
      facts_.hosts.push_back({task.instance, task.host_silent});
}

}  // namespace berth::controllers::service
