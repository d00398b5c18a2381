#include "agent/config/agent_config.h"

#include <gtest/gtest.h>

namespace berth::agent::config {
namespace {

using namespace std::chrono_literals;

Result<AgentConfig> configure(std::map<std::string, std::string> variables) {
  variables.emplace("AWS_DEFAULT_REGION", "us-west-2");
  return make_config(variables);
}

// Goal: defaults are the guide's; each variable has its effect; nonsense names its variable.
TEST(AgentConfig, Defaults) {
  const auto config = configure({});
  ASSERT_TRUE(config.ok());
  EXPECT_EQ(config->backend_host, "https://ecs.us-west-2.amazonaws.com");
  EXPECT_EQ(config->cluster, "");
  EXPECT_FALSE(config->checkpoint);
  EXPECT_EQ(config->task_cleanup_wait, Duration(3h));
  EXPECT_EQ(config->docker_host, "unix:///var/run/docker.sock");
}

TEST(AgentConfig, CheckpointFollowsTheDataDirectoryUnlessSaid) {
  EXPECT_TRUE(configure({{"ECS_DATADIR", "/data"}})->checkpoint);
  EXPECT_FALSE(configure({{"ECS_DATADIR", "/data"}, {"ECS_CHECKPOINT", "false"}})->checkpoint);
  EXPECT_TRUE(configure({{"ECS_CHECKPOINT", "true"}})->checkpoint);
}

TEST(AgentConfig, ReadsLists) {
  const auto config =
      configure({{"ECS_RESERVED_PORTS", "[22, 80]"}, {"ECS_INSTANCE_ATTRIBUTES", "{\"stack\":\"prod\"}"}});
  EXPECT_EQ(config->reserved_ports, (std::vector<std::int32_t>{22, 80}));
  EXPECT_EQ(config->instance_attributes.at("stack"), "prod");
}

TEST(AgentConfig, NamesTheVariableThatIsWrong) {
  for (const auto& [name, value] : std::map<std::string, std::string>{{"ECS_RESERVED_PORTS", "22"},
                                                                      {"ECS_RESERVED_MEMORY", "many"},
                                                                      {"ECS_CONTAINER_STOP_TIMEOUT", "soon"},
                                                                      {"ECS_IMAGE_PULL_BEHAVIOR", "never"}}) {
    const auto config = configure({{name, value}});
    ASSERT_FALSE(config.ok()) << name;
    EXPECT_TRUE(config.error().message.starts_with(name)) << config.error().message;
  }
  EXPECT_FALSE(make_config({}).ok());
}

TEST(AgentConfig, SchemeIsOptional) {
  EXPECT_EQ(configure({{"ECS_BACKEND_HOST", "10.0.0.1:51670"}})->backend_host, "https://10.0.0.1:51670");
  EXPECT_EQ(configure({{"ECS_BACKEND_HOST", "http://h:1"}})->backend_host, "http://h:1");
}

TEST(ConfigFile, LastAssignmentWins) {
  const auto variables =
      parse_config_file("# comment\nECS_CLUSTER=a\n\n ECS_CLUSTER = b \nECS_RESERVED_PORTS=[22,\"x\"]\n");
  EXPECT_EQ(variables.at("ECS_CLUSTER"), "b");
  EXPECT_EQ(variables.at("ECS_RESERVED_PORTS"), "[22,\"x\"]");
}

TEST(GoDuration, ReadsUnits) {
  EXPECT_EQ(*parse_go_duration("1h30m"), Duration(90min));
  EXPECT_EQ(*parse_go_duration("1.5s"), Duration(1500ms));
  EXPECT_FALSE(parse_go_duration("10").ok());
  EXPECT_FALSE(parse_go_duration("ten").ok());
}

}  // namespace
}  // namespace berth::agent::config
