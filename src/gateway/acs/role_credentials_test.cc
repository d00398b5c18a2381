// Goal: a task's role has its keys at the agent before the task starts, again when the agent is new, new ones
// when the operator changes them, and always some that hold for a while. Method: whole sessions on virtual
// time; the test is the agent.
#include <gtest/gtest.h>

#include "gateway/testing/world.h"

namespace berth::gateway {
namespace {

using namespace std::chrono_literals;
using testing::at;
using testing::text_at;
using testing::type_of;
using testing::World;

constexpr const char* kRole = "arn:aws:iam::123456789012:role/web";

class RoleCredentials : public ::testing::Test {
 protected:
  RoleCredentials() { world_.roles.keys[kRole] = {"AKIA1", "secret1", "token1"}; }

  static std::string key_of(const JsonObject& credentials) {
    return std::string(credentials.at("accessKeyId").as_string());
  }
  const JsonObject& credentials_of(const JsonObject& message) {
    EXPECT_EQ(type_of(message), "IAMRoleCredentialsMessage");
    return at(message, "roleCredentials").as_object();
  }
  std::unique_ptr<runtime::MessageSocket> start_task() {
    auto socket = world_.connect(World::acs_target());
    world_.put_task("t1");
    payload_ = world_.receive_payload(*socket);
    world_.acknowledge(*socket, payload_);
    world_.run_for(1s);
    return socket;
  }
  World world_;
  JsonObject payload_;
};

TEST_F(RoleCredentials, ComeWithTheTask) {
  const auto socket = start_task();
  const auto& task = at(payload_, "tasks").as_array().at(0).as_object();
  const auto& credentials = task.at("roleCredentials").as_object();
  EXPECT_EQ(key_of(credentials), "AKIA1");
  EXPECT_EQ(credentials.at("secretAccessKey").as_string(), "secret1");
  EXPECT_EQ(credentials.at("sessionToken").as_string(), "token1");
  EXPECT_EQ(credentials.at("roleArn").as_string(), kRole);
  EXPECT_EQ(credentials.at("credentialsId").as_string(), "t1-TaskApplication");
  EXPECT_FALSE(task.contains("executionRoleCredentials"));
}

TEST_F(RoleCredentials, AreRenewedLongBeforeTheirEnd) {
  const auto socket = start_task();
  const auto began = world_.sim().now();
  const auto message = world_.receive_payload(*socket, 2h);
  const auto waited = world_.sim().now() - began;
  EXPECT_GT(waited, 20min);
  EXPECT_LT(waited, 40min);
  EXPECT_EQ(text_at(message, "roleType"), "TaskApplication");
  EXPECT_EQ(credentials_of(message).at("credentialsId").as_string(), "t1-TaskApplication");
}

TEST_F(RoleCredentials, ChangedKeysComeSoon) {
  const auto socket = start_task();
  world_.roles.keys[kRole] = {"AKIA2", "secret2", ""};
  EXPECT_EQ(key_of(credentials_of(world_.receive_payload(*socket, 2min))), "AKIA2");
}

TEST_F(RoleCredentials, ANewAgentIsToldAgain) {
  start_task().reset();
  world_.run_for(1s);
  const auto socket = world_.connect(World::acs_target("&sendCredentials=true"));
  const auto message = world_.receive_payload(*socket, 10s);
  EXPECT_EQ(key_of(credentials_of(message)), "AKIA1");
  EXPECT_TRUE(text_at(message, "taskArn").ends_with("t1"));
}

TEST_F(RoleCredentials, ARoleWithoutKeysHoldsNoTaskUp) {
  world_.roles.keys.clear();
  const auto socket = start_task();
  const auto& task = at(payload_, "tasks").as_array().at(0).as_object();
  EXPECT_FALSE(task.contains("roleCredentials"));
}

TEST_F(RoleCredentials, AreRenewedInTimeWhateverIsDoneToTheClock) {
  const auto socket = start_task();
  world_.run_for(1min);
  world_.server().step_wall(-2h);
  const auto began = world_.sim().now();
  const auto message = world_.receive_payload(*socket, 2h);
  EXPECT_LT(world_.sim().now() - began, 40min);
  EXPECT_EQ(credentials_of(message).at("credentialsId").as_string(), "t1-TaskApplication");
}

}  // namespace
}  // namespace berth::gateway
