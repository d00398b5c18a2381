#include "services/berth/cluster_snapshot.h"

#include <algorithm>

#include "scheduling/store_snapshot.h"

namespace berth::services::control {
namespace {

void drop_ports(std::vector<std::int32_t>& used, const std::vector<std::int32_t>& ports) {
  for (const auto port : ports)
    if (const auto found = std::find(used.begin(), used.end(), port); found != used.end()) used.erase(found);
}

void take_away(placement::InstanceView& view, const domain::TaskRecord& task) {
  view.remaining_cpu += task.cpu;
  view.remaining_memory_mib += task.memory;
  drop_ports(view.used_tcp, task.tcp_ports);
  drop_ports(view.used_udp, task.udp_ports);
  --view.running_tasks;
}

}  // namespace

ClusterSnapshot::ClusterSnapshot(const store::View& view, const domain::Realm& realm,
                                 const std::string& cluster, const domain::TaskRecord* without) {
  for (const auto& [sort, stored] :
       view.group(store::kInstancesByCluster, store::cluster_key(realm, cluster))) {
    Entry entry;
    entry.stored = stored;
    const auto* allocation = view.find<domain::InstanceAllocation>(stored->key);
    entry.view = scheduling::instance_view(*stored->record, allocation ? allocation->record.get() : nullptr);
    for (const auto& [task_sort, task] : view.group(store::kTasksByInstance, stored->key)) {
      if (without && task->record->id == without->id) {
        take_away(entry.view, *without);
        continue;
      }
      entry.tasks.push_back(task->record.get());
      if (task->record->desired_status == domain::TaskStatus::running) ++entry.groups[task->record->group];
    }
    instances_.push_back(std::move(entry));
  }
}

std::int64_t ClusterSnapshot::count_of_group(std::size_t index, std::string_view group) const {
  const auto& groups = instances_[index].groups;
  const auto found = groups.find(group);
  return found == groups.end() ? 0 : found->second;
}

void ClusterSnapshot::each_group(std::size_t index, const placement::GroupVisitor& visit) const {
  for (const auto& [group, tasks] : instances_[index].groups) visit(group, tasks);
}

}  // namespace berth::services::control
