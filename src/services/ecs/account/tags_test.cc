// Tags on every kind of resource, and what is refused. Method: the handlers over a store in memory.
#include "services/ecs/testing.h"

namespace berth::services::ecs {
namespace {

using model::ecs::Tag;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr const char* kBase = "arn:aws:ecs:us-east-1:123456789012:";

class TagHandlers : public testing::HandlersTest {
 protected:
  std::vector<Tag> tags(const std::string& arn) {
    return *must(list_tags_for_resource, {.resource_arn = arn}).tags;
  }
  auto tag(const std::string& arn, std::vector<Tag> added) {
    return call(tag_resource, {.resource_arn = arn, .tags = added});
  }
  auto untag(const std::string& arn, std::vector<std::string> keys) {
    return call(untag_resource, {.resource_arn = arn, .tag_keys = keys});
  }
};

TEST_F(TagHandlers, EveryKindOfResourceHasThem) {
  const auto cluster = create("web");
  const auto instance = *enrol("web").container_instance_arn;
  define("nap");
  const auto task = *run("web", "nap").task_arn;
  for (const std::string& arn : {cluster, instance, task, std::string(kBase) + "task-definition/nap:1"}) {
    SCOPED_TRACE(arn);
    EXPECT_THAT(tags(arn), IsEmpty());
    ASSERT_TRUE(tag(arn, {{.key = "team", .value = "blue"}, {.key = "tier", .value = "1"}}).ok());
    ASSERT_TRUE(tag(arn, {{.key = "team", .value = "red"}}).ok());
    ASSERT_THAT(tags(arn), SizeIs(2));
    EXPECT_EQ(tags(arn)[0].value, "red");
    ASSERT_TRUE(untag(arn, {"team", "unknown"}).ok());
    ASSERT_THAT(tags(arn), SizeIs(1));
    EXPECT_EQ(tags(arn)[0].key, "tier");
  }
}

TEST_F(TagHandlers, WhatIsNotThere) {
  create("web");
  refused(tag(std::string(kBase) + "cluster/nope", {{.key = "a"}}), "ClusterNotFoundException");
  refused(tag(std::string(kBase) + "task/web/" + std::string(32, 'a'), {{.key = "a"}}),
          "ResourceNotFoundException");
  refused(call(list_tags_for_resource, {.resource_arn = std::string(kBase) + "container-instance/web/x"}),
          "InvalidParameterException", "container instance");
  refused(call(list_tags_for_resource, {.resource_arn = std::string(kBase) + "task-definition/nope:1"}),
          "ClientException", "task definition does not exist");
  refused(call(list_tags_for_resource, {.resource_arn = std::string(kBase) + "service/web/nope"}),
          "ServiceNotFoundException");
  refused(call(list_tags_for_resource, {.resource_arn = "arn:aws:ecs:us-east-1:999999999999:cluster/web"}),
          "ClusterNotFoundException");
}

TEST_F(TagHandlers, BadInput) {
  const auto arn = create("web");
  refused(tag("web", {{.key = "a"}}), "InvalidParameterException", "resourceArn");
  refused(tag("arn:aws:s3:::bucket", {{.key = "a"}}), "InvalidParameterException", "resourceArn");
  refused(tag(std::string(kBase) + "task/0123", {{.key = "a"}}), "InvalidParameterException",
          "Long arn format");
  refused(tag(arn, {{.key = "aws:x"}}), "InvalidParameterException", "aws:x");
  refused(tag(arn, {{.key = "a"}, {.key = "a"}}), "InvalidParameterException", "'a'");
  refused(untag(arn, {"aws:x"}), "InvalidParameterException", "aws:x");
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(tag(arn, {{.key = "k" + std::to_string(i), .value = ""}}).ok());
  refused(tag(arn, {{.key = "one-more"}}), "InvalidParameterException", "50");
  EXPECT_THAT(tags(arn), SizeIs(50));
}

TEST_F(TagHandlers, WhatIsOverCannotBeTagged) {
  const auto cluster = create("web");
  const auto instance = *enrol("web").container_instance_arn;
  define("nap");
  const auto task = *run("web", "nap").task_arn;
  must(deregister_container_instance, {.cluster = "web", .container_instance = instance, .force = true});
  refused(tag(task, {{.key = "a"}}), "InvalidParameterException", "stopped");
  refused(tag(instance, {{.key = "a"}}), "InvalidParameterException", "inactive");
  EXPECT_THAT(tags(task), IsEmpty());
  must(delete_cluster, {.cluster = "web"});
  refused(tag(cluster, {{.key = "a"}}), "InvalidParameterException", "inactive");
}

TEST_F(TagHandlers, ALostRaceKeepsBoth) {
  const auto arn = create("web");
  lose_against(tag_resource, {.resource_arn = arn, .tags = {{.key = "theirs"}}});
  ASSERT_TRUE(tag(arn, {{.key = "ours"}}).ok());
  EXPECT_THAT(tags(arn), SizeIs(2));
}

}  // namespace
}  // namespace berth::services::ecs
