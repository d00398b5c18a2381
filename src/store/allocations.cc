#include "store/allocations.h"

#include <algorithm>

namespace berth::store {
namespace {

using domain::ContainerInstanceRecord;
using domain::InstanceAllocation;
using domain::TaskRecord;
using Ports = std::vector<std::int32_t>;

void append(Ports& into, const Ports& more) {
  into.insert(into.end(), more.begin(), more.end());
}

InstanceAllocation add_up(const ContainerInstanceRecord& instance, const Group<TaskRecord>& tasks) {
  InstanceAllocation sum;
  sum.account = instance.account;
  sum.region = instance.region;
  sum.cluster = instance.cluster;
  sum.instance_id = instance.id;
  for (const auto& [sort, task] : tasks) {
    sum.cpu += task->record->cpu;
    sum.memory += task->record->memory;
    append(sum.tcp_ports, task->record->tcp_ports);
    append(sum.udp_ports, task->record->udp_ports);
    ++sum.task_count;
  }
  // Claims keep them so.
  std::sort(sum.tcp_ports.begin(), sum.tcp_ports.end());
  std::sort(sum.udp_ports.begin(), sum.udp_ports.end());
  return sum;
}

}  // namespace

void add_up_allocations(Tables& tables, Revision revision) {
  tables.of<ContainerInstanceRecord>().walk("", [&](const Stored<ContainerInstanceRecord>& instance) {
    const auto tasks = tables.of<TaskRecord>().group(kTasksByInstance, instance.key);
    auto sum = std::make_shared<const InstanceAllocation>(add_up(*instance.record, tasks));
    tables.of<InstanceAllocation>().put(instance.key, std::move(sum), revision);
    return true;
  });
}

}  // namespace berth::store
