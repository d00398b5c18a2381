// The translation of tasks for agents: golden JSON for a small and a full task, and the sizes' texts.
#include <gtest/gtest.h>

#include "gateway/acs/translate_task.h"
#include "model/acs/acs_codec.h"
#include "model/codec_support.h"
#include "model/ecs/task_definition_codec.h"

namespace berth::gateway::acs {
namespace {

domain::TaskRecord small_task() {
  domain::TaskRecord task;
  task.account = "123456789012";
  task.region = "us-east-1";
  task.cluster = "default";
  task.arn = "arn:aws:ecs:us-east-1:123456789012:task/default/t1";
  task.id = "t1";
  task.family = "web";
  task.revision = 3;
  task.group = "family:web";
  domain::ContainerState state;
  state.name = "app";
  state.id = "c1";
  state.image = "busybox";
  task.containers = {state};
  return task;
}

domain::TaskDefinitionRecord definition_of(std::string_view json) {
  domain::TaskDefinitionRecord record;
  record.definition = model::decode_json<model::ecs::TaskDefinition>(json).value();
  return record;
}

JsonObject translated(const domain::TaskRecord& task, std::string_view definition) {
  const auto record = definition_of(definition);
  return parse_json(model::encode_json(translate_task(task, &record, false))).value().as_object();
}

JsonObject container_of(const JsonObject& task) {
  return task.at("containers").as_array().at(0).as_object();
}

JsonValue json(std::string_view text) {
  return parse_json(text).value();
}

TEST(TranslateTask, ASmallTaskHasEverythingThatAgentsOf2015Demand) {
  const auto task =
      translated(small_task(), R"({"containerDefinitions":[{"name":"app","image":"busybox","cpu":10,
    "memory":64,"command":["sleep","30"],"environment":[{"name":"A","value":"1"}],
    "portMappings":[{"containerPort":80}]}],"volumes":[{"name":"v"}]})");
  EXPECT_EQ(JsonValue(task), json(R"({"arn":"arn:aws:ecs:us-east-1:123456789012:task/default/t1",
    "taskClusterArn":"arn:aws:ecs:us-east-1:123456789012:cluster/default","desiredStatus":"RUNNING","family":"web",
    "version":"3","overrides":"{}","taskDefinitionAccountId":"123456789012","launchType":"EC2","group":"family:web",
    "volumes":[{"name":"v","host":{}}],
    "containers":[{"name":"app","image":"busybox","cpu":10,"memory":64,"essential":true,"command":["sleep","30"],
      "entryPoint":[],"environment":{"A":"1"},"links":[],"mountPoints":[],"volumesFrom":[],"overrides":"{}",
      "portMappings":[{"containerPort":80,"hostPort":0,"protocol":"tcp"}],
      "dockerConfig":{"config":"{}","hostConfig":"{}"},
      "containerArn":"arn:aws:ecs:us-east-1:123456789012:container/default/t1/c1"}]})"));
}

TEST(TranslateTask, MergesOverridesSoThatOnlyTheCommandIsLeft) {
  auto record = small_task();
  model::ecs::TaskOverride overrides;
  auto& change = overrides.container_overrides.emplace().emplace_back();
  change.name = "app";
  change.command = {{"echo", "a \"b\""}};
  change.environment = {{{"A", "2"}, {"B", "3"}}};
  change.cpu = 20;
  change.memory = 128;
  change.memory_reservation = 32;
  record.overrides = overrides;
  const auto container =
      container_of(translated(record, R"({"containerDefinitions":[{"name":"app","image":"busybox",
    "cpu":10,"memory":64,"memoryReservation":16,"command":["x"],"environment":[{"name":"A","value":"1"}]}]})"));
  EXPECT_EQ(container.at("overrides").as_string(), R"({"command":["echo","a \"b\""]})");
  EXPECT_EQ(container.at("environment"), json(R"({"A":"2","B":"3"})"));
  EXPECT_EQ(container.at("cpu"), json("20"));
  EXPECT_EQ(container.at("memory"), json("128"));
  EXPECT_EQ(json(container.at("dockerConfig").as_object().at("hostConfig").as_string()),
            json(R"({"MemoryReservation":33554432})"));
}

TEST(TranslateTask, PutsWhatHasNoMemberOfItsOwnIntoDockerConfig) {
  const auto container =
      container_of(translated(small_task(), R"({"networkMode":"host","containerDefinitions":[{
    "name":"app","image":"busybox","memory":64,"user":"1000","hostname":"h","workingDirectory":"/w",
    "disableNetworking":false,"privileged":true,"readonlyRootFilesystem":true,"dnsServers":["1.1.1.1"],
    "dnsSearchDomains":["x"],"extraHosts":[{"hostname":"a","ipAddress":"1.2.3.4"}],
    "dockerSecurityOptions":["no-new-privileges"],"dockerLabels":{"k":"v"},"interactive":true,"pseudoTerminal":true,
    "ulimits":[{"name":"nofile","softLimit":1,"hardLimit":2}],
    "logConfiguration":{"logDriver":"json-file","options":{"max-size":"1m"}},
    "linuxParameters":{"capabilities":{"add":["NET_ADMIN"],"drop":["ALL"]},"initProcessEnabled":true,
      "sharedMemorySize":64,"maxSwap":16,"swappiness":5,"tmpfs":[{"containerPath":"/t","size":8,"mountOptions":["ro"]}],
      "devices":[{"hostPath":"/dev/a","permissions":["read","mknod"]}]},
    "healthCheck":{"command":["CMD-SHELL","x"],"interval":5,"timeout":2,"retries":3,"startPeriod":1},
    "systemControls":[{"namespace":"net.core.somaxconn","value":"9"}]}]})"));
  const auto& config = container.at("dockerConfig").as_object();
  EXPECT_EQ(json(config.at("config").as_string()), json(R"({"User":"1000","Hostname":"h","WorkingDir":"/w",
    "NetworkDisabled":false,"OpenStdin":true,"Tty":true,"Labels":{"k":"v"},"Healthcheck":{"Test":["CMD-SHELL","x"],
    "Interval":5000000000,"Timeout":2000000000,"Retries":3,"StartPeriod":1000000000}})"));
  EXPECT_EQ(json(config.at("hostConfig").as_string()), json(R"({"NetworkMode":"host","Dns":["1.1.1.1"],
    "DnsSearch":["x"],"ExtraHosts":["a:1.2.3.4"],"Privileged":true,"ReadonlyRootfs":true,
    "SecurityOpt":["no-new-privileges"],"Ulimits":[{"Name":"nofile","Soft":1,"Hard":2}],
    "Sysctls":{"net.core.somaxconn":"9"},"LogConfig":{"Type":"json-file","Config":{"max-size":"1m"}},
    "CapAdd":["NET_ADMIN"],"CapDrop":["ALL"],
    "Devices":[{"PathOnHost":"/dev/a","PathInContainer":"/dev/a","CgroupPermissions":"rm"}],"Init":true,
    "ShmSize":67108864,"Tmpfs":{"/t":"size=8m,ro"},"MemorySwap":83886080,"MemorySwappiness":5})"));
  EXPECT_EQ(container.at("healthCheckType").as_string(), "docker");
}

// Docker knows no other first word, and would not run the check.
TEST(TranslateTask, ACheckThatBeginsWithItsProgramIsACommand) {
  const auto container = container_of(translated(small_task(), R"({"containerDefinitions":[{
    "name":"app","image":"busybox","memory":64,"healthCheck":{"command":["/healthcheck","-q"]}}]})"));
  EXPECT_EQ(json(container.at("dockerConfig").as_object().at("config").as_string()),
            json(R"({"Healthcheck":{"Test":["CMD","/healthcheck","-q"]}})"));
}

TEST(TranslateTask, CarriesMembersOfLaterAgents) {
  auto record = small_task();
  record.task_cpu = "256";
  record.task_memory = "512";
  const auto task = translated(record, R"({"pidMode":"task","ipcMode":"none","networkMode":"bridge",
    "cpu":"256","memory":"512",
    "containerDefinitions":[{"name":"app","image":"b","memory":4,"dependsOn":[{"containerName":"x","condition":"HEALTHY"}],
    "startTimeout":5,"stopTimeout":6,"restartPolicy":{"enabled":true,"ignoredExitCodes":[1],"restartAttemptPeriod":60},
    "secrets":[{"name":"S","valueFrom":"arn:aws:secretsmanager:eu-west-1:1:secret:x"},{"name":"P","valueFrom":"/p"}],
    "portMappings":[{"containerPortRange":"80-85","protocol":"udp"}]}],
    "volumes":[{"name":"d","dockerVolumeConfiguration":{"scope":"shared","autoprovision":true,"driver":"local"}}]})");
  EXPECT_EQ(task.at("cpu"), json("0.25"));
  EXPECT_EQ(task.at("memory"), json("512"));
  EXPECT_EQ(task.at("pidMode").as_string(), "task");
  EXPECT_EQ(task.at("ipcMode").as_string(), "none");
  EXPECT_EQ(task.at("networkMode").as_string(), "bridge");
  EXPECT_EQ(task.at("volumes"), json(R"([{"name":"d","type":"docker","host":{},
    "dockerVolumeConfiguration":{"scope":"shared","autoprovision":true,"driver":"local"}}])"));
  const auto container = container_of(task);
  EXPECT_EQ(container.at("dependsOn"), json(R"([{"containerName":"x","condition":"HEALTHY"}])"));
  EXPECT_EQ(container.at("startTimeout"), json("5"));
  EXPECT_EQ(container.at("stopTimeout"), json("6"));
  EXPECT_EQ(container.at("restartPolicy"),
            json(R"({"enabled":true,"ignoredExitCodes":[1],"restartAttemptPeriod":60})"));
  EXPECT_EQ(container.at("portMappings"), json(R"([{"containerPortRange":"80-85","protocol":"udp"}])"));
  const auto& secrets = container.at("secrets").as_array();
  EXPECT_EQ(secrets.at(0).as_object().at("provider").as_string(), "asm");
  EXPECT_EQ(secrets.at(0).as_object().at("region").as_string(), "eu-west-1");
  EXPECT_EQ(secrets.at(1).as_object().at("provider").as_string(), "ssm");
  EXPECT_EQ(secrets.at(1).as_object().at("region").as_string(), "us-east-1");
}

// Goal: the sum of the containers, which DescribeTasks shows, is no limit that an agent would enforce.
TEST(TranslateTask, HasNoSizeThatNobodyAskedFor) {
  auto record = small_task();
  record.task_cpu = "10";
  record.task_memory = "16";
  const char* const definition = R"({"containerDefinitions":[{"name":"app","image":"b","memory":16}]})";
  const auto task = translated(record, definition);
  EXPECT_FALSE(task.contains("cpu"));
  EXPECT_FALSE(task.contains("memory"));
  model::ecs::TaskOverride overrides;
  overrides.cpu = "512";
  record.overrides = overrides;
  record.task_cpu = "512";
  EXPECT_EQ(translated(record, definition).at("cpu"), json("0.5"));
}

TEST(TranslateTask, CanBeStoppedWithoutItsDefinition) {
  const auto task = translate_task(small_task(), nullptr, true);
  EXPECT_EQ(task.desired_status, "STOPPED");
  ASSERT_EQ(task.containers->size(), 1U);
  EXPECT_EQ(task.containers->at(0).name, "app");
}

TEST(TranslateTask, ReadsSizes) {
  EXPECT_EQ(parse_vcpus("1024"), 1.0);
  EXPECT_EQ(parse_vcpus(".25 vCPU"), 0.25);
  EXPECT_FALSE(parse_vcpus("many").has_value());
  EXPECT_FALSE(parse_vcpus("1 pint").has_value());
  EXPECT_EQ(parse_mebibytes("512"), 512);
  EXPECT_EQ(parse_mebibytes("1 GB"), 1024);
  EXPECT_FALSE(parse_mebibytes("1e300").has_value());
}

}  // namespace
}  // namespace berth::gateway::acs
