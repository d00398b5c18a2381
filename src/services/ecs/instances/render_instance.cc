#include "services/ecs/instances/render_instance.h"

#include <algorithm>

#include "services/ecs/instances/task_counts.h"

namespace berth::services::ecs {
namespace {

using domain::ContainerInstanceRecord;
using domain::InstanceAllocation;
using model::ecs::Resource;
using Ports = std::vector<std::int32_t>;

// All value members are there, with zeros, as the guide prints them (p.107).
Resource resource(std::string name, std::string type) {
  Resource out;
  out.name = std::move(name);
  out.type = std::move(type);
  out.double_value = 0.0;
  out.long_value = 0;
  out.integer_value = 0;
  return out;
}

Resource amount(std::string name, std::int64_t value) {
  Resource out = resource(std::move(name), "INTEGER");
  out.integer_value = static_cast<std::int32_t>(std::max<std::int64_t>(value, 0));
  return out;
}

Resource ports(std::string name, const Ports& reserved, const Ports& used) {
  Resource out = resource(std::move(name), "STRINGSET");
  out.string_set_value.emplace();
  for (const Ports* list : {&reserved, &used})
    for (const auto port : *list) out.string_set_value->push_back(std::to_string(port));
  return out;
}

std::vector<Resource> resources(const ContainerInstanceRecord& record, const InstanceAllocation& used) {
  return {amount("CPU", std::int64_t{record.cpu} - used.cpu),
          amount("MEMORY", std::int64_t{record.memory} - used.memory),
          ports("PORTS", record.reserved_tcp_ports, used.tcp_ports),
          ports("PORTS_UDP", record.reserved_udp_ports, used.udp_ports)};
}

}  // namespace

model::ecs::ContainerInstance render_instance(const store::View& view,
                                              const store::Stored<ContainerInstanceRecord>& stored,
                                              WithTags tags) {
  const ContainerInstanceRecord& record = *stored.record;
  model::ecs::ContainerInstance instance;
  instance.container_instance_arn = record.arn;
  instance.ec2_instance_id = record.ec2_instance_id;
  instance.version = record.version;
  instance.version_info = record.version_info.value_or(model::ecs::VersionInfo());
  const auto* allocation = view.find<InstanceAllocation>(stored.key);
  instance.registered_resources = resources(record, InstanceAllocation());
  instance.remaining_resources = resources(record, allocation ? *allocation->record : InstanceAllocation());
  instance.status = std::string(to_string(record.status));
  instance.status_reason = record.status_reason;
  instance.agent_connected = record.agent_connected;
  const TaskCounts counts = count_tasks(view.group(store::kTasksByInstance, stored.key));
  instance.running_tasks_count = counts.running;
  instance.pending_tasks_count = counts.pending;
  instance.agent_update_status = record.agent_update_status;
  instance.attributes = *record.attributes;
  instance.registered_at = record.registered_at;
  instance.attachments.emplace();
  instance.tags.emplace();
  if (tags == WithTags::yes && record.tags) instance.tags = record.tags;
  return instance;
}

}  // namespace berth::services::ecs
