// Goal: the service operations answer as clients need: what is refused and how, what an update shows at once,
// idempotent tokens, deleted services, lists. Method: handlers over a store in memory, no scheduler: records
// of tasks and statuses are put where one would have made them.
#include <gmock/gmock.h>

#include "services/ecs/testing.h"

namespace berth::services::ecs::testing {
namespace {

using model::ecs::CreateServiceRequest;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class ServiceHandlersTest : public HandlersTest {
 protected:
  ServiceHandlersTest() {
    create("c");
    define("web");
  }
  static CreateServiceRequest request(std::int32_t desired = 2, const std::string& name = "s") {
    CreateServiceRequest request;
    request.cluster = "c";
    request.service_name = name;
    request.task_definition = "web";
    request.desired_count = desired;
    return request;
  }
  model::ecs::Service make(std::int32_t desired = 2, const std::string& name = "s") {
    return must(create_service, request(desired, name)).service.value();
  }
  model::ecs::Service describe(const std::string& name = "s") {
    auto answer = must(describe_services, {.cluster = "c", .services = {name}});
    return answer.services->empty() ? model::ecs::Service() : answer.services->front();
  }
};

TEST_F(ServiceHandlersTest, CreatesAServiceWithItsFirstDeployment) {
  const auto service = make();
  EXPECT_EQ(service.service_arn, "arn:aws:ecs:us-east-1:123456789012:service/c/s");
  EXPECT_EQ(service.status, "ACTIVE");
  EXPECT_EQ(service.desired_count, 2);
  EXPECT_EQ(service.running_count, 0);
  EXPECT_FALSE(service.network_configuration) << "absent, not empty";
  ASSERT_THAT(*service.deployments, SizeIs(1));
  EXPECT_THAT(*service.deployments->front().id, ::testing::MatchesRegex("ecs-svc/[0-9]+"));
  EXPECT_EQ(service.deployments->front().status, "PRIMARY");
  EXPECT_EQ(service.deployments->front().rollout_state, model::ecs::DeploymentRolloutState::in_progress);
  EXPECT_EQ(service.deployment_configuration->maximum_percent, 200);
  EXPECT_EQ(service.created_by, principal_arn_);
}

TEST_F(ServiceHandlersTest, RefusesWhatItCannotDoByName) {
  const auto refuse = [&](auto change, std::string_view code, std::string_view fragment) {
    auto one = request();
    change(one);
    refused(call(create_service, one), code, fragment);
  };
  refuse([](auto& r) { r.load_balancers.emplace(1); }, "UnsupportedFeatureException", "loadBalancers");
  refuse([](auto& r) { r.launch_type = model::ecs::LaunchType::fargate; }, "UnsupportedFeatureException",
         "FARGATE");
  refuse([](auto& r) { r.role = "ecsServiceRole"; }, "InvalidParameterException", "role");
  refuse([](auto& r) { r.service_name = ""; }, "InvalidParameterException", "serviceName");
  refuse([](auto& r) { r.service_name = std::string(256, 'a'); }, "InvalidParameterException", "serviceName");
  refuse([](auto& r) { r.task_definition = ""; }, "InvalidParameterException", "TaskDefinition");
  refuse([](auto& r) { r.task_definition = "gone"; }, "ClientException", "not found");
  refuse([](auto& r) { r.desired_count = -1; }, "InvalidParameterException", "desiredCount");
  refuse([](auto& r) { r.desired_count.reset(); }, "InvalidParameterException", "desiredCount");
  refuse([](auto& r) { r.cluster = "gone"; }, "ClusterNotFoundException", "");
  refuse(
      [](auto& r) {
        r.deployment_configuration.emplace();
        r.deployment_configuration->maximum_percent = 100;
      },
      "InvalidParameterException", "block deployments");
  refuse(
      [](auto& r) {
        r.deployment_configuration.emplace();
        r.deployment_configuration->bake_time_in_minutes = 1441;
      },
      "InvalidParameterException", "bakeTimeInMinutes");
}

TEST_F(ServiceHandlersTest, ANameIsTakenUntilItsServiceIsInactive) {
  make();
  refused(call(create_service, request()), "InvalidParameterException",
          "Creation of service was not idempotent.");
  must(delete_service, {.cluster = "c", .service = "s", .force = true});
  refused(call(create_service, request()), "InvalidParameterException", "still Draining");
}

TEST_F(ServiceHandlersTest, AClientTokenActsOnce) {
  auto one = request();
  one.client_token = "t1";
  const auto first = must(create_service, one).service.value();
  EXPECT_EQ(must(create_service, one).service->deployments->front().id, first.deployments->front().id);
  one.desired_count = 5;
  refused(call(create_service, one), "ConflictException");
}

TEST_F(ServiceHandlersTest, AnUpdateShowsItsDeploymentAtOnce) {
  const auto first = make().deployments->front();
  define("web");
  const auto updated =
      must(update_service, {.cluster = "c", .service = "s", .task_definition = "web:2"}).service.value();
  ASSERT_THAT(*updated.deployments, SizeIs(2));
  EXPECT_NE(updated.deployments->front().id, first.id);
  EXPECT_EQ(updated.deployments->front().status, "PRIMARY");
  EXPECT_EQ(updated.deployments->back().id, first.id);
  EXPECT_EQ(updated.deployments->back().status, "ACTIVE");
  EXPECT_THAT(*updated.task_definition, ::testing::EndsWith("web:2"));
}

TEST_F(ServiceHandlersTest, OnlyWhatChangesTasksIsADeployment) {
  make();
  auto updated =
      must(update_service, {.cluster = "c", .service = "s", .desired_count = 7, .task_definition = "web:1"});
  EXPECT_THAT(*updated.service->deployments, SizeIs(1));
  EXPECT_EQ(updated.service->desired_count, 7);
  EXPECT_EQ(updated.service->deployments->front().desired_count, 7);
  updated = must(update_service, {.cluster = "c", .service = "s", .force_new_deployment = true});
  EXPECT_THAT(*updated.service->deployments, SizeIs(2));
}

TEST_F(ServiceHandlersTest, UpdateNeedsAnActiveService) {
  refused(call(update_service, {.cluster = "c", .service = "gone"}), "ServiceNotFoundException");
  make();
  must(delete_service, {.cluster = "c", .service = "s", .force = true});
  refused(call(update_service, {.cluster = "c", .service = "s"}), "ServiceNotActiveException");
}

TEST_F(ServiceHandlersTest, DeleteWantsZeroOrForce) {
  make(1);
  refused(call(delete_service, {.cluster = "c", .service = "s"}), "InvalidParameterException",
          "scaled above 0");
  must(update_service, {.cluster = "c", .service = "s", .desired_count = 0});
  EXPECT_EQ(must(delete_service, {.cluster = "c", .service = "s"}).service->status, "DRAINING");
  EXPECT_EQ(describe().status, "DRAINING") << "stays describable";
  refused(call(delete_cluster, {.cluster = "c"}), "ClusterContainsServicesException");
}

TEST_F(ServiceHandlersTest, DescribesUpToTenAndNamesWhatIsMissing) {
  make();
  const auto answer = must(describe_services, {.cluster = "c", .services = {"s", "gone"}});
  EXPECT_THAT(*answer.services, SizeIs(1));
  ASSERT_THAT(*answer.failures, SizeIs(1));
  EXPECT_EQ(answer.failures->front().reason, "MISSING");
  refused(call(describe_services, {.cluster = "c", .services = std::vector<std::string>(11, "s")}),
          "InvalidParameterException");
  EXPECT_FALSE(describe().tags);
}

TEST_F(ServiceHandlersTest, AServiceThatIsBeingDeletedIsDescribedAndNotListed) {
  make();
  make(0, "stays");
  must(delete_service, {.cluster = "c", .service = "s", .force = true});
  EXPECT_EQ(describe().status, "DRAINING");
  EXPECT_THAT(*must(list_services, {.cluster = "c"}).service_arns,
              ::testing::ElementsAre("arn:aws:ecs:us-east-1:123456789012:service/c/stays"));
}

TEST_F(ServiceHandlersTest, ListsTenAPage) {
  for (int i = 0; i < 12; ++i) make(0, "s" + std::to_string(i));
  auto page = must(list_services, {.cluster = "c"});
  EXPECT_THAT(*page.service_arns, SizeIs(10));
  page = must(list_services, {.cluster = "c", .next_token = page.next_token});
  EXPECT_THAT(*page.service_arns, SizeIs(2));
  EXPECT_FALSE(page.next_token);
  const auto daemons =
      must(list_services, {.cluster = "c", .scheduling_strategy = model::ecs::SchedulingStrategy::daemon});
  EXPECT_THAT(*daemons.service_arns, IsEmpty());
}

TEST_F(ServiceHandlersTest, ServiceDeploymentsAndRevisionsCanBeFollowed) {
  const auto service = make();
  const auto listed = must(list_service_deployments, {.service = "s", .cluster = "c"});
  ASSERT_THAT(*listed.service_deployments, SizeIs(1));
  const auto& arn = *listed.service_deployments->front().service_deployment_arn;
  EXPECT_EQ(arn, service.current_service_deployment);
  const auto described = must(describe_service_deployments, {.service_deployment_arns = {arn}});
  ASSERT_THAT(*described.service_deployments, SizeIs(1));
  EXPECT_EQ(described.service_deployments->front().status, model::ecs::ServiceDeploymentStatus::in_progress);
  const auto revision = *described.service_deployments->front().target_service_revision->arn;
  const auto revisions = must(describe_service_revisions, {.service_revision_arns = {revision, "arn:none"}});
  EXPECT_THAT(*revisions.service_revisions, SizeIs(1));
  EXPECT_THAT(*revisions.failures, SizeIs(1));
  refused(call(stop_service_deployment, {.service_deployment_arn = arn}), "ConflictException",
          "no earlier deployment");
}

TEST_F(ServiceHandlersTest, AServiceDeploymentCountsTheTasksOfItsRevision) {
  const auto service = make(3);
  for (const auto status : {domain::TaskStatus::running, domain::TaskStatus::pending}) {
    domain::TaskRecord task;
    task.account = realm_.account;
    task.region = realm_.region;
    task.cluster = "c";
    task.id = to_string(status);
    task.service_name = "s";
    task.deployment_id = service.deployments->front().id;
    task.last_status = status;
    task.desired_status = domain::TaskStatus::running;
    put(task);
  }
  const auto described =
      must(describe_service_deployments, {.service_deployment_arns = {*service.current_service_deployment}});
  const auto& revision = *described.service_deployments->front().target_service_revision;
  EXPECT_EQ(revision.requested_task_count, 3);
  EXPECT_EQ(revision.running_task_count, 1);
  EXPECT_EQ(revision.pending_task_count, 1);
}

TEST_F(ServiceHandlersTest, StoppingADeploymentGoesBackToTheOneThatWasCompleted) {
  make();
  auto record = *stored<domain::ServiceRecord>(store::service_key(realm_, "c", "s"));
  record.deployments.front().rollout_state = model::ecs::DeploymentRolloutState::completed;
  record.last_completed = record.deployments.front();
  put(record);
  define("web");
  const auto updated =
      must(update_service, {.cluster = "c", .service = "s", .task_definition = "web:2"}).service.value();
  must(stop_service_deployment, {.service_deployment_arn = *updated.current_service_deployment});
  const auto shown = describe();
  EXPECT_THAT(*shown.task_definition, ::testing::EndsWith("web:1"));
  EXPECT_EQ(shown.deployments->front().id, record.deployments.front().id);
  EXPECT_EQ(shown.deployments->back().rollout_state, model::ecs::DeploymentRolloutState::failed);
  const auto stopped =
      must(describe_service_deployments, {.service_deployment_arns = {*updated.current_service_deployment}});
  EXPECT_EQ(stopped.service_deployments->front().status,
            model::ecs::ServiceDeploymentStatus::rollback_in_progress);
  refused(call(stop_service_deployment, {.service_deployment_arn = *updated.current_service_deployment}),
          "ConflictException", "not in progress");
}

TEST_F(ServiceHandlersTest, ServicesHaveTags) {
  const auto arn = *make().service_arn;
  must(tag_resource, {.resource_arn = arn, .tags = {{.key = "a", .value = "b"}}});
  EXPECT_THAT(*must(list_tags_for_resource, {.resource_arn = arn}).tags, SizeIs(1));
}

}  // namespace
}  // namespace berth::services::ecs::testing
