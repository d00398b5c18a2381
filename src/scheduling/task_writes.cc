#include "scheduling/task_writes.h"

#include "domain/task_definition.h"

namespace berth::scheduling {
namespace {

placement::ResourceRequest resource_request(const domain::TaskResources& resources,
                                            const model::ecs::TaskDefinition& definition) {
  placement::ResourceRequest request;
  request.cpu = resources.cpu;
  request.memory_mib = resources.memory;
  for (const auto port : resources.tcp_ports) request.host_ports.push_back({port, placement::Protocol::tcp});
  for (const auto port : resources.udp_ports) request.host_ports.push_back({port, placement::Protocol::udp});
  for (const auto& container : *definition.container_definitions) {
    if (!container.port_mappings) continue;
    for (const auto& mapping : *container.port_mappings) {
      if (!mapping.container_port_range) continue;
      const auto dash = mapping.container_port_range->find('-');
      const bool udp = mapping.protocol == model::ecs::TransportProtocol::udp;
      request.port_ranges.push_back({std::stoi(mapping.container_port_range->substr(0, dash)),
                                     std::stoi(mapping.container_port_range->substr(dash + 1)),
                                     udp ? placement::Protocol::udp : placement::Protocol::tcp});
    }
  }
  return request;
}

}  // namespace

Result<placement::PlacementRequest> placement_request(
    const domain::TaskPlan& plan, const std::vector<placement::RawConstraint>& constraints,
    const std::vector<placement::RawStrategy>& strategies, const domain::Limits& limits,
    placement::QueryCache* cache) {
  const auto& definition = plan.definition.definition;
  placement::PlacementRequest request;
  request.group = plan.group.empty() ? "family:" + plan.definition.family : plan.group;
  request.reserved_ports_max = static_cast<std::size_t>(limits.reserved_ports_per_instance);
  request.resources = resource_request(domain::resources_of(definition, plan.overrides), definition);
  if (definition.requires_attributes)
    for (const auto& attribute : *definition.requires_attributes)
      request.attributes.push_back({attribute.name, attribute.value});
  auto parsed = placement::parse_constraints(constraints, placement::ConstraintPlace::request, cache);
  if (!parsed) return std::move(parsed).error();
  request.constraints = *std::move(parsed);
  std::vector<placement::RawConstraint> own;
  if (definition.placement_constraints)
    for (const auto& constraint : *definition.placement_constraints)
      own.push_back({"memberOf", constraint.expression.value_or("")});
  auto parsed_own = placement::parse_constraints(own, placement::ConstraintPlace::task_definition, cache);
  if (!parsed_own) return std::move(parsed_own).error();
  for (auto& constraint : *parsed_own) request.constraints.push_back(std::move(constraint));
  auto parsed_strategies = placement::parse_strategies(strategies);
  if (!parsed_strategies) return std::move(parsed_strategies).error();
  request.strategies = *std::move(parsed_strategies);
  return request;
}

store::Resources resources_of(const domain::TaskRecord& task) {
  return {task.cpu, task.memory, task.tcp_ports, task.udp_ports};
}

std::string instance_key_of(const domain::TaskRecord& task) {
  return store::instance_key({task.account, task.region}, task.cluster, task.instance_id);
}

void add_task(store::Transaction& transaction, domain::TaskRecord task) {
  transaction.expect_absent<domain::TaskRecord>(
      store::task_key({task.account, task.region}, task.cluster, task.id));
  transaction.claim(instance_key_of(task), resources_of(task));
  transaction.put(std::move(task));
}

void move_task(store::Transaction& transaction, const store::Stored<domain::TaskRecord>& before,
               domain::TaskRecord after) {
  transaction.expect(before);
  const bool stops = before.record->last_status != domain::TaskStatus::stopped &&
                     after.last_status == domain::TaskStatus::stopped;
  if (stops) transaction.release(instance_key_of(after), resources_of(after));
  transaction.put(std::move(after));
}

}  // namespace berth::scheduling
