#pragma once
#include <string>

#include "domain/build_task.h"
#include "domain/task_definition.h"

// Small worlds for the tests of this folder and of its users.
namespace berth::domain::testing {

inline model::ecs::ContainerDefinition container(std::string name, std::int32_t cpu = 10,
                                                 std::int32_t memory = 64) {
  model::ecs::ContainerDefinition container;
  container.name = std::move(name);
  container.image = "busybox";
  container.cpu = cpu;
  container.memory = memory;
  return container;
}

inline model::ecs::RegisterTaskDefinitionRequest definition_request(std::string family = "web") {
  model::ecs::RegisterTaskDefinitionRequest request;
  request.family = std::move(family);
  request.container_definitions.push_back(container("main"));
  return request;
}

inline TaskDefinitionRecord definition_record(const model::ecs::RegisterTaskDefinitionRequest& request,
                                              std::int32_t revision = 1) {
  TaskDefinitionRecord record;
  record.account = "123456789012";
  record.region = "us-east-1";
  record.family = request.family;
  record.revision = revision;
  record.status = DefinitionStatus::active;
  record.definition = normalise_task_definition(request);
  return record;
}

inline ClusterRecord cluster_record(std::string name = "default") {
  ClusterRecord record;
  record.account = "123456789012";
  record.region = "us-east-1";
  record.name = std::move(name);
  record.generation = "g1";
  record.status = ClusterStatus::active;
  return record;
}

inline ContainerInstanceRecord instance_record(std::string id = "i1") {
  ContainerInstanceRecord record;
  record.account = "123456789012";
  record.region = "us-east-1";
  record.cluster = "default";
  record.cluster_generation = "g1";
  record.id = std::move(id);
  record.arn =
      container_instance_arn({record.account, record.region}, record.cluster, record.id, ArnForm::long_);
  record.ec2_instance_id = "i-0123";
  record.status = InstanceStatus::active;
  record.cpu = 2048;
  record.memory = 4096;
  record.agent_connected = true;
  return record;
}

inline TaskRecord pending_task() {
  const auto definition = definition_record(definition_request());
  const auto cluster = cluster_record();
  int count = 0;
  return build_task(
      {cluster, definition}, instance_record(),
      [&] { return std::string(31, '0') + std::to_string(++count); }, WallTime{1000});
}

}  // namespace berth::domain::testing
