// Goal: an update goes PENDING, STAGING, STAGED, UPDATING, UPDATED as the agent answers, and ends FAILED on a
// refusal, on silence and on an agent that comes back unchanged or not at all. Method: whole sessions on
// virtual time; the test is the agent.
#include <gtest/gtest.h>

#include "gateway/testing/world.h"

namespace berth::gateway {
namespace {

using namespace std::chrono_literals;
using enum model::ecs::AgentUpdateStatus;
using testing::at;
using testing::text_at;
using testing::type_of;
using testing::World;

class AgentUpdates : public ::testing::Test {
 protected:
  AgentUpdates() { world_.offer.package = domain::AgentPackage{"1.90.0", "berth-agent-1.90.0.tar", "ab12"}; }

  void request() {
    world_.change_instance([](auto& record) { record.agent_update_status = pending; });
  }
  std::optional<model::ecs::AgentUpdateStatus> status() { return world_.instance().agent_update_status; }
  void answer(runtime::MessageSocket& socket, const JsonObject& message, const char* type,
              const std::string& reason = {}) {
    JsonObject body{{"cluster", "default"}, {"messageId", text_at(message, "messageId")}};
    if (!reason.empty()) body["reason"] = reason;
    world_.send(socket, render_json(JsonObject{{"type", type}, {"message", body}}));
    world_.run_for(1s);
  }
  void acknowledge(runtime::MessageSocket& socket, const JsonObject& message) {
    answer(socket, message, "AckRequest");
  }
  // Up to the agent that has been told to restart.
  std::unique_ptr<runtime::MessageSocket> update_until_restart() {
    auto socket = world_.connect(World::acs_target());
    request();
    acknowledge(*socket, world_.receive_payload(*socket));
    acknowledge(*socket, world_.receive_payload(*socket));
    EXPECT_EQ(status(), updating);
    return socket;
  }
  // The URL that an agent of another version uses.
  static std::string target_of_version(const std::string& version) {
    std::string target = World::acs_target();
    const std::string old = "agentVersion=1.83.0";
    return target.replace(target.find(old), old.size(), "agentVersion=" + version);
  }

  World world_;
};

TEST_F(AgentUpdates, TellsTheAgentToDownloadThenToRestart) {
  const auto socket = world_.connect(World::acs_target());
  request();
  const auto stage = world_.receive_payload(*socket);
  ASSERT_EQ(type_of(stage), "StageUpdateMessage");
  const auto& info = at(stage, "updateInfo").as_object();
  EXPECT_EQ(info.at("location").as_string(), "http://berth:51670/packages/berth-agent-1.90.0.tar");
  EXPECT_EQ(info.at("signature").as_string(), "ab12");
  EXPECT_EQ(status(), staging);
  acknowledge(*socket, stage);
  EXPECT_EQ(status(), staged) << "who looks each second never sees that the download is complete";
  const auto perform = world_.receive_payload(*socket);
  ASSERT_EQ(type_of(perform), "PerformUpdateMessage");
  EXPECT_EQ(status(), updating);
  acknowledge(*socket, perform);
  EXPECT_EQ(status(), updating);
}

TEST_F(AgentUpdates, IsUpdatedWhenAHigherVersionComesBack) {
  update_until_restart()->close(1000, "restarting");
  world_.run_for(5s);
  const auto socket = world_.connect(target_of_version("1.90.0"));
  world_.run_for(1s);
  EXPECT_EQ(status(), updated);
  EXPECT_EQ(world_.instance().version_info->agent_version, "1.90.0");
}

TEST_F(AgentUpdates, FailsWhenTheOldVersionComesBack) {
  update_until_restart()->close(1000, "restarting");
  world_.run_for(5s);
  const auto socket = world_.connect(World::acs_target());
  world_.run_for(1s);
  EXPECT_EQ(status(), failed);
}

TEST_F(AgentUpdates, FailsWhenNobodyComesBack) {
  update_until_restart()->close(1000, "restarting");
  world_.run_for(9min);
  EXPECT_EQ(status(), updating);
  world_.run_for(2min);
  EXPECT_EQ(status(), failed);
}

TEST_F(AgentUpdates, FailsWhenTheAgentRefuses) {
  const auto socket = world_.connect(World::acs_target());
  request();
  answer(*socket, world_.receive_payload(*socket), "NackRequest", "Updates are disabled");
  EXPECT_EQ(status(), failed);
  // A new request begins anew.
  request();
  EXPECT_EQ(type_of(world_.receive_payload(*socket)), "StageUpdateMessage");
}

TEST_F(AgentUpdates, FailsWhenTheAgentNeverAnswers) {
  // Agents of 2015 with updates disabled say nothing at all, and answer no heartbeats.
  std::string target = World::acs_target();
  const auto protocol = target.find("&protocolVersion=2");
  if (protocol != std::string::npos) target.erase(protocol, std::string("&protocolVersion=2").size());
  const auto socket = world_.connect(target);
  request();
  EXPECT_EQ(type_of(world_.receive_payload(*socket)), "StageUpdateMessage");
  world_.run_for(19min);
  EXPECT_EQ(status(), staging);
  world_.run_for(2min);
  EXPECT_EQ(status(), failed);
}

TEST_F(AgentUpdates, TellsAgainAfterALostConnection) {
  {
    const auto socket = world_.connect(World::acs_target());
    request();
    acknowledge(*socket, world_.receive_payload(*socket));
    world_.change_instance([](auto& record) { record.agent_update_status = staged; });
    socket->close(1000, "lost");
    world_.run_for(1s);
  }
  world_.change_instance([](auto& record) { record.agent_update_status = staged; });
  // What is staged may be gone with the agent that staged it.
  const auto socket = world_.connect(World::acs_target());
  const auto stage = world_.receive_payload(*socket);
  EXPECT_EQ(type_of(stage), "StageUpdateMessage");
  EXPECT_EQ(status(), staged);
  acknowledge(*socket, stage);
  EXPECT_EQ(type_of(world_.receive_payload(*socket)), "PerformUpdateMessage");
}

TEST_F(AgentUpdates, FailsWithoutAPackage) {
  world_.offer.package.reset();
  const auto socket = world_.connect(World::acs_target());
  request();
  world_.run_for(1s);
  EXPECT_EQ(status(), failed);
}

TEST_F(AgentUpdates, TasksGoOnMeanwhile) {
  const auto socket = world_.connect(World::acs_target());
  request();
  EXPECT_EQ(type_of(world_.receive_payload(*socket)), "StageUpdateMessage");
  world_.put_task("t1");
  EXPECT_EQ(type_of(world_.receive_payload(*socket)), "PayloadMessage");
}

}  // namespace
}  // namespace berth::gateway
