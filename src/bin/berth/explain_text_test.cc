// Goal: what berthd answers is read by people: tables name every
// instance with what would make it fit.
#include "bin/berth/explain_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace berth::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(ExplainText, APlacementNamesEveryInstance) {
  const auto document = parse_json(R"({"kind":"placement","cluster":"c","taskDefinition":"web:1","count":2,
    "placed":[{"containerInstanceArn":"arn/one","availabilityZone":"a","tasks":1}],"unplaced":1,
    "unplacedBecause":"Of 2 container instances, 2 lack memory.",
    "decision":{"needs":{"cpu":10,"memory":512,"hostPorts":["80/tcp"],"attributes":[],"constraints":[]},
     "strategy":"random","summary":"1 of 2","instances":[
      {"containerInstanceArn":"arn/one","ec2InstanceId":"i-1","availabilityZone":"a","rank":1,"tasks":0,"groupTasks":0,
       "registered":{"cpu":1024,"memory":1024},"remaining":{"cpu":1000,"memory":600},"reasons":[],
       "rankedBy":[{"key":"tasks on the instance","value":3}]},
      {"containerInstanceArn":"arn/two","ec2InstanceId":"i-2","availabilityZone":"b","tasks":1,"groupTasks":0,
       "registered":{"cpu":1024,"memory":1024},"remaining":{"cpu":1000,"memory":300},
       "reasons":[{"detail":"needs 512 MiB of memory, 300 free","remedy":"free 212 MiB"}]}]}})");
  ASSERT_TRUE(document.ok());
  const auto text = render_explanation(document->get_object());
  EXPECT_THAT(text, HasSubstr("1 on one (a)"));
  EXPECT_THAT(text, HasSubstr("1 nowhere: Of 2 container instances, 2 lack memory."));
  EXPECT_THAT(text, HasSubstr("host ports 80/tcp"));
  EXPECT_THAT(text, HasSubstr("fits, rank 1: 3 tasks on the instance"));
  EXPECT_THAT(text, HasSubstr("300/1024"));
  EXPECT_THAT(text, HasSubstr("needs 512 MiB of memory, 300 free\n"));
  EXPECT_THAT(text, HasSubstr("to fit: free 212 MiB\n"));
}

TEST(ExplainText, AnIdIsShownAlikeEverywhere) {
  constexpr const char* kInstanceArn =
      "arn:aws:ecs:r:1:container-instance/c/0123456789abcdef0123456789abcdef";
  JsonObject document{
      {"kind", "task"},
      {"instance", {{"containerInstanceArn", kInstanceArn}}},
      {"why", {{"decision", {{"instances", JsonArray{{{"containerInstanceArn", kInstanceArn}}}}}}}}};
  const auto text = render_explanation(document);
  EXPECT_THAT(text, HasSubstr("instance  0123456789ab "));
  EXPECT_THAT(text, Not(HasSubstr("0123456789abc")));
}

TEST(ExplainText, AnotherVersionsDocumentIsShownAsItIs) {
  EXPECT_EQ(render_explanation({{"kind", "oracle"}}), "{\"kind\":\"oracle\"}\n");
  for (const char* kind : {"task", "service", "placement"}) {
    JsonObject bare;
    bare["kind"] = kind;
    EXPECT_FALSE(render_explanation(bare).empty());
  }
}

}  // namespace
}  // namespace berth::cli
