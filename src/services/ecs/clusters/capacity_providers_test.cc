// Goal: capacity providers are kept, shown with the API's defaults, and guarded while a cluster has them.
// Method: handlers over a store in memory.
#include <gmock/gmock.h>

#include "services/ecs/testing.h"

namespace berth::services::ecs::testing {
namespace {

using model::ecs::CreateCapacityProviderRequest;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr const char* kGroup =
    "arn:aws:autoscaling:us-east-1:123456789012:autoScalingGroup:1:autoScalingGroupName/g";

class CapacityProviderTest : public HandlersTest {
 protected:
  static CreateCapacityProviderRequest request(const std::string& name) {
    CreateCapacityProviderRequest request;
    request.name = name;
    request.auto_scaling_group_provider.emplace();
    request.auto_scaling_group_provider->auto_scaling_group_arn = kGroup;
    return request;
  }
  model::ecs::CapacityProvider make(const std::string& name = "p") {
    return must(create_capacity_provider, request(name)).capacity_provider.value();
  }
  std::vector<std::string> names(const model::ecs::DescribeCapacityProvidersResponse& answer) {
    std::vector<std::string> names;
    for (const auto& provider : *answer.capacity_providers) names.push_back(*provider.name);
    return names;
  }
};

TEST_F(CapacityProviderTest, AnswersWithTheDefaultsOfTheApi) {
  const auto provider = make();
  EXPECT_EQ(provider.capacity_provider_arn, "arn:aws:ecs:us-east-1:123456789012:capacity-provider/p");
  EXPECT_EQ(provider.status, model::ecs::CapacityProviderStatus::active);
  EXPECT_EQ(provider.update_status, model::ecs::CapacityProviderUpdateStatus::create_complete);
  const auto& group = provider.auto_scaling_group_provider.value();
  EXPECT_EQ(group.managed_scaling->status, model::ecs::ManagedScalingStatus::disabled);
  EXPECT_EQ(group.managed_scaling->target_capacity, 100);
  EXPECT_EQ(group.managed_scaling->maximum_scaling_step_size, 10'000);
  EXPECT_EQ(group.managed_scaling->instance_warmup_period, 300);
  EXPECT_EQ(group.managed_termination_protection, model::ecs::ManagedTerminationProtection::disabled);
  EXPECT_EQ(group.managed_draining, model::ecs::ManagedDraining::enabled);
}

TEST_F(CapacityProviderTest, RefusesNamesThatAreTakenOrReserved) {
  make();
  refused(call(create_capacity_provider, request("p")), "ClientException", "already exists");
  for (const std::string name : {"", "aws-p", "ECSp", "FARGATE", "fargate_x", "a b"})
    refused(call(create_capacity_provider, request(name)), "InvalidParameterException", "name is invalid");
  auto nothing = request("q");
  nothing.auto_scaling_group_provider.reset();
  refused(call(create_capacity_provider, nothing), "InvalidParameterException", "autoScalingGroupProvider");
}

TEST_F(CapacityProviderTest, RefusesWhatManagedScalingCannotBe) {
  auto one = request("p");
  one.auto_scaling_group_provider->managed_termination_protection =
      model::ecs::ManagedTerminationProtection::enabled;
  refused(call(create_capacity_provider, one), "InvalidParameterException",
          "managed scaling must be enabled");
  one.auto_scaling_group_provider->managed_scaling.emplace();
  must(create_capacity_provider, one);
  model::ecs::UpdateCapacityProviderRequest update;
  update.name = "p";
  update.auto_scaling_group_provider.emplace();
  update.auto_scaling_group_provider->managed_scaling.emplace();
  update.auto_scaling_group_provider->managed_scaling->target_capacity = 101;
  refused(call(update_capacity_provider, update), "InvalidParameterException", "targetCapacity");
}

TEST_F(CapacityProviderTest, AnUpdateKeepsWhatItDoesNotName) {
  make();
  model::ecs::UpdateCapacityProviderRequest update;
  update.name = "arn:aws:ecs:us-east-1:123456789012:capacity-provider/p";
  update.auto_scaling_group_provider.emplace();
  update.auto_scaling_group_provider->managed_scaling.emplace();
  update.auto_scaling_group_provider->managed_scaling->target_capacity = 80;
  const auto provider = must(update_capacity_provider, update).capacity_provider.value();
  EXPECT_EQ(provider.auto_scaling_group_provider->managed_scaling->target_capacity, 80);
  EXPECT_EQ(provider.auto_scaling_group_provider->managed_scaling->minimum_scaling_step_size, 1);
  EXPECT_EQ(provider.auto_scaling_group_provider->auto_scaling_group_arn, kGroup);
  EXPECT_EQ(provider.update_status, model::ecs::CapacityProviderUpdateStatus::update_complete);
  update.name = "gone";
  refused(call(update_capacity_provider, update), "ClientException", "does not exist");
  update.name = "FARGATE";
  refused(call(update_capacity_provider, update), "InvalidParameterException", "reserved");
}

TEST_F(CapacityProviderTest, DescribesItsOwnAndThoseOfAws) {
  make("q");
  make("p");
  EXPECT_THAT(names(must(describe_capacity_providers, {})), ElementsAre("FARGATE", "FARGATE_SPOT", "p", "q"));
  const auto some =
      must(describe_capacity_providers, {.capacity_providers = std::vector<std::string>{"p", "gone"}});
  EXPECT_THAT(names(some), ElementsAre("p"));
  ASSERT_THAT(*some.failures, SizeIs(1));
  EXPECT_EQ(some.failures->front().arn, "arn:aws:ecs:us-east-1:123456789012:capacity-provider/gone");
  EXPECT_EQ(some.failures->front().reason, "MISSING");
}

TEST_F(CapacityProviderTest, DescribesPageByPage) {
  for (char name = 'a'; name < 'n'; ++name) make(std::string(1, name));
  std::vector<std::string> all;
  const int pages = count_pages([&](std::optional<std::string> token) {
    auto answer = must(describe_capacity_providers, {.max_results = 4, .next_token = token});
    for (auto& name : names(answer)) all.push_back(name);
    return answer.next_token;
  });
  EXPECT_EQ(pages, 4);
  EXPECT_THAT(all, SizeIs(15));
  EXPECT_TRUE(std::is_sorted(all.begin(), all.end()));
}

TEST_F(CapacityProviderTest, AClusterHasOnlyProvidersThatExistAndKeepsThem) {
  create("c");
  make();
  model::ecs::PutClusterCapacityProvidersRequest put;
  put.cluster = "c";
  put.capacity_providers = {"gone"};
  refused(call(put_cluster_capacity_providers, put), "InvalidParameterException", "'gone' was not found");
  put.capacity_providers = {"arn:aws:ecs:us-east-1:123456789012:capacity-provider/p", "FARGATE"};
  EXPECT_THAT(*must(put_cluster_capacity_providers, put).cluster->capacity_providers,
              ElementsAre("p", "FARGATE"));
  const auto of_cluster = must(describe_capacity_providers, {.cluster = "c"});
  EXPECT_THAT(names(of_cluster), ElementsAre("FARGATE", "p"));
  refused(call(delete_capacity_provider, {.capacity_provider = "p"}), "ClientException",
          "associated with cluster: c");
  put.capacity_providers.clear();
  must(put_cluster_capacity_providers, put);
  const auto deleted = must(delete_capacity_provider, {.capacity_provider = "p"});
  EXPECT_EQ(deleted.capacity_provider->update_status,
            model::ecs::CapacityProviderUpdateStatus::delete_in_progress);
  refused(call(delete_capacity_provider, {.capacity_provider = "p"}), "ClientException", "does not exist");
}

TEST_F(CapacityProviderTest, DeletingLosesAgainstAClusterThatTakesItIn) {
  create("c");
  make();
  model::ecs::PutClusterCapacityProvidersRequest put;
  put.cluster = "c";
  put.capacity_providers = {"p"};
  lose_against(put_cluster_capacity_providers, put);
  refused(call(delete_capacity_provider, {.capacity_provider = "p"}), "ClientException", "associated");
}

TEST_F(CapacityProviderTest, ItsTagsAreThoseOfAnyResource) {
  const std::string arn = *make().capacity_provider_arn;
  model::ecs::Tag tag;
  tag.key = "k";
  tag.value = "v";
  must(tag_resource, {.resource_arn = arn, .tags = {tag}});
  EXPECT_THAT(*must(list_tags_for_resource, {.resource_arn = arn}).tags, SizeIs(1));
  const auto plain = must(describe_capacity_providers, {.capacity_providers = std::vector<std::string>{"p"}});
  EXPECT_THAT(*plain.capacity_providers->front().tags, IsEmpty());
}

}  // namespace
}  // namespace berth::services::ecs::testing
