// Goal: what Docker says of containers, events, statistics, images and volumes arrives whole, and odd answers
// do no harm. Method: answers recorded from dockerd 20.10 (shortened), and hand-made ones for what it did not
// show.
#include "agent/drivers/docker/container_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/drivers/docker/api_version.h"
#include "agent/drivers/docker/docker_time.h"
#include "agent/drivers/docker/event_json.h"
#include "agent/drivers/docker/image_json.h"
#include "agent/drivers/docker/stats_json.h"
#include "agent/drivers/docker/system_json.h"

namespace berth::agent::drivers::docker {
namespace {
using engine::ContainerEvent;
using engine::ContainerPhase;
using engine::HealthStatus;
using testing::ElementsAre;
using testing::Pair;
using testing::UnorderedElementsAre;

constexpr std::string_view kInspect = R"({"Id":"cef4","Created":"2026-11-21T02:16:57.103647375Z",
"State":{"Status":"running","Running":true,"OOMKilled":false,"Pid":23317,"ExitCode":0,"Error":"",
  "StartedAt":"2026-11-21T02:17:00.062798018Z","FinishedAt":"0001-01-01T00:00:00Z",
  "Health":{"Status":"healthy","FailingStreak":0,"Log":[
    {"Start":"2026-11-21T02:17:01Z","End":"2026-11-21T02:17:02Z","ExitCode":1,"Output":"no"},
    {"Start":"2026-11-21T02:17:03Z","End":"2026-11-21T02:17:04Z","ExitCode":0,"Output":"a"},
    {"Start":"2026-11-21T02:17:05Z","End":"2026-11-21T02:17:06Z","ExitCode":0,"Output":"b"}]}},
"Image":"sha256:62ab","Name":"/probe","HostConfig":{"LogConfig":{"Type":"json-file","Config":{"max-size":"1m"}},
  "NetworkMode":"default"},
"Mounts":[{"Type":"volume","Name":"b781","Source":"/v/_data","Destination":"/data","Driver":"local","RW":false}],
"Config":{"Image":"busybox","Entrypoint":null,"Labels":{"a":"b"}},
"NetworkSettings":{"Ports":{"80/tcp":[{"HostIp":"::","HostPort":"8080"},{"HostIp":"0.0.0.0","HostPort":"8080"}],
  "53/udp":null},
  "Networks":{"bridge":{"IPAddress":"172.17.0.2","GlobalIPv6Address":"fd00::2"}}}})";

WallTime at(std::string_view text) {
  return parse_docker_time(text).value();
}

TEST(ContainerJson, ReadsARunningContainer) {
  const auto info = parse_container_info(kInspect);
  ASSERT_TRUE(info.ok()) << info.error().message;
  EXPECT_EQ(info->id, "cef4");
  EXPECT_EQ(info->name, "probe");
  EXPECT_EQ(info->image, "busybox");
  EXPECT_EQ(info->image_id, "sha256:62ab");
  EXPECT_EQ(info->phase, ContainerPhase::running);
  EXPECT_EQ(info->pid, 23317);
  EXPECT_EQ(info->started_at, at("2026-11-21T02:17:00.062Z"));
  EXPECT_FALSE(info->finished_at);
  EXPECT_THAT(info->labels, ElementsAre(Pair("a", "b")));
  EXPECT_THAT(info->ports, ElementsAre(engine::PortBinding{80, "tcp", "0.0.0.0", 8080},
                                       engine::PortBinding{80, "tcp", "::", 8080}));
  EXPECT_THAT(info->networks, ElementsAre(engine::ContainerNetwork{"bridge", {"172.17.0.2"}, {"fd00::2"}}));
  EXPECT_THAT(info->mounts, ElementsAre(engine::ContainerMount{"b781", "/v/_data", "/data", false}));
  EXPECT_EQ(info->log_driver, "json-file");
  EXPECT_THAT(info->log_options, ElementsAre(Pair("max-size", "1m")));
}

TEST(ContainerJson, HealthHoldsSinceItsRunOfEqualOutcomesBegan) {
  const auto info = parse_container_info(kInspect);
  ASSERT_TRUE(info.ok());
  EXPECT_EQ(info->health,
            (engine::ContainerHealth{HealthStatus::healthy, at("2026-11-21T02:17:04Z"), 0, "b"}));
}

TEST(ContainerJson, ReadsAStoppedContainer) {
  const auto info = parse_container_info(
      R"({"Id":"1","State":{"Status":"exited","OOMKilled":true,"ExitCode":137,"Error":"boom",
          "FinishedAt":"2026-11-21T03:17:00+01:00"}})");
  ASSERT_TRUE(info.ok());
  EXPECT_EQ(info->phase, ContainerPhase::exited);
  EXPECT_TRUE(info->oom_killed);
  EXPECT_EQ(info->exit_code, 137);
  EXPECT_EQ(info->error, "boom");
  EXPECT_EQ(info->finished_at, at("2026-11-21T02:17:00Z"));
}

TEST(ContainerJson, RefusesWhatIsNoContainer) {
  for (const char* text : {"", "[]", "{}", "{\"Id\":5}", "{\"Id\":\"1\"", "null"})
    EXPECT_FALSE(parse_container_info(text).ok()) << text;
}

TEST(ContainerJson, MembersOfAnotherTypeReadAsEmpty) {
  const auto info = parse_container_info(
      R"({"Id":"1","State":[],"Config":7,"Mounts":{},"NetworkSettings":{"Ports":{"x":[1],"99999999/tcp":[{}]}}})");
  ASSERT_TRUE(info.ok());
  EXPECT_EQ(info->phase, ContainerPhase::created);
  EXPECT_THAT(info->ports, ElementsAre(engine::PortBinding{0, "tcp", "", 0}));
}

TEST(ContainerJson, ListNamesTheContainerNotItsLinks) {
  const auto list = parse_container_list(
      R"([{"Id":"1","Names":["/web/db","/db"],"Image":"i","ImageID":"s","Labels":{"k":"v"},"State":"exited",
           "Created":1795227417}])");
  ASSERT_TRUE(list.ok());
  ASSERT_EQ(list->size(), 1U);
  EXPECT_EQ(list->front().name, "db");
  EXPECT_EQ(list->front().phase, ContainerPhase::exited);
  EXPECT_EQ(list->front().created_at, WallTime{1795227417000});
}

TEST(EventJson, ReadsTheEndOfAContainer) {
  const auto event = parse_container_event(
      R"({"status":"die","id":"cef4","Type":"container","Action":"die","Actor":{"ID":"cef4","Attributes":
          {"a":"b","exitCode":"137","image":"busybox","name":"p"}},"time":1795227421,"timeNano":1795227421623000439})");
  ASSERT_TRUE(event.ok() && event->has_value());
  EXPECT_EQ((*event)->kind, ContainerEvent::Kind::died);
  EXPECT_EQ((*event)->container_id, "cef4");
  EXPECT_EQ((*event)->exit_code, 137);
  EXPECT_THAT((*event)->labels, ElementsAre(Pair("a", "b")));
  EXPECT_EQ((*event)->at, WallTime{1795227421623});
}

TEST(EventJson, ReadsHealthAndOldEventsAndSkipsOthers) {
  const auto health =
      parse_container_event(R"({"Type":"container","Action":"health_status: unhealthy","Actor":{"ID":"1"}})");
  ASSERT_TRUE(health.ok() && health->has_value());
  EXPECT_EQ((*health)->kind, ContainerEvent::Kind::health);
  EXPECT_EQ((*health)->health, HealthStatus::unhealthy);
  const auto old = parse_container_event(R"({"status":"start","id":"1","time":5})");
  ASSERT_TRUE(old.ok() && old->has_value());
  EXPECT_EQ((*old)->kind, ContainerEvent::Kind::started);
  const auto other = parse_container_event(R"({"Type":"volume","Action":"create","Actor":{"ID":"v"}})");
  EXPECT_TRUE(other.ok() && !other->has_value());
  EXPECT_FALSE(parse_container_event("7").ok());
}

TEST(StatsJson, ReadsBothVersionsOfControlGroups) {
  const auto v1 = parse_container_stats(
      R"({"read":"2026-11-21T02:17:01.297559082Z","cpu_stats":{"cpu_usage":{"total_usage":27698933},"online_cpus":2},
          "blkio_stats":{"io_service_bytes_recursive":[{"op":"Read","value":5},{"op":"Read","value":2},
          {"op":"Write","value":1},{"op":"Total","value":8}]},
          "memory_stats":{"usage":385024,"stats":{"cache":4096,"inactive_file":1}},
          "networks":{"eth0":{"rx_bytes":486,"tx_dropped":1},"eth1":{"rx_bytes":4}}})"
      "\n");
  ASSERT_TRUE(v1.ok()) << v1.error().message;
  EXPECT_EQ(v1->cpu_total_ns, 27698933U);
  EXPECT_EQ(v1->online_cpus, 2U);
  EXPECT_EQ(v1->memory_usage_bytes, 385024U);
  EXPECT_EQ(v1->memory_cache_bytes, 4096U);
  EXPECT_EQ(v1->network->rx_bytes, 490U);
  EXPECT_EQ(v1->network->tx_dropped, 1U);
  EXPECT_EQ(v1->storage_read_bytes, 7U);
  EXPECT_EQ(v1->storage_write_bytes, 1U);
  EXPECT_TRUE(v1->raw_json.ends_with('}'));
  const auto v2 = parse_container_stats(
      R"({"read":"2026-11-21T02:17:01Z","cpu_stats":{"cpu_usage":{"percpu_usage":[1,2,3]}},
          "memory_stats":{"usage":9,"stats":{"inactive_file":4}},"blkio_stats":{"io_service_bytes_recursive":null}})");
  ASSERT_TRUE(v2.ok());
  EXPECT_EQ(v2->online_cpus, 3U);
  EXPECT_EQ(v2->memory_cache_bytes, 4U);
  EXPECT_FALSE(v2->network || v2->storage_read_bytes);
}

TEST(StatsJson, AContainerThatDoesNotRunHasNone) {
  const auto stats = parse_container_stats(R"({"read":"0001-01-01T00:00:00Z"})");
  ASSERT_FALSE(stats.ok());
  EXPECT_EQ(stats.error().code, ErrorCode::not_found);
}

TEST(ImageJson, SplitsNames) {
  const auto name = split_image_name("reg:5000/a/b:v1@sha256:00");
  EXPECT_EQ(name.repository, "reg:5000/a/b");
  EXPECT_EQ(name.tag, "v1");
  EXPECT_EQ(name.digest, "sha256:00");
  EXPECT_EQ(split_image_name("reg:5000/a").repository, "reg:5000/a");
  EXPECT_EQ(split_image_name("reg:5000/a").tag, "");
  EXPECT_EQ(split_image_name("busybox:1").tag, "1");
}

TEST(ImageJson, ReadsImagesOfInspectAndList) {
  const auto one = parse_image_info(
      R"({"Id":"sha256:1","RepoTags":["busybox:latest"],"RepoDigests":[],"Size":9,"Created":"2026-11-21T01:00:00Z"})");
  ASSERT_TRUE(one.ok());
  EXPECT_EQ(one->created_at, at("2026-11-21T01:00:00Z"));
  EXPECT_THAT(one->repo_tags, ElementsAre("busybox:latest"));
  const auto list =
      parse_image_list(R"([{"Id":"sha256:1","RepoTags":["<none>:<none>"],"RepoDigests":null,"Created":5}])");
  ASSERT_TRUE(list.ok());
  EXPECT_TRUE(list->front().repo_tags.empty());
  EXPECT_EQ(list->front().created_at, WallTime{5000});
}

TEST(ImageJson, AFailedPullSaysSoInItsStream) {
  const auto line =
      parse_pull_line(R"({"errorDetail":{"message":"toomanyrequests: x"},"error":"toomanyrequests: x"})");
  ASSERT_TRUE(line.ok());
  EXPECT_EQ(line->error, "toomanyrequests: x");
  const auto progress =
      parse_pull_line(R"({"status":"Downloading","progressDetail":{"current":5,"total":10},"id":"abc"})");
  ASSERT_TRUE(progress.ok());
  EXPECT_TRUE(progress->error.empty());
  EXPECT_EQ(progress->progress.layer, "abc");
  EXPECT_EQ(progress->progress.total_bytes, 10);
}

TEST(SystemJson, ReadsVersionInfoAndVolume) {
  const auto version =
      parse_engine_version(R"({"Version":"20.10.24","ApiVersion":"1.41","MinAPIVersion":"1.12"})");
  ASSERT_TRUE(version.ok());
  EXPECT_EQ(version->min_api_version, "1.12");
  const auto info = parse_engine_info(
      R"({"NCPU":2,"MemTotal":25276502016,"CgroupDriver":"cgroupfs","Plugins":{"Log":["json-file"],"Volume":["local"]}})");
  ASSERT_TRUE(info.ok());
  EXPECT_EQ(info->memory_bytes, 25276502016);
  EXPECT_EQ(info->cgroup_version, "1");
  EXPECT_THAT(info->log_drivers, ElementsAre("json-file"));
  const auto volume = parse_volume_info(R"({"Name":"v","Driver":"local","Options":null,"Labels":{"a":"b"}})");
  ASSERT_TRUE(volume.ok());
  EXPECT_THAT(volume->labels, UnorderedElementsAre(Pair("a", "b")));
}

TEST(ApiVersion, IsTheLowerOfBothRaisedToTheLeastTaken) {
  const auto choose = [](std::string api, std::string min) {
    engine::EngineVersion version;
    version.api_version = std::move(api);
    version.min_api_version = std::move(min);
    auto chosen = choose_api_version(version);
    return chosen ? *chosen : std::string("error");
  };
  EXPECT_EQ(choose("1.41", "1.12"), "1.41");
  EXPECT_EQ(choose("1.50", "1.24"), "1.41");
  EXPECT_EQ(choose("1.52", "1.44"), "1.44");
  EXPECT_EQ(choose("1.24", ""), "1.24");
  EXPECT_EQ(choose("1.9", ""), "error") << "minor versions are numbers, not text";
  EXPECT_EQ(choose("", ""), "error");
}

TEST(DockerTime, ReadsOffsetsAndRefusesNonsense) {
  EXPECT_EQ(at("1970-01-01T00:00:01.5Z"), WallTime{1500});
  EXPECT_EQ(at("1970-01-01T01:00:00+01:00"), WallTime{0});
  for (const char* text : {"", "0001-01-01T00:00:00Z", "2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z",
                           "2026-02-20T00:00:00", "2026-02-20T00:00:00.Z", "2026-02-20T00:00:00Zx", "x"})
    EXPECT_FALSE(parse_docker_time(text)) << text;
  EXPECT_EQ(render_since(WallTime{1500}), "1.500000000");
}

TEST(DockerTime, PrintsDurationsAsGoDoes) {
  using namespace std::chrono_literals;
  EXPECT_EQ(render_go_duration(4min), "4m0s");
  EXPECT_EQ(render_go_duration(2h), "2h0m0s");
  EXPECT_EQ(render_go_duration(1h + 1500ms), "1h0m1.5s");
  EXPECT_EQ(render_go_duration(30s), "30s");
  EXPECT_EQ(render_go_duration(250ms), "250ms");
  EXPECT_EQ(render_go_duration(0s), "0s");
}

}  // namespace
}  // namespace berth::agent::drivers::docker
