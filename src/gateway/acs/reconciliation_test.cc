// Goal: whatever an agent or the store has forgotten, what an instance runs comes to be what the store says:
// surplus tasks are stopped, forgotten ones told again or over, and contradicted reports answered with a
// stop. Method: agents that a test speaks for, on virtual time.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/testing/world.h"

namespace berth::gateway {
namespace {

using namespace std::chrono_literals;
using domain::TaskStatus;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::text_at;
using testing::type_of;
using testing::World;

constexpr const char* kCompares = "&protocolVersion=2&seqNum=1";

std::string arn_of(const std::string& id) {
  return "arn:aws:ecs:us-east-1:123456789012:task/default/" + id;
}

// What an agent says of a manifest that it has acknowledged.
void answer(World& world, runtime::MessageSocket& socket, const JsonObject& manifest, const std::string& type,
            const std::string& list, const std::string& id) {
  world.acknowledge(socket, manifest);
  world.send(socket, R"({"type":")" + type + R"(","message":{"messageId":")" +
                         text_at(manifest, "messageId") + R"(",")" + list + R"(":[{"taskArn":")" +
                         arn_of(id) + R"("}]}})");
}

void stop(World& world, const std::string& id) {
  world.change_task(id, domain::StopRequested{model::ecs::TaskStopCode::user_initiated, "x"},
                    domain::Writer::api);
}

void end(World& world, const std::string& id) {
  domain::AgentReport report;
  report.status = TaskStatus::stopped;
  world.change_task(id, report, domain::Writer::agent);
}

// As the API does it with a report that contradicts the store.
void report_running(World& world, const std::string& id) {
  world.gateway().stop_again(std::make_shared<const domain::TaskRecord>(world.task(id)));
}

TEST(Reconciliation, ASessionBeginsWithAllThatHasNotStopped) {
  World world;
  for (const char* id : {"runs", "stops", "ended"}) {
    world.put_task(id);
    world.change_task(id, domain::Delivered{}, domain::Writer::agent);
  }
  stop(world, "stops");
  end(world, "ended");
  const auto socket = world.connect(World::acs_target(kCompares));
  const auto manifest = world.receive_payload(*socket);
  ASSERT_EQ(type_of(manifest), "TaskManifestMessage");
  const std::string text = render_json(manifest);
  EXPECT_THAT(text, HasSubstr(R"("taskArn":")" + arn_of("runs") + R"(")"));
  EXPECT_THAT(text, HasSubstr(R"("desiredStatus":"RUNNING","lastStatus":"PENDING")"));
  EXPECT_THAT(text, HasSubstr(R"("desiredStatus":"STOPPED","lastStatus":"PENDING")"));
  EXPECT_THAT(text, Not(HasSubstr("ended")));
  EXPECT_GT(testing::at(manifest, "timeline").as_int64(), 1);
  // Then come the stops, as ever.
  EXPECT_EQ(type_of(world.receive_payload(*socket)), "PayloadMessage");
}

TEST(Reconciliation, AnOldAgentIsAskedNothing) {
  World world;
  const auto socket = world.connect(World::acs_target("&seqNum=5"));
  EXPECT_EQ(type_of(world.receive_payload(*socket, 2min)).front(), '{');
}

// A restored store does not know the task, or knows that it has ended.
TEST(Reconciliation, WhatRunsAndShouldNotIsStopped) {
  World world;
  world.put_task("ended");
  end(world, "ended");
  for (const char* id : {"ended", "stranger"}) {
    const auto socket = world.connect(World::acs_target(kCompares));
    const auto manifest = world.receive_payload(*socket);
    answer(world, *socket, manifest, "TaskStopVerificationMessage", "stopCandidates", id);
    const auto payload = world.receive_payload(*socket);
    ASSERT_EQ(type_of(payload), "PayloadMessage") << id;
    EXPECT_THAT(render_json(payload), HasSubstr(R"("arn":")" + arn_of(id) + R"(")"));
    EXPECT_THAT(render_json(payload), HasSubstr(R"("desiredStatus":"STOPPED")"));
    world.acknowledge(*socket, payload);
    EXPECT_EQ(type_of(world.receive_payload(*socket, 2min)).front(), '{') << "acknowledged, not told again";
  }
}

// Its answer and the stop cross; the store has the task STOPPED when the answer is read.
TEST(Reconciliation, WhatItHasBeenToldToStopMeanwhileItIsNotToldTwice) {
  World world;
  world.put_task("t1");
  world.change_task("t1", domain::Delivered{}, domain::Writer::agent);
  stop(world, "t1");
  const auto socket = world.connect(World::acs_target(kCompares));
  const auto manifest = world.receive_payload(*socket);
  const auto payload = world.receive_payload(*socket);
  ASSERT_EQ(type_of(payload), "PayloadMessage");
  world.acknowledge(*socket, payload);
  end(world, "t1");
  world.run_for(1s);
  answer(world, *socket, manifest, "TaskStopVerificationMessage", "stopCandidates", "t1");
  EXPECT_EQ(type_of(world.receive_payload(*socket, 30s)).front(), '{');
}

TEST(Reconciliation, ATaskThatWasPlacedMeanwhileIsNotStopped) {
  World world;
  const auto socket = world.connect(World::acs_target(kCompares));
  const auto manifest = world.receive_payload(*socket);
  world.put_task("new");
  const auto payload = world.receive_payload(*socket);
  world.acknowledge(*socket, payload);
  answer(world, *socket, manifest, "TaskStopVerificationMessage", "stopCandidates", "new");
  EXPECT_EQ(type_of(world.receive_payload(*socket, 2min)).front(), '{');
  EXPECT_EQ(world.task("new").desired_status, TaskStatus::running);
}

TEST(Reconciliation, WhatAnAgentHasNoRecordOfIsOver) {
  World world;
  world.put_task("t1");
  world.put_task("t2");
  world.change_task("t1", domain::Delivered{}, domain::Writer::agent);
  const auto socket = world.connect(World::acs_target(kCompares));
  const auto manifest = world.receive_payload(*socket);
  answer(world, *socket, manifest, "TaskMissingMessage", "tasks", "t1");
  // That it does not have t2 either was to be expected: it is sent after the manifest.
  answer(world, *socket, manifest, "TaskMissingMessage", "tasks", "t2");
  world.run_for(5s);
  EXPECT_EQ(world.task("t1").last_status, TaskStatus::stopped);
  EXPECT_THAT(world.task("t1").stopped_reason.value_or(""), HasSubstr("does not know this task"));
  EXPECT_EQ(world.task("t2").last_status, TaskStatus::pending);
}

// It was killed before its checkpoint was written: what it had acknowledged it presents no more.
TEST(Reconciliation, AnAgentThatFellBackIsToldAgainWhatItHasForgotten) {
  World world;
  world.put_task("t1");
  auto socket = world.connect(World::acs_target(kCompares));
  const auto first = world.receive_payload(*socket);
  world.acknowledge(*socket, first);
  const auto payload = world.receive_payload(*socket);
  world.acknowledge(*socket, payload);
  world.run_for(1s);
  ASSERT_TRUE(world.task("t1").delivered);
  socket = world.connect(World::acs_target(kCompares));
  answer(world, *socket, world.receive_payload(*socket), "TaskMissingMessage", "tasks", "t1");
  const auto again = world.receive_payload(*socket);
  ASSERT_EQ(type_of(again), "PayloadMessage");
  EXPECT_THAT(render_json(again), HasSubstr(R"("desiredStatus":"RUNNING")"));
  world.acknowledge(*socket, again);
  EXPECT_EQ(type_of(world.receive_payload(*socket, 2min)).front(), '{');
}

TEST(Reconciliation, AnOldAgentThatFellBackIsToldAgainWhatItHadAcknowledged) {
  World world;
  world.put_task("t1");
  auto socket = world.connect(World::acs_target("&seqNum=1"));
  const auto payload = world.receive_payload(*socket);
  const auto number = testing::at(payload, "seqNum").as_int64();
  world.acknowledge(*socket, payload);
  world.run_for(1s);
  socket = world.connect(World::acs_target("&seqNum=" + std::to_string(number)));
  EXPECT_EQ(type_of(world.receive_payload(*socket, 30s)).front(), '{') << "it remembers";
  socket = world.connect(World::acs_target("&seqNum=" + std::to_string(number - 1)));
  const auto again = world.receive_payload(*socket);
  ASSERT_EQ(type_of(again), "PayloadMessage");
  EXPECT_THAT(render_json(again), HasSubstr(arn_of("t1")));
}

// Amazon's agents drop a manifest whose number they have seen.
TEST(Reconciliation, AManifestThatIsNotAcknowledgedGoesOutOnceMoreWithAFarHigherNumber) {
  World world;
  const auto socket = world.connect(World::acs_target(kCompares));
  const auto first = world.receive_payload(*socket);
  const auto second = world.receive_payload(*socket, 30s);
  ASSERT_EQ(type_of(second), "TaskManifestMessage");
  EXPECT_GT(testing::at(second, "timeline").as_int64(), testing::at(first, "timeline").as_int64() + 900'000);
  EXPECT_EQ(type_of(world.receive_payload(*socket, 20s)).front(), '{');
  world.put_task("t1");
  EXPECT_GT(testing::at(world.receive_payload(*socket), "seqNum").as_int64(),
            testing::at(second, "timeline").as_int64());
}

TEST(Reconciliation, AContradictedReportIsAnsweredWithAStopEachTime) {
  World world;
  world.put_task("stopping");
  world.put_task("stopped");
  world.change_task("stopped", domain::Delivered{}, domain::Writer::agent);
  end(world, "stopped");
  const auto socket = world.connect(World::acs_target("&seqNum=1"));
  world.acknowledge(*socket, world.receive_payload(*socket));
  stop(world, "stopping");
  world.acknowledge(*socket, world.receive_payload(*socket));
  world.run_for(1s);
  for (const char* id : {"stopping", "stopped", "stopped"}) {
    report_running(world, id);
    const auto payload = world.receive_payload(*socket, 5s);
    ASSERT_EQ(type_of(payload), "PayloadMessage") << id;
    EXPECT_THAT(render_json(payload), HasSubstr(arn_of(id)));
    EXPECT_THAT(render_json(payload), HasSubstr(R"("desiredStatus":"STOPPED")"));
    world.acknowledge(*socket, payload);
  }
  EXPECT_EQ(type_of(world.receive_payload(*socket, 2min)).front(), '{');
}

TEST(Reconciliation, AStopThatIsOwedWaitsForTheAgent) {
  World world;
  world.put_task("t1");
  world.change_task("t1", domain::Delivered{}, domain::Writer::agent);
  end(world, "t1");
  report_running(world, "t1");
  auto socket = world.connect(World::acs_target("&seqNum=1"));
  EXPECT_THAT(render_json(world.receive_payload(*socket)), HasSubstr(arn_of("t1")));
  // Not acknowledged: the next connection hears it too.
  socket = world.connect(World::acs_target("&seqNum=1"));
  EXPECT_THAT(render_json(world.receive_payload(*socket)), HasSubstr(arn_of("t1")));
}

}  // namespace
}  // namespace berth::gateway
