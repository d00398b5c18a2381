// Goal: specs are read as they are written, runs repeat exactly, and a planted bug is seen.
// Method: small specs given as text; the checked-in ones are run by scripts/test through berth-sim.
#include "sim/run/spec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/run/runner.h"

namespace berth::sim {
namespace {

using testing::HasSubstr;

constexpr std::string_view kSmall = R"(# Small.
agents 2
clients 1..2
seconds 40
actions run-task:3 stop-task:1 scale:1
faults agent-kill:10 plane-kill:15
fault-percent 100
)";

TEST(Spec, ReadsRangesWeightsAndGoal) {
  const auto spec = parse_spec("small", kSmall).value();
  EXPECT_EQ(spec.goal, "Small.");
  EXPECT_EQ(spec.agents.low, 2);
  EXPECT_EQ(spec.clients.high, 2);
  EXPECT_EQ(spec.faults.at("plane-kill"), 15);
  EXPECT_EQ(spec.actions.at("run-task"), 3);
}

TEST(Spec, NamesTheLineThatItCannotRead) {
  EXPECT_THAT(parse_spec("bad", "agents 3\nfaults sunspots:9\n").error().message,
              HasSubstr("bad.spec line 2"));
  EXPECT_THAT(parse_spec("bad", "agents 5..3\n").error().message, HasSubstr("line 1"));
}

TEST(Run, TheSameSeedGivesTheSameTrace) {
  const auto spec = parse_spec("small", kSmall).value();
  RunRequest request;
  request.seed = 3;
  const auto first = run_spec(spec, request);
  for (const auto& violation : first.violations) ADD_FAILURE() << violation.rule << ": " << violation.text;
  EXPECT_GT(first.tasks, 0U);
  EXPECT_GT(first.faults, 0U);
  EXPECT_EQ(first.trace_hash, run_spec(spec, request).trace_hash);
}

TEST(Run, APlantedBugIsSeen) {
  const auto spec = parse_spec("small", kSmall).value();
  RunRequest request;
  request.seed = 3;
  request.mutant = "no-claim";
  const auto result = run_spec(spec, request);
  ASSERT_TRUE(result.failed());
  EXPECT_EQ(result.violations.front().rule, "allocation");
}

}  // namespace
}  // namespace berth::sim
