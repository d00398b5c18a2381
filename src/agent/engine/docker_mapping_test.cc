// Goal: what Docker is asked to create is what the task definition says (protocol chapter 7).
// Method: small tasks in the control plane's JSON, and the members of the body that they must lead to.
#include "agent/engine/docker_mapping.h"

#include <gtest/gtest.h>

#include "model/acs/codec.h"

namespace berth::agent::engine {
namespace {

const MappingOptions kOptions{.cluster = "default"};

TaskState make_task(const std::string& containers, const std::string& more = "") {
  const std::string json =
      R"({"arn":"arn:aws:ecs:us-east-1:1:task/default/t1","family":"fam","version":"7","containers":[)" +
      containers + "]" + more + "}";
  auto task = model::decode_json<model::acs::Task>(json);
  EXPECT_TRUE(task.ok());
  auto spec = make_task_spec(*task);
  EXPECT_TRUE(spec.ok()) << spec.error().message;
  Prng random(1);
  return make_task_state(std::move(*spec), Status::running, false, random);
}

JsonObject body_of(const TaskState& task, std::size_t index = 0, const MappingOptions& options = kOptions) {
  auto config = make_container_config(task, index, options);
  EXPECT_TRUE(config.ok());
  return config->body;
}

std::string at(const JsonObject& body, std::string_view pointer) {
  const JsonValue whole(body);
  boost::json::error_code error;
  const JsonValue* found = whole.find_pointer(pointer, error);
  return found == nullptr ? "-" : render_json(*found);
}

TEST(DockerMapping, NamesAndLabels) {
  const TaskState task = make_task(R"({"name":"web_1","image":"busybox","essential":true})");
  const auto config = make_container_config(task, 0, kOptions);
  ASSERT_TRUE(config.ok());
  EXPECT_EQ(config->name.substr(0, 15), "ecs-fam-7-web1-");
  EXPECT_EQ(config->name.size(), 15U + 20U);
  EXPECT_EQ(at(config->body, "/Labels/com.amazonaws.ecs.container-name"), "\"web_1\"");
  EXPECT_EQ(at(config->body, "/Labels/com.amazonaws.ecs.task-arn"),
            "\"arn:aws:ecs:us-east-1:1:task/default/t1\"");
  EXPECT_EQ(at(config->body, "/Labels/com.amazonaws.ecs.task-definition-family"), "\"fam\"");
  EXPECT_EQ(at(config->body, "/Labels/com.amazonaws.ecs.task-definition-version"), "\"7\"");
  EXPECT_EQ(at(config->body, "/Labels/com.amazonaws.ecs.cluster"), "\"default\"");
}

TEST(DockerMapping, CpuSharesAreNeverLessThanTwo) {
  for (const auto& [cpu, shares] : {std::pair("0", "2"), {"1", "2"}, {"2", "2"}, {"10", "10"}}) {
    const TaskState task = make_task(std::string(R"({"name":"a","image":"b","cpu":)") + cpu + "}");
    EXPECT_EQ(at(body_of(task), "/HostConfig/CpuShares"), shares);
  }
}

TEST(DockerMapping, MemoryIsRaisedToWhatDockerAccepts) {
  for (const auto& [memory, bytes] :
       {std::pair("0", "-"), {"1", "6291456"}, {"6", "6291456"}, {"64", "67108864"}}) {
    const TaskState task = make_task(std::string(R"({"name":"a","image":"b","memory":)") + memory + "}");
    EXPECT_EQ(at(body_of(task), "/HostConfig/Memory"), bytes);
  }
}

TEST(DockerMapping, JsonFileLogsHaveABound) {
  MappingOptions bounded = kOptions;
  bounded.log_driver = "json-file";
  bounded.log_max_size = "20m";
  bounded.log_max_files = 5;
  const auto log_of = [&](const std::string& log_config, const MappingOptions& options) {
    const std::string said =
        log_config.empty() ? "" : R"(,"dockerConfig":{"hostConfig":"{\"LogConfig\":)" + log_config + R"(}"})";
    return at(body_of(make_task(R"({"name":"a","image":"b")" + said + "}"), 0, options),
              "/HostConfig/LogConfig");
  };
  EXPECT_EQ(log_of("", bounded), R"({"Type":"json-file","Config":{"max-size":"20m","max-file":"5"}})");
  EXPECT_EQ(log_of(R"({\"Type\":\"json-file\",\"Config\":{\"max-size\":\"1m\"}})", bounded),
            R"({"Type":"json-file","Config":{"max-size":"1m"}})");
  EXPECT_EQ(log_of(R"({\"Type\":\"json-file\",\"Config\":{\"tag\":\"x\"}})", bounded),
            R"({"Type":"json-file","Config":{"tag":"x","max-size":"20m","max-file":"5"}})");
  EXPECT_EQ(log_of(R"({\"Type\":\"syslog\"})", bounded), R"({"Type":"syslog"})");
  EXPECT_EQ(log_of(R"({\"Type\":\"awslogs\",\"Config\":{\"awslogs-group\":\"g\"}})", bounded),
            R"({"Type":"json-file","Config":{"max-size":"20m","max-file":"5"}})")
      << "the agent sends it";
  EXPECT_EQ(log_of("", kOptions), "-") << "no bound is wanted";
  bounded.log_driver = "journald";
  EXPECT_EQ(log_of("", bounded), "-") << "the engine writes elsewhere";
}

TEST(DockerMapping, CommandEntryPointAndOverride) {
  EXPECT_EQ(
      at(body_of(make_task(R"({"name":"a","image":"b","command":["x","y z"],"entryPoint":["sh","-c"]})")),
         "/Cmd"),
      R"(["x","y z"])");
  EXPECT_EQ(at(body_of(make_task(R"({"name":"a","image":"b","entryPoint":["sh","-c"]})")), "/Entrypoint"),
            R"(["sh","-c"])");
  EXPECT_EQ(at(body_of(make_task(R"({"name":"a","image":"b","command":[],"entryPoint":[]})")), "/Cmd"), "-");
  EXPECT_EQ(at(body_of(make_task(
                   R"({"name":"a","image":"b","command":["x"],"overrides":"{\"command\":[\"z\"]}"})")),
               "/Cmd"),
            R"(["z"])");
}

TEST(DockerMapping, EnvironmentWithTheAgentsOwn) {
  TaskState task = make_task(R"({"name":"a","image":"b","environment":{"K":"a=b c","A":""}})",
                             R"(,"roleCredentials":{"credentialsId":"cid"})");
  task.containers[0].endpoint_id = "E";
  EXPECT_EQ(
      at(body_of(task), "/Env"),
      R"(["A=","AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=/v2/credentials/cid",)"
      R"("ECS_AGENT_URI=http://169.254.170.2/api/E","ECS_CONTAINER_METADATA_URI=http://169.254.170.2/v3/E",)"
      R"("ECS_CONTAINER_METADATA_URI_V4=http://169.254.170.2/v4/E","K=a=b c"])");
}

TEST(DockerMapping, Ports) {
  const char* container =
      R"({"name":"a","image":"b","portMappings":[{"containerPort":80,"hostPort":8080},{"containerPort":53,"protocol":"udp"}]})";
  const JsonObject body = body_of(make_task(container));
  EXPECT_EQ(at(body, "/ExposedPorts"), R"({"80/tcp":{},"53/udp":{}})");
  EXPECT_EQ(at(body, "/HostConfig/PortBindings/80~1tcp"), R"([{"HostIp":"0.0.0.0","HostPort":"8080"}])");
  EXPECT_EQ(at(body, "/HostConfig/PortBindings/53~1udp"), R"([{"HostIp":"0.0.0.0","HostPort":"0"}])");
  EXPECT_EQ(at(body_of(make_task(container), 0, {.cluster = "c", .ipv6_ports = true}),
               "/HostConfig/PortBindings/53~1udp/0/HostIp"),
            "\"\"");
  EXPECT_EQ(at(body_of(make_task(container, R"(,"networkMode":"host")")), "/HostConfig/PortBindings"), "-");
  EXPECT_EQ(at(body_of(make_task(container, R"(,"networkMode":"host")")), "/HostConfig/NetworkMode"),
            "\"host\"");
}

TEST(DockerMapping, PortRange) {
  const JsonObject body =
      body_of(make_task(R"({"name":"a","image":"b","portMappings":[{"containerPortRange":"80-82"}]})"));
  EXPECT_EQ(at(body, "/ExposedPorts"), R"({"80/tcp":{},"81/tcp":{},"82/tcp":{}})");
}

TEST(DockerMapping, VolumesLinksAndVolumesFrom) {
  TaskState task = make_task(
      R"({"name":"a","image":"b","links":["d:db"],"volumesFrom":[{"sourceContainer":"d","readOnly":true}],
          "mountPoints":[{"sourceVolume":"h","containerPath":"/h","readOnly":true},{"sourceVolume":"s","containerPath":"/s"}]},
         {"name":"d","image":"b"})",
      R"(,"volumes":[{"name":"h","host":{"sourcePath":"/etc"}},{"name":"s","host":{}}])");
  task.containers[1].docker_name = "DB";
  task.volumes[1].docker_name = "VOL";
  EXPECT_EQ(at(body_of(task), "/HostConfig/Binds"), R"(["/etc:/h:ro","VOL:/s"])");
  EXPECT_EQ(at(body_of(task), "/HostConfig/Links"), R"(["DB:db"])");
  EXPECT_EQ(at(body_of(task), "/HostConfig/VolumesFrom"), R"(["DB:ro"])");
}

TEST(DockerMapping, VolumeProblemsAreHostConfigErrors) {
  const auto unknown = make_container_config(
      make_task(R"({"name":"a","image":"b","mountPoints":[{"sourceVolume":"x","containerPath":"/h"}]})"), 0,
      kOptions);
  ASSERT_FALSE(unknown.ok());
  EXPECT_EQ(unknown.error().name, "HostConfigError");
  EXPECT_EQ(unknown.error().text, "Invalid volume referenced: x");
  const auto empty =
      make_container_config(make_task(R"({"name":"a","image":"b","mountPoints":[{"sourceVolume":"x"}]})",
                                      R"(,"volumes":[{"name":"x","host":{"sourcePath":"/etc"}}])"),
                            0, kOptions);
  ASSERT_FALSE(empty.ok());
  EXPECT_EQ(empty.error().text, "Unable to resolve volume mounts; invalid path: a x; /etc -> ");
}

TEST(DockerMapping, DockerConfigIsMergedOverAndOursStays) {
  const JsonObject body = body_of(make_task(
      R"({"name":"a","image":"b","cpu":10,"dockerConfig":{
          "config":"{\"User\":\"1000\",\"Labels\":{\"mine\":\"1\",\"com.amazonaws.ecs.cluster\":\"fake\"}}",
          "hostConfig":"{\"Privileged\":true,\"CapAdd\":[\"NET_ADMIN\"],\"CpuShares\":20}"}})"));
  EXPECT_EQ(at(body, "/User"), "\"1000\"");
  EXPECT_EQ(at(body, "/Labels/mine"), "\"1\"");
  EXPECT_EQ(at(body, "/Labels/com.amazonaws.ecs.cluster"), "\"default\"");
  EXPECT_EQ(at(body, "/HostConfig/Privileged"), "true");
  EXPECT_EQ(at(body, "/HostConfig/CapAdd"), R"(["NET_ADMIN"])");
  EXPECT_EQ(at(body, "/HostConfig/CpuShares"), "20");
}

TEST(DockerMapping, HealthCheckMustBeGiven) {
  const auto config =
      make_container_config(make_task(R"({"name":"a","image":"b","healthCheckType":"docker"})"), 0, kOptions);
  ASSERT_FALSE(config.ok());
  EXPECT_EQ(config.error().name, "DockerClientConfigError");
}

TEST(DockerMapping, SharedNamespacesAndTaskCgroup) {
  TaskState task = make_task(R"({"name":"a","image":"b"},{"name":"c","image":"b"})",
                             R"(,"pidMode":"task","ipcMode":"task")");
  task.containers[0].docker_name = "OWNER";
  task.cgroup_parent = "/ecs/t1";
  EXPECT_EQ(at(body_of(task, 0), "/HostConfig/IpcMode"), "\"shareable\"");
  EXPECT_EQ(at(body_of(task, 0), "/HostConfig/PidMode"), "-");
  EXPECT_EQ(at(body_of(task, 1), "/HostConfig/PidMode"), "\"container:OWNER\"");
  EXPECT_EQ(at(body_of(task, 1), "/HostConfig/IpcMode"), "\"container:OWNER\"");
  EXPECT_EQ(at(body_of(task, 1), "/HostConfig/CgroupParent"), "\"/ecs/t1\"");
}

JsonObject body_with(const TaskState& task, const ContainerInputs& inputs) {
  auto config = make_container_config(task, 0, kOptions, inputs);
  EXPECT_TRUE(config.ok());
  return config->body;
}

TEST(DockerMapping, SecretsWinOverTheDefinitionAndThatOverFiles) {
  const TaskState task = make_task(
      R"({"name":"a","image":"b","environment":{"E":"definition","BOTH":"definition"},
          "dockerConfig":{"hostConfig":"{\"LogConfig\":{\"Type\":\"splunk\",\"Config\":{\"url\":\"u\"}}}"}})");
  ContainerInputs inputs;
  inputs.secrets.environment = {{"BOTH", "secret"}};
  inputs.secrets.environment_file = {{"BOTH", "file"}, {"E", "file"}, {"F", "file"}};
  inputs.secrets.log_options = {{"token", "t"}};
  const JsonObject body = body_with(task, inputs);
  EXPECT_EQ(at(body, "/Env/0"), R"("BOTH=secret")");
  EXPECT_EQ(at(body, "/Env/1"), R"("E=definition")");
  EXPECT_EQ(at(body, "/Env/5"), R"("F=file")");
  EXPECT_EQ(at(body, "/HostConfig/LogConfig/Config"), R"({"url":"u","token":"t"})");
}

TEST(DockerMapping, RangesWithTheirHostPorts) {
  ContainerInputs inputs;
  inputs.host_ports = {{0, 40000}, {2, 40010}};
  const JsonObject body = body_with(
      make_task(
          R"({"name":"a","image":"b","portMappings":[{"containerPortRange":"80-82"},{"containerPort":90},{"containerPort":91}]})"),
      inputs);
  EXPECT_EQ(at(body, "/HostConfig/PortBindings/80~1tcp/0/HostPort"), R"("40000")");
  EXPECT_EQ(at(body, "/HostConfig/PortBindings/82~1tcp/0/HostPort"), R"("40002")");
  EXPECT_EQ(at(body, "/HostConfig/PortBindings/90~1tcp/0/HostPort"), R"("0")");
  EXPECT_EQ(at(body, "/HostConfig/PortBindings/91~1tcp/0/HostPort"), R"("40010")");
}

TEST(DockerMapping, MetadataFolderIsBoundAndNamed) {
  TaskState task = make_task(R"({"name":"a","image":"b"})");
  task.containers[0].endpoint_id = "E";
  ContainerInputs inputs;
  inputs.metadata_folder = "/h";
  const JsonObject body = body_with(task, inputs);
  EXPECT_EQ(at(body, "/HostConfig/Binds"), R"(["/h:/opt/ecs/metadata/E"])");
  EXPECT_EQ(at(body, "/Env/1"),
            R"("ECS_CONTAINER_METADATA_FILE=/opt/ecs/metadata/E/ecs-container-metadata.json")");
}

TEST(DockerMapping, WithoutAGroupNoContainerHasMoreThanItsTask) {
  TaskState task = make_task(R"({"name":"a","image":"b"},{"name":"c","image":"b","memory":32})",
                             R"(,"cpu":0.5,"memory":64)");
  EXPECT_EQ(at(body_of(task), "/HostConfig/CpuQuota"), "-");
  task.wants_cgroup = true;
  EXPECT_EQ(at(body_of(task), "/HostConfig/CpuQuota"), "50000");
  EXPECT_EQ(at(body_of(task), "/HostConfig/Memory"), "67108864");
  EXPECT_EQ(at(body_of(task, 1), "/HostConfig/Memory"), "33554432");
  task.cgroup_parent = "/ecs/t1";
  EXPECT_EQ(at(body_of(task), "/HostConfig/CpuQuota"), "-");
  EXPECT_EQ(at(body_of(task), "/HostConfig/Memory"), "-");
}

TEST(DockerMapping, Volumes) {
  const TaskState task = make_task(R"({"name":"a","image":"b"})",
                                   R"(,"volumes":[{"name":"s","host":{}},{"name":"shared","type":"docker",
      "dockerVolumeConfiguration":{"scope":"shared","autoprovision":true,"driver":"local","driverOpts":{"o":"x"},"labels":{"l":"1"}}}])");
  EXPECT_EQ(make_volume_config(task, 0).name.substr(0, 12), "ecs-fam-7-s-");
  EXPECT_EQ(make_volume_config(task, 0).labels.at("com.amazonaws.ecs.task-arn"), task.spec.arn);
  EXPECT_EQ(make_volume_config(task, 1).name, "shared");
  EXPECT_EQ(make_volume_config(task, 1).driver_options.at("o"), "x");
  EXPECT_EQ(make_volume_config(task, 1).labels.size(), 1U);
}

}  // namespace
}  // namespace berth::agent::engine
