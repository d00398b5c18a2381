// Clusters: life, what answers show, what keeps one from being deleted, errors that change nothing, and lost
// races. Method: the handlers over a store in memory.
#include "services/ecs/testing.h"

namespace berth::services::ecs {
namespace {

using model::ecs::ClusterField;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class ClusterHandlers : public testing::HandlersTest {
 protected:
  model::ecs::Cluster describe(const std::string& name, std::vector<ClusterField> include = {}) {
    auto answer = must(describe_clusters, {.clusters = std::vector{name}, .include = std::move(include)});
    return answer.clusters->empty() ? model::ecs::Cluster() : answer.clusters->front();
  }
  std::vector<std::string> listed() { return *must(list_clusters, {}).cluster_arns; }
};

TEST_F(ClusterHandlers, CreateIsIdempotentWhileActive) {
  const auto first = *must(create_cluster, {.cluster_name = "web"}).cluster;
  const auto head = this->head();
  const auto second =
      *must(create_cluster,
            {.cluster_name = "web", .tags = std::vector<model::ecs::Tag>{{.key = "a", .value = "b"}}})
           .cluster;
  EXPECT_EQ(first, second);
  EXPECT_EQ(this->head(), head);
  EXPECT_EQ(first.cluster_arn, "arn:aws:ecs:us-east-1:123456789012:cluster/web");
  EXPECT_EQ(first.status, "ACTIVE");
  EXPECT_EQ(first.running_tasks_count, 0);
  EXPECT_EQ(first.settings->front().value, "disabled");
}

TEST_F(ClusterHandlers, WithoutANameItIsDefault) {
  EXPECT_EQ(must(describe_clusters, {}).failures->front().arn,
            "arn:aws:ecs:us-east-1:123456789012:cluster/default");
  must(create_cluster, {});
  EXPECT_EQ(must(describe_clusters, {}).clusters->front().cluster_name, "default");
}

TEST_F(ClusterHandlers, InsightsComeFromTheAccountSetting) {
  must(put_account_setting_default,
       {.name = model::ecs::SettingName::container_insights, .value = "enhanced"});
  EXPECT_EQ(must(create_cluster, {.cluster_name = "seen"}).cluster->settings->front().value, "enhanced");
}

TEST_F(ClusterHandlers, BadNamesSettingsTagsAndProvidersChangeNothing) {
  for (const std::string& name :
       {std::string(), std::string(256, 'a'), std::string("has space"), std::string("a/b")})
    refused(call(create_cluster, {.cluster_name = name}), "InvalidParameterException", "clusterName");
  using Settings = std::vector<model::ecs::ClusterSetting>;
  refused(
      call(create_cluster, {.cluster_name = "x",
                            .settings = Settings{{.name = model::ecs::ClusterSettingName::container_insights,
                                                  .value = "maybe"}}}),
      "InvalidParameterException", "containerInsights");
  refused(call(create_cluster,
               {.cluster_name = "x", .tags = std::vector<model::ecs::Tag>{{.key = "aws:x", .value = ""}}}),
          "InvalidParameterException", "aws:x");
  refused(call(create_cluster, {.cluster_name = "x", .capacity_providers = std::vector<std::string>{"nope"}}),
          "InvalidParameterException", "nope");
  model::ecs::ClusterConfiguration configuration;
  configuration.execute_command_configuration.emplace();
  configuration.execute_command_configuration->logging = model::ecs::ExecuteCommandLogging::override;
  refused(call(create_cluster, {.cluster_name = "x", .configuration = configuration}),
          "InvalidParameterException", "logConfiguration");
  EXPECT_THAT(listed(), IsEmpty());
}

TEST_F(ClusterHandlers, IncludeSaysWhatIsShown) {
  must(create_cluster,
       {.cluster_name = "web", .tags = std::vector<model::ecs::Tag>{{.key = "team", .value = "blue"}}});
  const auto bare = describe("web");
  EXPECT_THAT(*bare.tags, IsEmpty());
  EXPECT_THAT(*bare.settings, IsEmpty());
  EXPECT_THAT(*bare.statistics, IsEmpty());
  EXPECT_FALSE(bare.attachments);
  const auto full = describe("web", {ClusterField::tags, ClusterField::settings, ClusterField::statistics,
                                     ClusterField::attachments, ClusterField::configurations});
  EXPECT_THAT(*full.tags, SizeIs(1));
  EXPECT_THAT(*full.settings, SizeIs(1));
  EXPECT_THAT(*full.statistics, SizeIs(10));
  EXPECT_TRUE(full.attachments);
}

TEST_F(ClusterHandlers, DescribeNamesWhatIsMissing) {
  const std::string foreign = "arn:aws:ecs:us-west-2:123456789012:cluster/web";
  create("web");
  const auto answer = must(describe_clusters, {.clusters = std::vector<std::string>{"web", "nope", foreign}});
  EXPECT_THAT(*answer.clusters, SizeIs(1));
  ASSERT_THAT(*answer.failures, SizeIs(2));
  EXPECT_EQ(answer.failures->at(0).arn, "arn:aws:ecs:us-east-1:123456789012:cluster/nope");
  EXPECT_EQ(answer.failures->at(0).reason, "MISSING");
  EXPECT_EQ(answer.failures->at(1).arn, foreign);
  refused(call(describe_clusters, {.clusters = std::vector<std::string>{"has space"}}),
          "InvalidParameterException");
  refused(call(describe_clusters, {.clusters = std::vector<std::string>(101, "web")}),
          "InvalidParameterException", "100");
}

TEST_F(ClusterHandlers, CountsFollowInstancesAndTasks) {
  create("web");
  enrol("web");
  const auto draining = enrol("web");
  define("nap");
  run("web", "nap");
  must(update_container_instances_state, {.cluster = "web",
                                          .container_instances = {*draining.container_instance_arn},
                                          .status = model::ecs::ContainerInstanceStatus::draining});
  const auto cluster = describe("web", {ClusterField::statistics});
  EXPECT_EQ(cluster.registered_container_instances_count, 2);
  EXPECT_EQ(cluster.pending_tasks_count, 1);
  EXPECT_EQ(cluster.running_tasks_count, 0);
}

TEST_F(ClusterHandlers, ListPagesEachClusterOnce) {
  for (int i = 0; i < 5; ++i) create("c" + std::to_string(i));
  std::vector<std::string> seen;
  const int pages = testing::count_pages([&](std::optional<std::string> token) {
    auto page = must(list_clusters, {.next_token = token, .max_results = 2});
    for (auto& arn : *page.cluster_arns) seen.push_back(arn);
    return page.next_token;
  });
  EXPECT_EQ(pages, 3);
  EXPECT_THAT(seen, SizeIs(5));
  EXPECT_EQ(seen, listed());
  for (const int size : {0, -1, 101})
    refused(call(list_clusters, {.max_results = size}), "InvalidParameterException", "maxResults");
  refused(call(list_clusters, {.next_token = "nonsense"}), "InvalidParameterException");
}

TEST_F(ClusterHandlers, DeletedIsInactiveDescribableAndComesBackAnew) {
  create("web");
  const auto before = stored<domain::ClusterRecord>(store::cluster_key(realm_, "web"));
  EXPECT_EQ(must(delete_cluster, {.cluster = "web"}).cluster->status, "INACTIVE");
  EXPECT_EQ(must(delete_cluster, {.cluster = "web"}).cluster->status, "INACTIVE");
  EXPECT_EQ(describe("web").status, "INACTIVE");
  EXPECT_THAT(listed(), IsEmpty());
  refused(call(update_cluster, {.cluster = "web"}), "ClusterNotFoundException");
  refused(call(list_container_instances, {.cluster = "web"}), "ClusterNotFoundException");
  create("web");
  EXPECT_EQ(describe("web").status, "ACTIVE");
  EXPECT_NE(stored<domain::ClusterRecord>(store::cluster_key(realm_, "web"))->generation, before->generation);
}

TEST_F(ClusterHandlers, DeleteErrors) {
  refused(call(delete_cluster, {.cluster = "nope"}), "ClusterNotFoundException", "Cluster not found.");
  refused(call(delete_cluster, {.cluster = ""}), "InvalidParameterException", "Cluster");
  create("web");
  enrol("web");
  refused(call(delete_cluster, {.cluster = "web"}), "ClusterContainsContainerInstancesException",
          "active or draining");
  EXPECT_EQ(describe("web").status, "ACTIVE");
}

TEST_F(ClusterHandlers, DeleteWithTasksLeftIsRefused) {
  create("web");
  const auto instance = enrol("web");
  define("nap");
  run("web", "nap");
  // The instance goes without its task, as between two transactions of a forced deregistration.
  auto record = *stored<domain::ContainerInstanceRecord>(
      store::instance_key(realm_, "web", domain::last_part(*instance.container_instance_arn)));
  record.status = domain::InstanceStatus::inactive;
  record.inactive_at = now_;
  put(record);
  refused(call(delete_cluster, {.cluster = "web"}), "ClusterContainsTasksException", "Tasks are active");
}

TEST_F(ClusterHandlers, DeleteLosesAgainstARegistration) {
  create("web");
  lose_against(register_container_instance, registration("web"));
  refused(call(delete_cluster, {.cluster = "web"}), "ClusterContainsContainerInstancesException");
  EXPECT_EQ(describe("web").registered_container_instances_count, 1);
}

TEST_F(ClusterHandlers, RegistrationLosesAgainstADeletion) {
  create("web");
  lose_against(delete_cluster, {.cluster = "web"});
  refused(call(register_container_instance, registration("web")), "ClusterNotFoundException",
          "Cluster not found.");
  EXPECT_EQ(describe("web").status, "INACTIVE");
}

TEST_F(ClusterHandlers, TwoCreationsMakeOne) {
  lose_against(create_cluster, {.cluster_name = "web"});
  must(create_cluster, {.cluster_name = "web"});
  EXPECT_THAT(listed(), SizeIs(1));
}

TEST_F(ClusterHandlers, UpdatesReplaceWhatTheyName) {
  create("web");
  const auto updated =
      *must(update_cluster_settings,
            {.cluster = "web",
             .settings = {{.name = model::ecs::ClusterSettingName::container_insights, .value = "enabled"}}})
           .cluster;
  EXPECT_EQ(updated.settings->front().value, "enabled");
  model::ecs::ClusterServiceConnectDefaultsRequest defaults;
  defaults.namespace_ = "internal";
  EXPECT_EQ(must(update_cluster, {.cluster = "web", .service_connect_defaults = defaults})
                .cluster->service_connect_defaults->namespace_,
            "internal");
  defaults.namespace_ = "";
  EXPECT_FALSE(must(update_cluster, {.cluster = "web", .service_connect_defaults = defaults})
                   .cluster->service_connect_defaults);
  EXPECT_EQ(describe("web", {ClusterField::settings}).settings->front().value, "enabled");
  refused(call(update_cluster_settings, {.cluster = "nope", .settings = *updated.settings}),
          "ClusterNotFoundException");
  refused(call(update_cluster_settings, {.cluster = "web", .settings = {}}), "InvalidParameterException",
          "settings");
}

TEST_F(ClusterHandlers, CapacityProvidersAreEchoed) {
  create("web");
  const auto cluster =
      *must(put_cluster_capacity_providers,
            {.cluster = "web",
             .capacity_providers = {"FARGATE", "FARGATE_SPOT"},
             .default_capacity_provider_strategy = {{.capacity_provider = "FARGATE", .weight = 1}}})
           .cluster;
  EXPECT_THAT(*cluster.capacity_providers, ElementsAre("FARGATE", "FARGATE_SPOT"));
  EXPECT_EQ(cluster.default_capacity_provider_strategy->front().base, 0);
  EXPECT_EQ(describe("web").capacity_providers, cluster.capacity_providers);
  refused(call(put_cluster_capacity_providers,
               {.cluster = "web", .capacity_providers = {"mine"}, .default_capacity_provider_strategy = {}}),
          "InvalidParameterException", "mine");
  refused(call(put_cluster_capacity_providers,
               {.cluster = "web",
                .capacity_providers = {"FARGATE"},
                .default_capacity_provider_strategy = {{.capacity_provider = "FARGATE_SPOT"}}}),
          "InvalidParameterException", "FARGATE_SPOT");
}

TEST_F(ClusterHandlers, TheLimitIsNamed) {
  deps_.limits.clusters_per_region = 2;
  create("a");
  create("b");
  refused(call(create_cluster, {.cluster_name = "c"}), "ClientException", "2");
  create("a");
}

}  // namespace
}  // namespace berth::services::ecs
