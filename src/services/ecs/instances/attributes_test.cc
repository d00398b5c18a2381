// Custom attributes: put, delete, list, their rules and limits. Method: the handlers over a store in memory.
#include "services/ecs/testing.h"

namespace berth::services::ecs {
namespace {

using model::ecs::Attribute;
using model::ecs::TargetType;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class AttributeHandlers : public testing::HandlersTest {
 protected:
  AttributeHandlers() {
    create("web");
    arn_ = *enrol("web").container_instance_arn;
  }
  auto put_all(std::vector<Attribute> attributes) {
    return call(put_attributes, {.cluster = "web", .attributes = attributes});
  }
  auto erase_all(std::vector<Attribute> attributes) {
    return call(delete_attributes, {.cluster = "web", .attributes = attributes});
  }
  std::vector<Attribute> list(std::optional<std::string> name = {}, std::optional<std::string> value = {}) {
    return *must(list_attributes, {.cluster = "web",
                                   .target_type = TargetType::container_instance,
                                   .attribute_name = name,
                                   .attribute_value = value})
                .attributes;
  }
  Attribute of(const std::string& name, const std::string& value) {
    return {.name = name, .value = value, .target_type = TargetType::container_instance, .target_id = arn_};
  }
  std::string arn_;
};

TEST_F(AttributeHandlers, PutReplaceDelete) {
  const auto answer = put_all({of("stack", "prod"), of("rack", "7")});
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(answer->attributes->at(0).target_id, arn_);
  ASSERT_THAT(list("stack"), SizeIs(1));
  EXPECT_EQ(list("stack")[0].value, "prod");
  EXPECT_EQ(list("stack")[0].target_id, arn_);
  ASSERT_TRUE(put_all({of("stack", "test")}).ok());
  EXPECT_THAT(list("stack", "prod"), IsEmpty());
  EXPECT_THAT(list("stack", "test"), SizeIs(1));
  ASSERT_TRUE(erase_all({of("stack", "prod")}).ok());
  EXPECT_THAT(list("stack"), SizeIs(1));
  Attribute by_id{.name = "stack", .target_id = std::string(domain::last_part(arn_))};
  ASSERT_TRUE(erase_all({by_id}).ok());
  EXPECT_THAT(list("stack"), IsEmpty());
  EXPECT_THAT(list("rack"), SizeIs(1));
}

TEST_F(AttributeHandlers, WithoutATargetAllInstancesGetIt) {
  enrol("web");
  ASSERT_TRUE(put_all({{.name = "env", .value = "prod"}}).ok());
  EXPECT_THAT(list("env"), SizeIs(2));
}

TEST_F(AttributeHandlers, RulesAndTargets) {
  refused(put_all({}), "InvalidParameterException", "empty");
  refused(put_all(std::vector<Attribute>(11, of("a", "b"))), "InvalidParameterException", "10");
  refused(put_all({of("ecs.os-type", "plan9")}), "InvalidParameterException", "ecs.os-type");
  refused(put_all({of("com.amazonaws.x", "y")}), "InvalidParameterException", "com.amazonaws.x");
  refused(put_all({of("has space", "y")}), "InvalidParameterException", "has space");
  refused(put_all({of("", "y")}), "InvalidParameterException", "name");
  refused(put_all({of("a", std::string(129, 'v'))}), "InvalidParameterException", "'a'");
  refused(put_all({of("a", "b;c")}), "InvalidParameterException", "'a'");
  refused(put_all({of("a", " b")}), "InvalidParameterException", "'a'");
  refused(put_all({{.name = "a", .target_id = "nope"}}), "TargetNotFoundException", "nope");
  refused(erase_all({{.name = "a", .target_id = "nope"}}), "TargetNotFoundException", "nope");
  refused(call(put_attributes, {.cluster = "nope", .attributes = {of("a", "b")}}),
          "ClusterNotFoundException");
  refused(put_all({of("fine", "x"), {.name = "a", .target_id = "nope"}}), "TargetNotFoundException");
  EXPECT_THAT(list("fine"), IsEmpty());
}

TEST_F(AttributeHandlers, TenCustomOnesAtMost) {
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(put_all({of("a" + std::to_string(i), "x")}).ok());
  refused(put_all({of("a10", "x")}), "AttributeLimitExceededException", "10");
  EXPECT_TRUE(put_all({of("a9", "y")}).ok());
}

TEST_F(AttributeHandlers, ListPagesGoOnWithinAnInstance) {
  enrol("web");
  const auto all = list();
  std::vector<Attribute> seen;
  const int pages = testing::count_pages([&](std::optional<std::string> token) {
    auto page = must(list_attributes, {.cluster = "web",
                                       .target_type = TargetType::container_instance,
                                       .next_token = token,
                                       .max_results = 2});
    for (auto& attribute : *page.attributes) seen.push_back(attribute);
    return page.next_token;
  });
  EXPECT_EQ(seen, all);
  EXPECT_EQ(pages, static_cast<int>((all.size() + 1) / 2));
  refused(call(list_attributes, {.cluster = "web", .attribute_value = "x"}), "InvalidParameterException",
          "attributeName");
}

TEST_F(AttributeHandlers, APutThatLosesARaceKeepsTheOther) {
  lose_against(put_attributes, {.cluster = "web", .attributes = {of("theirs", "1")}});
  ASSERT_TRUE(put_all({of("ours", "2")}).ok());
  EXPECT_THAT(list("theirs"), SizeIs(1));
  EXPECT_THAT(list("ours"), SizeIs(1));
}

}  // namespace
}  // namespace berth::services::ecs
