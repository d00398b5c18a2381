// Goal: the local endpoints' answers are byte for byte what programs of ECS users parse.
// Method: golden JSON for a task with everything and for one that has hardly begun.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/endpoints/credentials_endpoint.h"
#include "agent/endpoints/introspection.h"
#include "agent/endpoints/rate_limiter.h"
#include "agent/endpoints/request_target.h"
#include "agent/endpoints/task_metadata.h"

namespace berth::agent::endpoints {
namespace {
using engine::Status;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

EndpointTask running_task() {
  EndpointContainer web;
  web.endpoint_id = "uuid-1";
  web.docker_id = "daff01234567aaaa";
  web.docker_name = "ecs-fam-7-web1-00";
  web.name = "web_1";
  web.image = "busybox:latest";
  web.image_id = "sha256:1";
  web.ports = {{80, "tcp", "0.0.0.0", 32768}};
  web.labels = {{"k", "v"}};
  web.known = Status::running;
  web.memory_mib = 64;
  web.created_at = WallTime{1000};
  web.started_at = WallTime{2000};
  web.health = {engine::HealthStatus::healthy, WallTime{3000}, 0, "ok"};
  web.arn = "arn:c";
  web.networks = {{"bridge", {"172.17.0.46"}, {}}};
  EndpointTask task;
  task.arn = "arn:t1";
  task.family = "fam";
  task.version = "7";
  task.cluster = "default";
  task.known = Status::running;
  task.containers = {web};
  task.cpu = 0.5;
  task.memory_mib = 128;
  task.pull_started_at = WallTime{500};
  task.launch_type = "EC2";
  task.service_name = "svc";
  task.task_tags = {{"team", "x"}};
  return task;
}

EndpointTask young_task() {
  EndpointTask task;
  task.arn = "arn:t2";
  task.family = "fam";
  task.version = "8";
  task.known = Status::pulled;
  task.containers.resize(1);
  return task;
}

const AgentMetadata kAgent{"default", "arn:ci", "Berth Agent - v1"};

EndpointAnswer introspect(std::string_view target) {
  return answer_introspection(target, kAgent, {running_task(), young_task()}, "the licence");
}

constexpr std::string_view kTask1 =
    R"({"Arn":"arn:t1","DesiredStatus":"RUNNING","KnownStatus":"RUNNING","Family":"fam","Version":"7","Containers":[)"
    R"({"DockerId":"daff01234567aaaa","DockerName":"ecs-fam-7-web1-00","Name":"web_1","Image":"busybox:latest",)"
    R"("ImageID":"sha256:1","CreatedAt":"1970-01-01T00:00:01.000Z","StartedAt":"1970-01-01T00:00:02.000Z",)"
    R"("Ports":[{"ContainerPort":80,"Protocol":"tcp","HostPort":32768}],)"
    R"("Networks":[{"NetworkMode":"bridge","IPv4Addresses":["172.17.0.46"]}]}]})";
constexpr std::string_view kTask2 =
    R"({"Arn":"arn:t2","DesiredStatus":"RUNNING","KnownStatus":"PENDING","Family":"fam","Version":"8","Containers":[]})";
constexpr std::string_view kNoTask =
    R"({"Arn":"","KnownStatus":"","Family":"","Version":"","Containers":null})";

TEST(Introspection, AnswersItsCommands) {
  EXPECT_EQ(introspect("/v1/metadata").body,
            R"({"Cluster":"default","ContainerInstanceArn":"arn:ci","Version":"Berth Agent - v1"})");
  EXPECT_EQ(introspect("/v1/tasks").body,
            "{\"Tasks\":[" + std::string(kTask1) + "," + std::string(kTask2) + "]}");
  EXPECT_EQ(introspect("/license").body, "the licence");
  for (const char* target : {"/", "", "/nosuch", "/v1", "/v1/tasks/x"})
    EXPECT_EQ(introspect(target).body, R"({"AvailableCommands":["/v1/metadata","/v1/tasks","/license"]})")
        << target;
}

TEST(Introspection, FindsOneTask) {
  EXPECT_EQ(introspect("/v1/tasks?taskarn=arn%3At1").body, kTask1);
  EXPECT_EQ(introspect("/v1/tasks?dockerid=daff01234567aaaa").body, kTask1);
  EXPECT_EQ(introspect("/v1/tasks?dockerid=daff01").body, kTask1);
  for (const char* target : {"/v1/tasks?taskarn=x", "/v1/tasks?dockerid=0", "/v1/tasks?dockerid="}) {
    EXPECT_EQ(introspect(target).status, 404) << target;
    EXPECT_EQ(introspect(target).body, kNoTask) << target;
  }
  EXPECT_EQ(introspect("/v1/tasks?taskarn=a&dockerid=b").status, 400);
}

TEST(Introspection, AnAmbiguousShortIdIsRefusedButAFullOneIsNot) {
  auto task = running_task();
  task.containers.push_back(task.containers.front());
  task.containers.back().docker_id = "daff0";
  const auto status = [&](std::string_view target) {
    return answer_introspection(target, kAgent, {task}, "").status;
  };
  EXPECT_EQ(status("/v1/tasks?dockerid=daf"), 400);
  EXPECT_EQ(status("/v1/tasks?dockerid=daff0"), 200);
}

TEST(Introspection, LeavesOutADesiredStatusThatContradicts) {
  auto task = running_task();
  task.known = Status::stopped;
  EXPECT_THAT(answer_introspection("/v1/tasks", kAgent, {task}, "").body, Not(HasSubstr("DesiredStatus")));
}

// The guide's example on p.120: a task that ended by itself has no DesiredStatus, though its containers were
// all told to stop; one that was asked to stop has.
TEST(Introspection, ShowsThatAStopWasAskedForOnlyWhenItWas) {
  auto task = running_task();
  task.desired = Status::stopped;
  const auto body = [&] { return answer_introspection("/v1/tasks", kAgent, {task}, "").body; };
  EXPECT_THAT(body(), HasSubstr(R"("DesiredStatus":"STOPPED","KnownStatus":"RUNNING")"));
  task.known = Status::stopped;
  EXPECT_THAT(body(), Not(HasSubstr("DesiredStatus")));
  task.stop_asked = true;
  EXPECT_THAT(body(), HasSubstr(R"("DesiredStatus":"STOPPED","KnownStatus":"STOPPED")"));
}

TEST(TaskMetadata, ContainerOfVersion4) {
  EXPECT_EQ(
      render_container_metadata(running_task().containers[0], MetadataVersion::v4),
      R"({"DockerId":"daff01234567aaaa","Name":"web_1","DockerName":"ecs-fam-7-web1-00","Image":"busybox:latest",)"
      R"("ImageID":"sha256:1","Ports":[{"ContainerPort":80,"Protocol":"tcp","HostPort":32768,"HostIp":"0.0.0.0"}],)"
      R"("Labels":{"k":"v"},"DesiredStatus":"RUNNING","KnownStatus":"RUNNING","Limits":{"CPU":2,"Memory":64},)"
      R"("CreatedAt":"1970-01-01T00:00:01.000Z","StartedAt":"1970-01-01T00:00:02.000Z","Type":"NORMAL",)"
      R"("Health":{"status":"HEALTHY","statusSince":"1970-01-01T00:00:03.000Z","output":"ok"},)"
      R"("ContainerARN":"arn:c","Networks":[{"NetworkMode":"bridge","IPv4Addresses":["172.17.0.46"]}]})");
  EXPECT_THAT(render_container_metadata(running_task().containers[0], MetadataVersion::v3),
              Not(testing::AnyOf(HasSubstr("ContainerARN"), HasSubstr("HostIp"))));
}

TEST(TaskMetadata, TaskOfVersion4) {
  auto task = running_task();
  task.containers.clear();
  EXPECT_EQ(
      render_task_metadata(task, MetadataVersion::v4, Tags::yes),
      R"({"Cluster":"default","TaskARN":"arn:t1","Family":"fam","Revision":"7","DesiredStatus":"RUNNING",)"
      R"("KnownStatus":"RUNNING","Limits":{"CPU":0.5,"Memory":128},"PullStartedAt":"1970-01-01T00:00:00.500Z",)"
      R"("TaskTags":{"team":"x"},"LaunchType":"EC2","ServiceName":"svc","Containers":[]})");
  EXPECT_THAT(render_task_metadata(young_task(), MetadataVersion::v3, Tags::no),
              HasSubstr(R"("KnownStatus":"PULLED")"));
}

TEST(TaskMetadata, StatsAreDockersOwnWithARateInVersion4) {
  const EndpointStats stats{R"({"read":"x"})", 1.5, 0};
  EXPECT_EQ(render_stats(stats, MetadataVersion::v3), R"({"read":"x"})");
  EXPECT_EQ(render_stats(stats, MetadataVersion::v4),
            R"({"read":"x","network_rate_stats":{"rx_bytes_per_sec":1.5,"tx_bytes_per_sec":0}})");
  EXPECT_EQ(render_task_stats({{"a", stats}, {"b", std::nullopt}}, MetadataVersion::v3),
            R"({"a":{"read":"x"},"b":null})");
}

TEST(Credentials, GoldenAnswers) {
  const RoleCredentials role{"arn:r", "AK", "SK", "TOK", "2026-11-21T00:00:00Z"};
  EXPECT_EQ(answer_credentials(CredentialsVersion::v2, "id", role).body,
            R"({"RoleArn":"arn:r","AccessKeyId":"AK","SecretAccessKey":"SK","Token":"TOK",)"
            R"("Expiration":"2026-11-21T00:00:00Z"})");
  const auto unknown = answer_credentials(CredentialsVersion::v2, "id", std::nullopt);
  EXPECT_EQ(unknown.status, 400);
  EXPECT_EQ(
      unknown.body,
      R"({"code":"InvalidIdInRequest","message":"CredentialsV2Request: Credentials not found","HTTPErrorCode":400})");
  EXPECT_THAT(answer_credentials(CredentialsVersion::v1, "", role).body, HasSubstr("NoIdInRequest"));
  EXPECT_EQ(answer_credentials(CredentialsVersion::v2, "id", RoleCredentials{}).status, 503);
}

TEST(RateLimiter, LetsABurstThroughAndThenTheRate) {
  RateLimiter limiter(40, 60);
  const MonotonicTime start{1'000'000'000'000};
  const auto admitted = [&](MonotonicTime now, int requests) {
    int count = 0;
    for (int i = 0; i < requests; ++i) count += limiter.admit(now) ? 1 : 0;
    return count;
  };
  EXPECT_EQ(admitted(start, 100), 60);
  EXPECT_EQ(admitted(start + std::chrono::milliseconds(500), 100), 20);
  EXPECT_EQ(admitted(start + std::chrono::hours(1), 100), 60);
}

TEST(RequestTarget, IsCutAndDecoded) {
  const auto target = parse_target("//v4/a%2Fb/?x=1+2&y&=z&x=3");
  EXPECT_THAT(target.segments, ElementsAre("v4", "a/b"));
  EXPECT_EQ(*target.parameter("x"), "1 2");
  EXPECT_EQ(*target.parameter("y"), "");
  EXPECT_EQ(target.parameter("z"), nullptr);
  EXPECT_EQ(parse_target("/%zz").segment(0), "%zz");
}

}  // namespace
}  // namespace berth::agent::endpoints
