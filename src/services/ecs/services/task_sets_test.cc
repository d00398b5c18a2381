// Goal: task sets of services with the controller EXTERNAL: made, shown, scaled, made primary, deleted; and
// what such services refuse. Method: handlers over a store in memory, no scheduler.
#include <gmock/gmock.h>

#include "services/ecs/testing.h"

namespace berth::services::ecs::testing {
namespace {

using model::ecs::CreateTaskSetRequest;
using ::testing::SizeIs;

class TaskSetTest : public HandlersTest {
 protected:
  TaskSetTest() {
    create("c");
    define("web");
    must(create_service, service());
  }
  static model::ecs::CreateServiceRequest service(const std::string& name = "s") {
    model::ecs::CreateServiceRequest request;
    request.cluster = "c";
    request.service_name = name;
    request.desired_count = 3;
    request.deployment_controller.emplace();
    request.deployment_controller->type = model::ecs::DeploymentControllerType::external;
    return request;
  }
  static CreateTaskSetRequest request(const std::string& service_name = "s") {
    CreateTaskSetRequest request;
    request.cluster = "c";
    request.service = service_name;
    request.task_definition = "web";
    request.external_id = "mine";
    return request;
  }
  model::ecs::TaskSet make() { return must(create_task_set, request()).task_set.value(); }
  model::ecs::Service describe() {
    return must(describe_services, {.cluster = "c", .services = {"s"}}).services->front();
  }
};

TEST_F(TaskSetTest, AServiceWithoutDefinitionHasNoDeployments) {
  const auto shown = describe();
  EXPECT_EQ(shown.deployment_controller->type, model::ecs::DeploymentControllerType::external);
  EXPECT_THAT(*shown.deployments, SizeIs(0));
  EXPECT_FALSE(shown.task_definition);
  EXPECT_FALSE(shown.task_sets);
  auto with_definition = service("t");
  with_definition.task_definition = "web";
  refused(call(create_service, with_definition), "InvalidParameterException", "taskDefinition");
  model::ecs::UpdateServiceRequest update;
  update.cluster = "c";
  update.service = "s";
  update.task_definition = "web";
  refused(call(update_service, update), "InvalidParameterException", "EXTERNAL");
  update.task_definition.reset();
  update.desired_count = 5;
  EXPECT_EQ(must(update_service, update).service->desired_count, 5);
}

TEST_F(TaskSetTest, AnswersASetWithItsComputedCount) {
  auto one = request();
  one.scale.emplace();
  one.scale->value = 50;
  const auto set = must(create_task_set, one).task_set.value();
  EXPECT_THAT(*set.id, ::testing::MatchesRegex("ecs-svc/[0-9]+"));
  EXPECT_EQ(set.task_set_arn, "arn:aws:ecs:us-east-1:123456789012:task-set/c/s/" + *set.id);
  EXPECT_EQ(set.status, "ACTIVE");
  EXPECT_EQ(set.computed_desired_count, 2) << "half of three, rounded up";
  EXPECT_EQ(set.external_id, "mine");
  EXPECT_EQ(set.stability_status, model::ecs::StabilityStatus::stabilizing);
  EXPECT_EQ(make().scale->value, 100) << "the default";
  const auto shown = describe();
  ASSERT_TRUE(shown.task_sets);
  EXPECT_THAT(*shown.task_sets, SizeIs(2));
}

TEST_F(TaskSetTest, RefusesServicesAndSetsThatAreNotThere) {
  refused(call(create_task_set, request("gone")), "ServiceNotFoundException");
  auto plain = service("plain");
  plain.deployment_controller.reset();
  plain.task_definition = "web";
  must(create_service, plain);
  refused(call(create_task_set, request("plain")), "InvalidParameterException", "external deployment");
  auto one = request();
  one.task_definition = "gone";
  refused(call(create_task_set, one), "ClientException", "not found");
  one = request();
  one.load_balancers.emplace(1);
  refused(call(create_task_set, one), "UnsupportedFeatureException", "loadBalancers");
  one = request();
  one.scale.emplace();
  one.scale->value = 101;
  refused(call(create_task_set, one), "InvalidParameterException", "scale");
  refused(call(delete_task_set, {.cluster = "c", .service = "s", .task_set = "gone"}),
          "TaskSetNotFoundException");
  const auto some = must(describe_task_sets,
                         {.cluster = "c", .service = "s", .task_sets = std::vector<std::string>{"gone"}});
  EXPECT_EQ(some.failures->front().reason, "MISSING");
}

TEST_F(TaskSetTest, OneSetIsPrimary) {
  const auto first = make(), second = make();
  EXPECT_EQ(must(update_service_primary_task_set,
                 {.cluster = "c", .service = "s", .primary_task_set = *first.task_set_arn})
                .task_set->status,
            "PRIMARY");
  must(update_service_primary_task_set, {.cluster = "c", .service = "s", .primary_task_set = *second.id});
  const auto sets = must(describe_task_sets, {.cluster = "c", .service = "s"});
  EXPECT_EQ(sets.task_sets->front().status, "ACTIVE");
  EXPECT_EQ(sets.task_sets->back().status, "PRIMARY");
  EXPECT_EQ(describe().task_definition, second.task_definition);
}

TEST_F(TaskSetTest, ASetOfWhichNothingRunsIsDeletedWhateverItsScale) {
  const auto set = make();
  EXPECT_EQ(set.scale->value, 100);
  EXPECT_EQ(must(delete_task_set, {.cluster = "c", .service = "s", .task_set = *set.id}).task_set->status,
            "DRAINING");
}

TEST_F(TaskSetTest, ASetWhoseTasksRunIsNotDeletedWithoutForce) {
  const auto set = make();
  domain::TaskRecord task;
  task.account = realm_.account;
  task.region = realm_.region;
  task.cluster = "c";
  task.id = "t1";
  task.service_name = "s";
  task.deployment_id = *set.id;
  task.last_status = domain::TaskStatus::running;
  task.desired_status = domain::TaskStatus::running;
  put(task);
  model::ecs::DeleteTaskSetRequest remove{.cluster = "c", .service = "s", .task_set = *set.id};
  refused(call(delete_task_set, remove), "InvalidParameterException", "tasks run");
  remove.force = true;
  EXPECT_EQ(must(delete_task_set, remove).task_set->status, "DRAINING");
}

TEST_F(TaskSetTest, AScaledDownSetIsDeleted) {
  const auto set = make();
  const model::ecs::DeleteTaskSetRequest remove{.cluster = "c", .service = "s", .task_set = *set.id};
  model::ecs::UpdateTaskSetRequest scale;
  scale.cluster = "c";
  scale.service = "s";
  scale.task_set = *set.id;
  scale.scale.value = 0;
  EXPECT_EQ(must(update_task_set, scale).task_set->computed_desired_count, 0);
  EXPECT_EQ(must(delete_task_set, remove).task_set->status, "DRAINING");
}

TEST_F(TaskSetTest, ATokenMakesOneSetAndFiveAreTheMost) {
  auto one = request();
  one.client_token = "t";
  const auto id = must(create_task_set, one).task_set->id;
  EXPECT_EQ(must(create_task_set, one).task_set->id, id);
  for (int i = 0; i < 4; ++i) make();
  refused(call(create_task_set, request()), "InvalidParameterException", "5 deployments exist");
}

TEST_F(TaskSetTest, ASetHasTagsOfItsOwn) {
  const std::string arn = *make().task_set_arn;
  model::ecs::Tag tag;
  tag.key = "k";
  must(tag_resource, {.resource_arn = arn, .tags = {tag}});
  EXPECT_THAT(*must(list_tags_for_resource, {.resource_arn = arn}).tags, SizeIs(1));
  EXPECT_FALSE(describe().tags);
}

}  // namespace
}  // namespace berth::services::ecs::testing
