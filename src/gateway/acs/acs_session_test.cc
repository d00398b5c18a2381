// A session against a real store and a simulated socket on virtual time: what the agent is sent, and what the
// store says afterwards.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "gateway/testing/world.h"

namespace berth::gateway {
namespace {

using namespace std::chrono_literals;
using domain::TaskStatus;
using testing::at;
using testing::text_at;
using testing::type_of;
using testing::World;

std::int64_t sequence_of(const JsonObject& payload) {
  return at(payload, "seqNum").to_number<std::int64_t>();
}

std::set<std::string> tasks_of(const JsonObject& payload) {
  std::set<std::string> out;
  for (const auto& task : at(payload, "tasks").as_array()) {
    const auto& object = task.as_object();
    const std::string arn(object.at("arn").as_string());
    out.insert(arn.substr(arn.rfind('/') + 1) + " " + std::string(object.at("desiredStatus").as_string()));
  }
  return out;
}

TEST(AcsSession, TakesTheInstanceOver) {
  World world;
  world.change_instance([](auto& record) {
    record.agent_connected = false;
    record.disconnected_at = WallTime{1};
  });
  const auto socket = world.connect(World::acs_target());
  world.run_for(1s);
  const auto record = world.instance();
  EXPECT_TRUE(record.agent_connected);
  EXPECT_FALSE(record.disconnected_at.has_value());
  EXPECT_EQ(record.session_epoch, 1);
  EXPECT_EQ(record.session_owner, "berthd");
  ASSERT_TRUE(record.version_info.has_value());
  EXPECT_EQ(record.version_info->agent_version, "1.83.0");
  EXPECT_EQ(record.version_info->agent_hash, "c763e4dc");
  EXPECT_EQ(record.version_info->docker_version, "DockerVersion: 20.10.24");
}

TEST(AcsSession, DeliversATaskAndMarksItOnceAcknowledged) {
  World world;
  const auto socket = world.connect(World::acs_target());
  world.put_task("t1");
  const auto payload = world.receive_payload(*socket);
  ASSERT_EQ(type_of(payload), "PayloadMessage");
  EXPECT_EQ(tasks_of(payload), std::set<std::string>{"t1 RUNNING"});
  EXPECT_FALSE(world.task("t1").delivered);
  world.acknowledge(*socket, payload);
  world.run_for(1s);
  EXPECT_TRUE(world.task("t1").delivered);
  // Nothing more is said of it.
  EXPECT_EQ(type_of(world.receive_payload(*socket, 10min)).front(), '{');
}

TEST(AcsSession, TellsStopsAfterwards) {
  World world;
  const auto socket = world.connect(World::acs_target());
  world.put_task("t1");
  const auto start = world.receive_payload(*socket);
  world.acknowledge(*socket, start);
  world.change_task("t1", domain::StopRequested{model::ecs::TaskStopCode::user_initiated, "bye"},
                    domain::Writer::api);
  const auto stop = world.receive_payload(*socket);
  EXPECT_EQ(tasks_of(stop), std::set<std::string>{"t1 STOPPED"});
  EXPECT_GT(sequence_of(stop), sequence_of(start));
  EXPECT_NE(text_at(stop, "messageId"), text_at(start, "messageId"));
}

TEST(AcsSession, SendsAtMostTenTasksInAPayload) {
  World world;
  for (int i = 10; i < 33; ++i) world.put_task("t" + std::to_string(i));
  const auto socket = world.connect(World::acs_target());
  std::set<std::string> seen;
  for (const std::size_t expected : {10U, 10U, 3U}) {
    const auto payload = world.receive_payload(*socket);
    const auto tasks = tasks_of(payload);
    EXPECT_EQ(tasks.size(), expected);
    seen.insert(tasks.begin(), tasks.end());
  }
  EXPECT_EQ(seen.size(), 23U);
}

TEST(AcsSession, NumbersPayloadsAboveTheAgentsAndAllThatWereSent) {
  World world;
  world.put_task("t1");
  {
    const auto socket = world.connect(World::acs_target("&seqNum=7000"));
    EXPECT_GT(sequence_of(world.receive_payload(*socket)), 7000);
  }
  world.run_for(1min);
  const auto reserved = world.instance().payload_sequence;
  EXPECT_GT(reserved, 7000);
  const auto socket = world.connect(World::acs_target("&seqNum=1"));
  EXPECT_GT(sequence_of(world.receive_payload(*socket)), reserved);
}

TEST(AcsSession, RedeliversWhatIsNotAcknowledgedUntilTheTaskHasStopped) {
  World world;
  const auto socket = world.connect(World::acs_target());
  world.put_task("t1");
  const auto first = world.receive_payload(*socket);
  const auto sent_at = world.sim().now();
  const auto second = world.receive_payload(*socket);
  EXPECT_GE(world.sim().now() - sent_at, 59s);
  EXPECT_EQ(tasks_of(second), std::set<std::string>{"t1 RUNNING"});
  EXPECT_GT(sequence_of(second), sequence_of(first));
  // An agent reports what it cannot read as STOPPED, and never acknowledges it.
  domain::AgentReport report;
  report.status = TaskStatus::stopped;
  report.reason = "UnrecogniedTaskError";
  world.change_task("t1", report, domain::Writer::agent);
  EXPECT_EQ(type_of(world.receive_payload(*socket, 10min)).front(), '{');
}

TEST(AcsSession, BeatsEveryThirtySecondsAndClosesOnSilenceOnlyWhenAnswersWerePromised) {
  World world;
  const auto modern = world.connect(World::acs_target("&protocolVersion=2"));
  const auto begun = world.sim().now();
  world.acknowledge(*modern, world.receive(*modern));  // The manifest.
  EXPECT_EQ(type_of(world.receive(*modern)), "HeartbeatMessage");
  EXPECT_NEAR(std::chrono::duration<double>(world.sim().now() - begun).count(), 30, 1);
  EXPECT_TRUE(world.wait_closed(*modern, 10min).has_value());
  EXPECT_LT(world.sim().now() - begun, 4min);
  const auto old = world.connect(World::acs_target());
  EXPECT_FALSE(world.wait_closed(*old, 10min).has_value());
}

TEST(AcsSession, SurvivesGarbageAndAnswersIt) {
  World world;
  const auto socket = world.connect(World::acs_target());
  for (const char* text :
       {"", "{", "[]", "null", R"({"type":7})", R"({"message":{}})",
        R"({"type":"AckRequest","message":{"messageId":7}})", R"({"type":"AckRequest","message":[]})"}) {
    world.send(*socket, text);
    EXPECT_EQ(type_of(world.receive_payload(*socket)), "ErrorMessage") << text;
  }
  // Unknown types and unknown acknowledgements are passed over.
  world.send(*socket, R"({"type":"Surprise","message":{"a":1}})");
  world.send(*socket, R"({"type":"AckRequest","message":{"messageId":"never-sent"}})");
  world.put_task("t1");
  EXPECT_EQ(type_of(world.receive_payload(*socket)), "PayloadMessage");
}

TEST(AcsSession, GivesUpOnAnAgentThatTalksOnlyGarbage) {
  World world;
  const auto socket = world.connect(World::acs_target());
  for (int i = 0; i < 101; ++i) world.send(*socket, "garbage");
  EXPECT_TRUE(world.wait_closed(*socket, 1min).has_value());
}

}  // namespace
}  // namespace berth::gateway
