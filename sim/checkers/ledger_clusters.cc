// The rule of a Ledger about clusters.
#include <fmt/format.h>

#include "sim/checkers/ledger.h"

namespace berth::sim {

void Ledger::check_cluster(const std::string& name) {
  const auto found = clusters_.find(name);
  if (found != clusters_.end() && found->second->status == domain::ClusterStatus::active) return;
  for (const auto& [key, instance] : instances_)
    if (instance->cluster == name && instance->status != domain::InstanceStatus::inactive)
      return fail("cluster",
                  fmt::format("cluster {} is deleted and has the instance {}", name, instance->id));
  for (const auto& [key, task] : tasks_)
    if (task->cluster == name && live(task.get()))
      return fail("cluster", fmt::format("cluster {} is deleted and has the task {}", name, task->arn));
  for (const auto& [key, service] : services_)
    if (service->cluster == name && service->status != domain::ServiceStatus::inactive)
      return fail("cluster",
                  fmt::format("cluster {} is deleted and has the service {}", name, service->name));
}

}  // namespace berth::sim
