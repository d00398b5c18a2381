// Who is connected, across new sockets, deregistration, absence and restarts of the control plane; on virtual
// time.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "domain/agent_presence.h"
#include "gateway/testing/world.h"

namespace berth::gateway {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using testing::type_of;
using testing::World;

// The agent stays away until its task is declared STOPPED.
void give_up(World& world, const std::string& task) {
  world.change_task(task, domain::InstanceGone{model::ecs::TaskStopCode::termination_notice, "away"},
                    domain::Writer::instance_health);
  world.change_instance([](auto& record) {
    record.agent_connected = false;
    record.disconnected_at = WallTime{1};
  });
}

TEST(Reconnect, MarksTheAgentGoneWithItsSocket) {
  World world;
  auto socket = world.connect(World::acs_target());
  world.run_for(1s);
  socket->close(1000, "bye");
  world.run_for(5s);
  EXPECT_FALSE(world.instance().agent_connected);
  EXPECT_TRUE(world.instance().disconnected_at.has_value());
}

TEST(Reconnect, ASecondSocketReplacesTheFirst) {
  World world;
  const auto first = world.connect(World::acs_target());
  world.run_for(1s);
  const auto second = world.connect(World::acs_target());
  EXPECT_TRUE(world.wait_closed(*first, 10s).has_value());
  world.run_for(10s);
  EXPECT_TRUE(world.instance().agent_connected);
  EXPECT_EQ(world.instance().session_epoch, 2);
  world.put_task("t1");
  EXPECT_EQ(type_of(world.receive_payload(*second)), "PayloadMessage");
}

TEST(Reconnect, AnOlderSessionClosesWhenTheRecordNamesANewerEpoch) {
  World world;
  const auto socket = world.connect(World::acs_target());
  world.run_for(1s);
  world.change_instance([](auto& record) {
    record.session_owner = "another";
    record.session_epoch = 9;
  });
  EXPECT_TRUE(world.wait_closed(*socket, 10s).has_value());
  world.run_for(10s);
  EXPECT_TRUE(world.instance().agent_connected) << "the newer session decides";
}

TEST(Reconnect, RedeliversWhatWasNotAcknowledgedAndAllStopsButNoKnownStarts) {
  World world;
  world.put_task("known");
  world.put_task("unknown");
  world.change_task("known", domain::Delivered{}, domain::Writer::agent);
  const auto socket = world.connect(World::acs_target());
  const auto payload = world.receive_payload(*socket);
  EXPECT_THAT(render_json(payload), HasSubstr("task/default/unknown"));
  EXPECT_THAT(render_json(payload), ::testing::Not(HasSubstr("task/default/known")));
  world.acknowledge(*socket, payload);
  world.change_task("known", domain::StopRequested{model::ecs::TaskStopCode::user_initiated, "x"},
                    domain::Writer::api);
  world.acknowledge(*socket, world.receive_payload(*socket));
  world.run_for(1s);
  const auto again = world.connect(World::acs_target());
  const auto repeated = world.receive_payload(*again);
  EXPECT_THAT(render_json(repeated), HasSubstr("task/default/known"));
  EXPECT_THAT(render_json(repeated), HasSubstr("STOPPED"));
}

TEST(Reconnect, StopsWhatWasGivenUpWhileTheAgentWasAway) {
  World world;
  world.put_task("t1");
  world.change_task("t1", domain::Delivered{}, domain::Writer::agent);
  give_up(world, "t1");
  const auto socket = world.connect(World::acs_target());
  const auto payload = world.receive_payload(*socket);
  ASSERT_EQ(type_of(payload), "PayloadMessage");
  EXPECT_THAT(render_json(payload), HasSubstr(R"("desiredStatus":"STOPPED")"));
  world.acknowledge(*socket, payload);
  EXPECT_EQ(type_of(world.receive_payload(*socket, 5min)).front(), '{');
}

// The agent got the task and started it; its acknowledgement and its reports were lost with the connection.
TEST(Reconnect, StopsWhatWasGivenUpAndNeverAcknowledged) {
  World world;
  world.put_task("t1");
  give_up(world, "t1");
  const auto socket = world.connect(World::acs_target());
  const auto payload = world.receive_payload(*socket);
  ASSERT_EQ(type_of(payload), "PayloadMessage");
  EXPECT_THAT(render_json(payload), HasSubstr(R"("desiredStatus":"STOPPED")"));
}

// The engine applied the change and its answer was lost: what the agent is to be told has a revision that
// counts as lost.
TEST(Reconnect, TellsWhatTheStoreKeptAlthoughItsAnswerWasLost) {
  World world;
  const auto socket = world.connect(World::acs_target());
  world.run_for(1s);
  world.lose_next_answer();
  world.put_task("t1");
  const auto payload = world.receive_payload(*socket);
  ASSERT_EQ(type_of(payload), "PayloadMessage");
  EXPECT_THAT(render_json(payload), HasSubstr("task/default/t1"));
}

// The first connection after the absence breaks before the agent has read what it is to stop; it registers
// and comes again.
TEST(Reconnect, StopsWhatWasGivenUpAlsoWhenTheFirstConnectionBreaks) {
  World world;
  world.put_task("t1");
  give_up(world, "t1");
  const auto first = world.connect(World::acs_target());
  ASSERT_EQ(type_of(world.receive_payload(*first)), "PayloadMessage");
  const auto second = world.connect(World::acs_target());
  const auto payload = world.receive_payload(*second);
  ASSERT_EQ(type_of(payload), "PayloadMessage");
  EXPECT_THAT(render_json(payload), HasSubstr(R"("desiredStatus":"STOPPED")"));
  EXPECT_TRUE(world.instance().disconnected_at.has_value());
  world.acknowledge(*second, payload);
  world.run_for(1s);
  EXPECT_FALSE(world.instance().disconnected_at.has_value());
  const auto third = world.connect(World::acs_target());
  EXPECT_EQ(type_of(world.receive_payload(*third, 5min)).front(), '{');
}

TEST(Reconnect, ADeregisteredInstanceIsClosedAndRefused) {
  World world;
  const auto socket = world.connect(World::acs_target());
  const auto telemetry = world.connect(World::tcs_target());
  world.run_for(1s);
  world.change_instance([](auto& record) {
    record.status = domain::InstanceStatus::inactive;
    record.inactive_at = WallTime{1};
  });
  EXPECT_TRUE(world.wait_closed(*socket, 10s).has_value());
  EXPECT_TRUE(world.wait_closed(*telemetry, 10s).has_value());
  const auto refused = world.dial(World::acs_target());
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().message,
            R"({"InactiveInstanceException":"The container instance has been deregistered."})");
}

TEST(Reconnect, RefusesStrangers) {
  World world;
  EXPECT_THAT(world.dial(World::acs_target(), false).error().message, HasSubstr("AccessDeniedException"));
  EXPECT_THAT(world.dial("/acs/ws?clusterArn=default&containerInstanceArn=nobody").error().message,
              HasSubstr("InvalidInstanceException"));
  EXPECT_THAT(world.dial("/acs/ws?clusterArn=nowhere&containerInstanceArn=i1").error().message,
              HasSubstr("InvalidClusterException"));
  EXPECT_THAT(world.dial("/elsewhere?x=1").error().message, HasSubstr("BadRequestException"));
}

TEST(Reconnect, AnInstanceThatNeverComesCountsAsConnectedForNinetySeconds) {
  World world;
  world.run_for(70s);
  EXPECT_TRUE(world.instance().agent_connected);
  world.run_for(25s);
  EXPECT_FALSE(world.instance().agent_connected);
}

void kill_and_restart(World& world) {
  world.server().kill();
  world.server().restart();
  ASSERT_TRUE(
      world.sim().run_until([&] { return world.server().up() && world.server().process() != nullptr; }));
  world.run_for(1s);
}

TEST(Reconnect, AfterARestartAgentsAreAwaitedAndShownAsNotConnected) {
  World world;
  const auto socket = world.connect(World::acs_target());
  world.run_for(1s);
  kill_and_restart(world);
  EXPECT_FALSE(world.instance().agent_connected);
  EXPECT_TRUE(domain::is_awaited(world.instance()));
  world.run_for(60s);
  EXPECT_TRUE(domain::is_awaited(world.instance()));
  const auto again = world.connect(World::acs_target());
  world.run_for(5min);
  EXPECT_TRUE(world.instance().agent_connected);
  EXPECT_EQ(world.instance().session_epoch, 2);
}

TEST(Reconnect, AnAwaitedAgentThatDoesNotComeIsGivenUp) {
  World world;
  const auto socket = world.connect(World::acs_target());
  world.run_for(1s);
  // Whatever it takes to stay up.
  for (int i = 0; i < 3; ++i) kill_and_restart(world);
  EXPECT_TRUE(domain::is_awaited(world.instance()));
  world.run_for(95s);
  EXPECT_FALSE(domain::counts_as_connected(world.instance()));
  EXPECT_TRUE(world.instance().disconnected_at);
  kill_and_restart(world);
  EXPECT_FALSE(domain::counts_as_connected(world.instance())) << "nobody expects it any more";
}

// Registered, and no socket yet.
TEST(Reconnect, AnAgentThatWasAboutToConnectIsAwaitedToo) {
  World world;
  kill_and_restart(world);
  EXPECT_FALSE(world.instance().agent_connected);
  EXPECT_TRUE(domain::is_awaited(world.instance()));
}

TEST(Reconnect, AnAgentThatHadJustComeBackIsAwayAnew) {
  World world;
  world.change_instance([](auto& record) { record.disconnected_at = WallTime{1}; });
  kill_and_restart(world);
  EXPECT_FALSE(domain::counts_as_connected(world.instance()));
  EXPECT_GT(world.instance().disconnected_at, WallTime{1}) << "it has the whole grace to come back";
  const auto socket = world.connect(World::acs_target());
  world.run_for(1s);
  EXPECT_TRUE(world.instance().agent_connected);
}

}  // namespace
}  // namespace berth::gateway
