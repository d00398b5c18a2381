// Goal: an instance that nobody configured takes the task definitions that people have: its attributes are
// those of Amazon's installer. Method: the attributes of a default configuration.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "agent/session/registration.h"

namespace berth::agent::session {
namespace {

using ::testing::Contains;
using ::testing::IsSupersetOf;
using ::testing::Not;

std::set<std::string> names_of(const config::AgentConfig& config, const HostFacts& facts) {
  std::set<std::string> names;
  for (const auto& [name, value] : registration_attributes(config, facts, true)) names.insert(name);
  return names;
}

HostFacts facts() {
  HostFacts facts;
  facts.docker_api_version = "1.41";
  facts.has_syslog = true;
  return facts;
}

TEST(RegistrationAttributes, AreThoseOfAmazonsInstallerByDefault) {
  const std::string amazon = "com.amazonaws.ecs.capability.";
  std::vector<std::string> expected;
  for (const char* name : {"task-iam-role", "task-iam-role-network-host", "ecr-auth", "privileged-container",
                           "logging-driver.json-file", "logging-driver.syslog", "logging-driver.gelf",
                           "logging-driver.fluentd", "logging-driver.none", "logging-driver.awslogs",
                           "docker-remote-api.1.17", "docker-remote-api.1.19", "docker-remote-api.1.29"})
    expected.push_back(amazon + name);
  expected.emplace_back("ecs.capability.execution-role-ecr-pull");
  expected.emplace_back("ecs.capability.execution-role-awslogs");
  const auto names = names_of({}, facts());
  EXPECT_THAT(names, IsSupersetOf(expected));
}

TEST(RegistrationAttributes, JournaldIsThereWhereTheHostHasItOrTheOperatorSaysSo) {
  const std::string journald = "com.amazonaws.ecs.capability.logging-driver.journald";
  EXPECT_THAT(names_of({}, facts()), Not(Contains(journald)));
  HostFacts with = facts();
  with.has_journald = true;
  EXPECT_THAT(names_of({}, with), Contains(journald));
  config::AgentConfig given;
  given.logging_drivers = {"journald"};
  given.logging_drivers_given = true;
  EXPECT_THAT(names_of(given, facts()), Contains(journald));
}

TEST(RegistrationAttributes, SyslogIsThereWhereSomebodyReadsItOrTheOperatorSaysSo) {
  const std::string syslog = "com.amazonaws.ecs.capability.logging-driver.syslog";
  HostFacts without = facts();
  without.has_syslog = false;
  EXPECT_THAT(names_of({}, without), Not(Contains(syslog)));
  config::AgentConfig given;
  given.logging_drivers = {"syslog"};
  given.logging_drivers_given = true;
  EXPECT_THAT(names_of(given, without), Contains(syslog)) << "another host takes them, say";
}

TEST(RegistrationAttributes, LogDriversAreThoseThatTheEngineHas) {
  HostFacts few = facts();
  few.log_drivers = {"json-file", "journald"};
  const auto names = names_of({}, few);
  const std::string driver = "com.amazonaws.ecs.capability.logging-driver.";
  EXPECT_THAT(names, IsSupersetOf({driver + "json-file", driver + "none"}));
  for (const char* lacking : {"syslog", "gelf", "fluentd"})
    EXPECT_THAT(names, Not(Contains(driver + lacking)));
}

TEST(RegistrationAttributes, RolesCanBeTurnedOff) {
  config::AgentConfig config;
  config.enable_task_iam_role = false;
  config.enable_task_iam_role_network_host = false;
  const auto names = names_of(config, facts());
  EXPECT_THAT(names, Not(Contains("com.amazonaws.ecs.capability.task-iam-role")));
  EXPECT_THAT(names, Not(Contains("com.amazonaws.ecs.capability.task-iam-role-network-host")));
}

}  // namespace
}  // namespace berth::agent::session
