// Goal: versions compare as numbers, and an update ends UPDATED only when a higher version came back.
// Method: tables of cases over the pure rules.
#include "domain/agent_update.h"

#include <gtest/gtest.h>

namespace berth::domain {
namespace {

using enum AgentUpdateStatus;

TEST(AgentVersion, AreThreeNumbers) {
  EXPECT_EQ(parse_agent_version("1.83.0"), (AgentVersion{1, 83, 0}));
  EXPECT_EQ(parse_agent_version("v0.1.0"), (AgentVersion{0, 1, 0}));
  for (const char* text :
       {"", "1", "1.2", "1.2.3.4", "1.2.x", "-1.2.3", "1.-2.3", " 1.2.3", "1.2.3-rc1", "99999999999.0.0"})
    EXPECT_FALSE(parse_agent_version(text)) << text;
}

TEST(AgentVersion, CompareAsNumbers) {
  EXPECT_LT(*parse_agent_version("1.9.0"), *parse_agent_version("1.10.0"));
  EXPECT_LT(*parse_agent_version("0.9.9"), *parse_agent_version("1.0.0"));
}

TEST(AgentUpdate, IsInProgressUntilItEnds) {
  EXPECT_FALSE(is_in_progress(std::nullopt));
  for (const auto status : {pending, staging, staged, updating}) EXPECT_TRUE(is_in_progress(status));
  for (const auto status : {updated, failed}) EXPECT_FALSE(is_in_progress(status));
}

TEST(AgentUpdate, EndsWhenTheAgentComesBack) {
  struct Case {
    std::optional<AgentUpdateStatus> status;
    const char* before;
    const char* now;
    std::optional<AgentUpdateStatus> then;
  };
  const Case cases[] = {
      {updating, "0.1.0", "0.2.0", updated}, {updating, "0.1.0", "0.1.0", failed},
      {updating, "0.2.0", "0.1.0", failed},  {updating, "0.1.0", "odd", failed},
      {staged, "0.1.0", "0.2.0", updated},  // Somebody installed it by hand meanwhile.
      {staged, "0.1.0", "0.1.0", staged},   // A mere loss of the connection.
      {staging, "0.1.0", "0.1.0", staging},  {pending, "0.1.0", "0.1.0", pending},
      {failed, "0.1.0", "0.2.0", failed},    {std::nullopt, "0.1.0", "0.2.0", std::nullopt},
  };
  for (const auto& one : cases)
    EXPECT_EQ(after_reconnect(one.status, one.before, one.now), one.then) << one.before << " " << one.now;
}

}  // namespace
}  // namespace berth::domain
