#include "services/ecs/clusters/render_cluster.h"

#include "domain/arns.h"
#include "services/ecs/clusters/services_seam.h"
#include "services/ecs/instances/task_counts.h"

namespace berth::services::ecs {
namespace {

using domain::ClusterRecord;
using model::ecs::KeyValuePair;
using model::ecs::LaunchType;

KeyValuePair statistic(std::string name, std::int32_t value) {
  KeyValuePair pair;
  pair.name = std::move(name);
  pair.value = std::to_string(value);
  return pair;
}

bool is_on(const domain::TaskRecord& task, LaunchType type) {
  return task.launch_type == type;
}

std::vector<KeyValuePair> statistics(const store::Group<domain::TaskRecord>& tasks, std::int32_t services) {
  TaskCounts ec2, external;
  for (const auto& [sort, task] : tasks)
    (is_on(*task->record, LaunchType::external) ? external : ec2).add(*task->record);
  // Fargate tasks do not exist here, but scripts that add the numbers up expect the names.
  return {statistic("runningEC2TasksCount", ec2.running),
          statistic("runningFargateTasksCount", 0),
          statistic("pendingEC2TasksCount", ec2.pending),
          statistic("pendingFargateTasksCount", 0),
          statistic("runningExternalTasksCount", external.running),
          statistic("pendingExternalTasksCount", external.pending),
          statistic("activeEC2ServiceCount", services),
          statistic("activeFargateServiceCount", 0),
          statistic("drainingEC2ServiceCount", 0),
          statistic("drainingFargateServiceCount", 0)};
}

}  // namespace

model::ecs::Cluster render_cluster(const store::View& view, const ClusterRecord& record,
                                   ClusterFields fields) {
  const domain::Realm realm{record.account, record.region};
  model::ecs::Cluster cluster;
  cluster.cluster_arn = domain::cluster_arn(realm, record.name);
  cluster.cluster_name = record.name;
  cluster.status = std::string(to_string(record.status));
  const bool active = record.status == domain::ClusterStatus::active;
  // A deleted cluster has nothing; what its name's groups hold would belong to a later generation.
  const std::string key = active ? store::cluster_key(realm, record.name) : std::string();
  const auto tasks = view.group(store::kUnstoppedTasks, key);
  const TaskCounts counts = count_tasks(tasks);
  const std::int32_t services = active ? active_services_count(view, record) : 0;
  cluster.registered_container_instances_count =
      static_cast<std::int32_t>(view.group(store::kInstancesByCluster, key).size());
  cluster.running_tasks_count = counts.running;
  cluster.pending_tasks_count = counts.pending;
  cluster.active_services_count = services;
  cluster.statistics.emplace();
  if (fields.statistics) cluster.statistics = statistics(tasks, services);
  cluster.tags.emplace();
  if (fields.tags && record.tags) cluster.tags = record.tags;
  cluster.settings.emplace();
  if (fields.settings && record.settings) cluster.settings = record.settings;
  cluster.capacity_providers = record.capacity_providers.value_or(std::vector<std::string>());
  cluster.default_capacity_provider_strategy = record.default_capacity_provider_strategy.value_or(
      std::vector<model::ecs::CapacityProviderStrategyItem>());
  if (fields.configurations) cluster.configuration = record.configuration;
  if (fields.attachments) cluster.attachments.emplace();
  cluster.service_connect_defaults = record.service_connect_defaults;
  return cluster;
}

}  // namespace berth::services::ecs
