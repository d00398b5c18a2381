#include "scheduling/store_snapshot.h"

#include <fmt/format.h>

#include <algorithm>

#include "domain/agent_presence.h"

namespace berth::scheduling {
namespace {

using domain::ContainerInstanceRecord;
using domain::InstanceAllocation;

/// Only tasks of services have a group of this form: the API refuses it in `group`.
constexpr std::string_view kServicePrefix = "service:";

placement::InstanceStatus convert(domain::InstanceStatus status) {
  switch (status) {
    case domain::InstanceStatus::registering:
      return placement::InstanceStatus::registering;
    case domain::InstanceStatus::active:
      return placement::InstanceStatus::active;
    case domain::InstanceStatus::draining:
      return placement::InstanceStatus::draining;
    case domain::InstanceStatus::inactive:
      return placement::InstanceStatus::inactive;
  }
  unreachable();
}

void merge_ports(std::vector<std::int32_t>& into, const std::vector<std::int32_t>& more) {
  into.insert(into.end(), more.begin(), more.end());
}

std::vector<placement::Attribute> attribute_views(const ContainerInstanceRecord& instance) {
  std::vector<placement::Attribute> views;
  views.reserve(instance.attributes.size());
  for (const auto& attribute : instance.attributes)
    views.push_back(
        {attribute.name, attribute.value ? std::string_view(*attribute.value) : std::string_view()});
  placement::normalise(views);
  return views;
}

placement::InstanceView view_of(const ContainerInstanceRecord& instance, const InstanceAllocation* allocation,
                                std::vector<placement::Attribute> attributes) {
  placement::InstanceView view;
  view.arn = instance.arn;
  view.ec2_instance_id = instance.ec2_instance_id;
  view.status = convert(instance.status);
  view.agent_connected = instance.agent_connected;
  view.agent_awaited = domain::is_awaited(instance);
  view.attributes = std::move(attributes);
  view.registered_cpu = view.remaining_cpu = instance.cpu;
  view.registered_memory_mib = view.remaining_memory_mib = instance.memory;
  view.used_tcp = instance.reserved_tcp_ports;
  view.used_udp = instance.reserved_udp_ports;
  if (allocation) {
    view.remaining_cpu -= allocation->cpu;
    view.remaining_memory_mib -= allocation->memory;
    merge_ports(view.used_tcp, allocation->tcp_ports);
    merge_ports(view.used_udp, allocation->udp_ports);
    view.running_tasks = allocation->task_count;
  }
  if (instance.version_info) {
    view.agent_version = instance.version_info->agent_version.value_or("");
    view.docker_version = instance.version_info->docker_version.value_or("");
  }
  view.registered_at = instance.registered_at;
  placement::normalise_ports(view);
  return view;
}

}  // namespace

placement::InstanceView instance_view(const ContainerInstanceRecord& instance,
                                      const InstanceAllocation* allocation) {
  return view_of(instance, allocation, attribute_views(instance));
}

StoreSnapshot::StoreSnapshot(const store::View& view, const domain::Realm& realm, std::string cluster)
    : view_(view),
      cluster_key_(store::cluster_key(realm, cluster)),
      instances_(view.group(store::kPlaceableInstances, cluster_key_)) {}

const std::vector<placement::Attribute>& StoreSnapshot::attributes_of(
    const ContainerInstanceRecord& instance) const {
  auto [at, created] = attributes_.try_emplace(&*instance.attributes);
  if (created) at->second = attribute_views(instance);
  return at->second;
}

const placement::InstanceView& StoreSnapshot::at(std::size_t index) const {
  if (const auto seen = seen_.find(index); seen != seen_.end()) return seen->second;
  const auto& stored = instances_.at(index);
  const auto* allocation = view_.find<InstanceAllocation>(stored.key);
  return seen_
      .emplace(index, view_of(*stored.record, allocation ? allocation->record.get() : nullptr,
                              attributes_of(*stored.record)))
      .first->second;
}

const StoreSnapshot::Counts& StoreSnapshot::groups_at(std::size_t index) const {
  const auto found = groups_.find(index);
  if (found != groups_.end()) return found->second;
  auto& counts = groups_[index];
  for (const auto& [sort, task] : view_.group(store::kTasksByInstance, instances_.at(index).key))
    if (task->record->desired_status == domain::TaskStatus::running) ++counts[task->record->group];
  return counts;
}

const StoreSnapshot::CountById& StoreSnapshot::count_by_instance(std::string_view service) const {
  const auto found = services_.find(service);
  if (found != services_.end()) return found->second;
  auto& counts = services_[std::string(service)];
  for (const auto& [sort, task] :
       view_.group(store::kTasksByService, fmt::format("{}/{}", cluster_key_, service)))
    if (task->record->desired_status == domain::TaskStatus::running) ++counts[task->record->instance_id];
  return counts;
}

std::int64_t StoreSnapshot::count_of_group(std::size_t index, std::string_view group) const {
  if (group.starts_with(kServicePrefix)) {
    const auto& by_instance = count_by_instance(group.substr(kServicePrefix.size()));
    const auto at = by_instance.find(instances_.at(index).record->id);
    return at == by_instance.end() ? 0 : at->second;
  }
  const auto& counts = groups_at(index);
  const auto found = counts.find(group);
  return found == counts.end() ? 0 : found->second;
}

void StoreSnapshot::each_group(std::size_t index, const placement::GroupVisitor& visit) const {
  for (const auto& [group, tasks] : groups_at(index)) visit(group, tasks);
}

std::optional<std::size_t> StoreSnapshot::find(std::string_view key) const {
  for (std::size_t i = 0; i < instances_.size(); ++i)
    if (instances_.at(i).key == key) return i;
  return std::nullopt;
}

}  // namespace berth::scheduling
