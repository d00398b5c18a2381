#include "base/arn.h"

#include <gtest/gtest.h>

namespace berth {
namespace {

// Goal: every ARN form that clients send is understood, and a broken one names what is wrong.
TEST(Arn, ParsesAndRendersUnchanged) {
  for (const char* text : {"arn:aws:ecs:us-east-1:123456789012:cluster/default",
                           "arn:aws:ecs:us-east-1:123456789012:task-definition/sleep360:1",
                           "arn:aws:iam::123456789012:role/ecsInstanceRole"}) {
    const auto arn = parse_arn(text);
    ASSERT_TRUE(arn.ok()) << text;
    EXPECT_EQ(render_arn(*arn), text);
  }
}

TEST(Arn, RefusesBrokenText) {
  for (const char* text :
       {"", "arn:", "arn:aws:ecs:us-east-1", "arn:aws::r:a:x", "arn:aws:ecs:r:a:", "urn:a:b:c:d:e"})
    EXPECT_FALSE(parse_arn(text).ok()) << text;
}

TEST(EcsResource, KnowsOldAndNewForms) {
  EXPECT_EQ(parse_ecs_resource("task/default/0123")->cluster, "default");
  EXPECT_EQ(parse_ecs_resource("task/0123")->id, "0123");
  EXPECT_EQ(parse_ecs_resource("task-definition/sleep360:1")->id, "sleep360:1");
  EXPECT_EQ(parse_ecs_resource("service-deployment/c/s/9")->service, "s");
  EXPECT_FALSE(parse_ecs_resource("cluster").ok());
  EXPECT_FALSE(parse_ecs_resource("cluster/a/b").ok());
  EXPECT_FALSE(parse_ecs_resource("task//x").ok());
}

}  // namespace
}  // namespace berth
