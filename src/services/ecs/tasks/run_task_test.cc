// Goal: RunTask keeps the limits that operators set, and what it is asked for is what the task has. Method:
// handlers over a store in memory.
#include "services/ecs/testing.h"

namespace berth::services::ecs::testing {
namespace {

using ::testing::SizeIs;

class RunTaskTest : public HandlersTest {
 protected:
  RunTaskTest() {
    create("c");
    enrol_connected("c");
  }
  void define_with_ports(const std::string& family, std::int32_t first, std::int32_t count) {
    model::ecs::RegisterTaskDefinitionRequest request;
    request.family = family;
    model::ecs::ContainerDefinition container;
    container.name = "main";
    container.image = "busybox";
    container.memory = 8;
    for (std::int32_t i = 0; i < count; ++i) {
      model::ecs::PortMapping mapping;
      mapping.container_port = mapping.host_port = first + i;
      (container.port_mappings ? *container.port_mappings : container.port_mappings.emplace())
          .push_back(mapping);
    }
    request.container_definitions.push_back(container);
    must(register_task_definition, request);
  }
};

TEST_F(RunTaskTest, ReservedPortsOfAnInstanceEndAtTheLimit) {
  deps_.limits.reserved_ports_per_instance = 6;  // The instance itself reserves two.
  define_with_ports("four", 8000, 4);
  define_with_ports("one", 9000, 1);
  EXPECT_THAT(*must(run_task, {.cluster = "c", .task_definition = "four"}).tasks, SizeIs(1));
  const auto full = must(run_task, {.cluster = "c", .task_definition = "one"});
  ASSERT_THAT(*full.failures, SizeIs(1));
  EXPECT_EQ(full.failures->front().reason, "RESOURCE:PORTS");
  deps_.limits.reserved_ports_per_instance = 7;
  EXPECT_THAT(*must(run_task, {.cluster = "c", .task_definition = "one"}).tasks, SizeIs(1));
}

TEST_F(RunTaskTest, WhatIsEmptyIsAbsentInTheTask) {
  define("web");
  model::ecs::RunTaskRequest request{.cluster = "c", .task_definition = "web"};
  request.started_by = "";
  request.group = "";
  request.overrides.emplace().container_overrides.emplace(1);
  request.overrides->task_role_arn = "";
  const auto task = must(run_task, request).tasks->at(0);
  EXPECT_FALSE(task.started_by);
  EXPECT_EQ(task.group, "family:web");
  EXPECT_THAT(*task.overrides->container_overrides, SizeIs(1)) << "one a container";
  EXPECT_FALSE(task.overrides->task_role_arn);
  EXPECT_THAT(*must(list_tasks, {.cluster = "c", .started_by = ""}).task_arns, SizeIs(1));
}

TEST_F(RunTaskTest, OnlyTheSchedulersGroupsAreReserved) {
  define("web");
  for (const char* group : {"task:compose", "family:x", "mine"}) {
    model::ecs::RunTaskRequest request{.cluster = "c", .task_definition = "web"};
    request.group = group;
    EXPECT_EQ(must(run_task, request).tasks->at(0).group, group);
  }
}

}  // namespace
}  // namespace berth::services::ecs::testing
