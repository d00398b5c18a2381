#include "domain/task_definition.h"

#include <gtest/gtest.h>

#include "domain/testing.h"

namespace berth::domain {
namespace {

using model::ecs::NetworkMode;
using model::ecs::RegisterTaskDefinitionRequest;
using testing::container;
using testing::definition_request;

std::string why_refused(const RegisterTaskDefinitionRequest& request) {
  const auto checked = check_task_definition(request, Limits{});
  return checked ? std::string() : checked.error().message;
}

// Goal: each mistake is refused in words that name the container and the setting. Method: one change to a
// good request.
TEST(CheckTaskDefinition, AcceptsAGoodOne) {
  EXPECT_EQ(why_refused(definition_request()), "");
}

TEST(CheckTaskDefinition, NamesWhatIsWrong) {
  auto request = definition_request("");
  EXPECT_EQ(why_refused(request), "Family should not be null or empty.");
  request = definition_request("a b");
  EXPECT_EQ(why_refused(request), "Family contains invalid characters.");
  request = definition_request();
  request.container_definitions[0].memory.reset();
  EXPECT_EQ(why_refused(request),
            "Invalid setting for container 'main'. At least one of 'memory' or 'memoryReservation' must be "
            "specified.");
  request = definition_request();
  request.container_definitions[0].essential = false;
  EXPECT_NE(why_refused(request).find("essential"), std::string::npos);
  request = definition_request();
  request.container_definitions.push_back(container("main"));
  EXPECT_NE(why_refused(request).find("'main'"), std::string::npos);
  request = definition_request();
  request.container_definitions[0].links = {"ghost:db"};
  EXPECT_NE(why_refused(request).find("'ghost'"), std::string::npos);
  request = definition_request();
  request.container_definitions[0].mount_points.emplace();
  request.container_definitions[0].mount_points->push_back({.source_volume = "v", .container_path = "/v"});
  EXPECT_EQ(why_refused(request), "Unknown volume 'v'.");
  request = definition_request();
  request.container_definitions[0].environment.emplace();
  request.container_definitions[0].environment->push_back({.name = "BIG", .value = std::string(70'000, 'x')});
  EXPECT_NE(why_refused(request).find("Max allowed length is '65536' bytes."), std::string::npos);
}

TEST(CheckTaskDefinition, RefusesElevenContainers) {
  auto request = definition_request();
  for (int i = 0; i < 9; ++i) request.container_definitions.push_back(container("c" + std::to_string(i)));
  EXPECT_EQ(why_refused(request), "");
  request.container_definitions.push_back(container("eleventh"));
  EXPECT_NE(why_refused(request).find("at most 10"), std::string::npos);
}

TEST(CheckTaskDefinition, RefusesCycles) {
  auto request = definition_request();
  request.container_definitions.push_back(container("other"));
  request.container_definitions[0].links = {"other"};
  EXPECT_EQ(why_refused(request), "");
  request.container_definitions[1].volumes_from.emplace();
  request.container_definitions[1].volumes_from->push_back({.source_container = "main"});
  EXPECT_NE(why_refused(request).find("cycle"), std::string::npos);
}

TEST(CheckTaskDefinition, ChecksPorts) {
  auto request = definition_request();
  auto& ports = request.container_definitions[0].port_mappings.emplace();
  ports.push_back({.container_port = 80, .host_port = 70'000});
  EXPECT_NE(why_refused(request).find("'hostPort' 70000"), std::string::npos);
  ports[0].host_port = 8080;
  EXPECT_EQ(why_refused(request), "");
  ports.push_back({.container_port = 81, .host_port = 8080});
  EXPECT_NE(why_refused(request).find("TCP host port '8080'"), std::string::npos);
  ports.pop_back();
  request.network_mode = NetworkMode::none;
  EXPECT_NE(why_refused(request).find("'none'"), std::string::npos);
}

// Goal: what was sent is echoed, with the defaults that clients compare against.
TEST(Normalise, FillsDefaults) {
  auto request = definition_request();
  request.container_definitions[0].cpu.reset();
  request.container_definitions[0].port_mappings.emplace().push_back({.container_port = 80});
  const auto definition = normalise_task_definition(request);
  const auto& main = definition.container_definitions->at(0);
  EXPECT_EQ(main.cpu, 0);
  EXPECT_EQ(main.essential, true);
  EXPECT_TRUE(main.environment && main.environment->empty());
  EXPECT_TRUE(main.mount_points && main.volumes_from && main.system_controls);
  EXPECT_EQ(main.port_mappings->at(0).host_port, 0);
  EXPECT_EQ(main.port_mappings->at(0).protocol, model::ecs::TransportProtocol::tcp);
  EXPECT_FALSE(main.links.has_value());
  EXPECT_TRUE(definition.volumes && definition.volumes->empty());
  EXPECT_TRUE(definition.requires_attributes->empty());
}

// Goal: what clients compare with what they sent does not drift. Method: the spellings that ECS changes.
TEST(Normalise, WritesSizesAsIntegersAndLeavesOutWhatIsEmpty) {
  auto request = definition_request();
  request.cpu = ".5 vCPU";
  request.memory = "1GB";
  request.task_role_arn = "";
  request.execution_role_arn = "";
  auto& environment = request.container_definitions[0].environment.emplace();
  environment.push_back({.name = "GONE"});
  environment.push_back({.name = "EMPTY", .value = ""});
  auto& volume = request.volumes.emplace().emplace_back();
  volume.name = "v";
  volume.efs_volume_configuration.emplace().file_system_id = "fs-1";
  ASSERT_EQ(why_refused(request), "");
  const auto definition = normalise_task_definition(request);
  EXPECT_EQ(definition.cpu, "512");
  EXPECT_EQ(definition.memory, "1024");
  EXPECT_FALSE(definition.task_role_arn || definition.execution_role_arn);
  const auto& kept = *definition.container_definitions->at(0).environment;
  ASSERT_EQ(kept.size(), 1U);
  EXPECT_EQ(kept[0].name, "EMPTY");
  EXPECT_EQ(definition.volumes->at(0).efs_volume_configuration->root_directory, "/");
}

TEST(Resources, PreferTaskLevelThenReservation) {
  auto request = definition_request();
  request.container_definitions[0].memory_reservation = 32;
  request.container_definitions.push_back(container("b", 20, 100));
  auto resources = resources_of(normalise_task_definition(request), nullptr);
  EXPECT_EQ(resources.cpu, 30);
  EXPECT_EQ(resources.memory, 132);
  request.cpu = "0.5 vCPU";
  request.memory = "1 GB";
  resources = resources_of(normalise_task_definition(request), nullptr);
  EXPECT_EQ(resources.cpu, 512);
  EXPECT_EQ(resources.memory, 1024);
}

TEST(Overrides, MustNameContainersOfTheDefinition) {
  const auto definition = normalise_task_definition(definition_request());
  model::ecs::TaskOverride overrides;
  overrides.container_overrides.emplace().push_back({.name = "ghost"});
  EXPECT_EQ(check_overrides(definition, &overrides).error().message,
            "Override for container named ghost is not a container in the TaskDefinition.");
  overrides.container_overrides->at(0).name = "main";
  EXPECT_TRUE(check_overrides(definition, &overrides).ok());
}

TEST(BuildTask, HasOneOverrideEntryAContainer) {
  const auto task = testing::pending_task();
  EXPECT_EQ((*task.overrides)->container_overrides->size(), 1U);
  EXPECT_EQ((*task.overrides)->container_overrides->at(0).name, "main");
  EXPECT_EQ(task.arn, "arn:aws:ecs:us-east-1:123456789012:task/default/" + task.id);
  EXPECT_EQ(container_arn(task.arn, "c1"),
            "arn:aws:ecs:us-east-1:123456789012:container/default/" + task.id + "/c1");
  EXPECT_EQ(task.group, "family:web");
  EXPECT_EQ(task.cpu, 10);
}

}  // namespace
}  // namespace berth::domain
