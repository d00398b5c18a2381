// Container instances after their registration: deregistration with and without tasks, describe, list with
// filters and pages, DRAINING, agent updates, where agents connect. Method: the handlers over a store in
// memory.
#include "domain/stop_repeater.h"
#include "services/ecs/testing.h"

namespace berth::services::ecs {
namespace {

using namespace std::chrono_literals;
using model::ecs::ContainerInstanceStatus;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class ContainerInstanceHandlers : public testing::HandlersTest {
 protected:
  ContainerInstanceHandlers() {
    create("web");
    define("nap");
  }
  model::ecs::ContainerInstance describe(const std::string& name) {
    auto answer = must(describe_container_instances, {.cluster = "web", .container_instances = {name}});
    return answer.container_instances->empty() ? model::ecs::ContainerInstance()
                                               : answer.container_instances->front();
  }
  std::vector<std::string> list(std::optional<std::string> filter = {},
                                std::optional<ContainerInstanceStatus> status = {}) {
    return *must(list_container_instances, {.cluster = "web", .filter = filter, .status = status})
                .container_instance_arns;
  }
  model::ecs::DeregisterContainerInstanceRequest deregistration(const std::string& arn, bool force) {
    return {.cluster = "web", .container_instance = arn, .force = force};
  }
  model::ecs::Task task(const std::string& arn) {
    return must(describe_tasks, {.cluster = "web", .tasks = {arn}}).tasks->at(0);
  }
};

TEST_F(ContainerInstanceHandlers, DeregisteredIsInactiveAtOnceAndDescribableForAnHour) {
  const auto arn = *enrol("web").container_instance_arn;
  const std::string id(domain::last_part(arn));
  EXPECT_EQ(must(deregister_container_instance, deregistration(id, false)).container_instance->status,
            "INACTIVE");
  EXPECT_EQ(must(deregister_container_instance, deregistration(id, true)).container_instance->status,
            "INACTIVE");
  EXPECT_THAT(list(), IsEmpty());
  EXPECT_EQ(describe(arn).status, "INACTIVE");
  EXPECT_EQ(describe(arn).agent_connected, false);
  now_ = now_ + 3599s;
  EXPECT_EQ(describe(id).status, "INACTIVE");
  now_ = now_ + 2s;
  const auto gone = must(describe_container_instances, {.cluster = "web", .container_instances = {id}});
  EXPECT_THAT(*gone.container_instances, IsEmpty());
  EXPECT_EQ(gone.failures->at(0).reason, "MISSING");
}

TEST_F(ContainerInstanceHandlers, WithTasksItNeedsForce) {
  const auto arn = *enrol("web", "i-1").container_instance_arn;
  const auto before = describe(arn);
  const auto running = *run("web", "nap").task_arn;
  refused(call(deregister_container_instance, deregistration(arn, false)), "InvalidParameterException",
          "Found running tasks on the instance.");
  EXPECT_EQ(describe(arn).status, "ACTIVE");
  const auto answer = *must(deregister_container_instance, deregistration(arn, true)).container_instance;
  EXPECT_EQ(answer.status, "INACTIVE");
  EXPECT_EQ(answer.pending_tasks_count, 0);
  EXPECT_EQ(task(running).last_status, "STOPPED");
  EXPECT_EQ(task(running).desired_status, "STOPPED");
  EXPECT_THAT(*task(running).stopped_reason, HasSubstr("i-1) deregistered"));
  EXPECT_THAT(*must(list_tasks, {.cluster = "web"}).task_arns, IsEmpty());
  // What the task held came back.
  EXPECT_EQ(describe(arn).remaining_resources, before.remaining_resources);
}

TEST_F(ContainerInstanceHandlers, ForceStopsMoreTasksThanATransactionHolds) {
  const auto arn = *enrol("web").container_instance_arn;
  for (int i = 0; i < 12; ++i) must(run_task, {.cluster = "web", .count = 10, .task_definition = "nap"});
  EXPECT_EQ(describe(arn).pending_tasks_count, 120);
  must(deregister_container_instance, deregistration(arn, true));
  EXPECT_THAT(*must(list_tasks, {.cluster = "web"}).task_arns, IsEmpty());
  EXPECT_EQ(describe(arn).pending_tasks_count, 0);
  must(delete_cluster, {.cluster = "web"});
}

TEST_F(ContainerInstanceHandlers, DeregistrationLosesAgainstRunTask) {
  const auto arn = *enrol("web").container_instance_arn;
  lose_against(run_task, {.cluster = "web", .task_definition = "nap"});
  refused(call(deregister_container_instance, deregistration(arn, false)), "InvalidParameterException",
          "Found running tasks");
  EXPECT_EQ(describe(arn).status, "ACTIVE");
}

TEST_F(ContainerInstanceHandlers, ForcedDeregistrationTakesATaskThatCameMeanwhileToo) {
  const auto arn = *enrol("web").container_instance_arn;
  lose_against(run_task, {.cluster = "web", .task_definition = "nap"});
  must(deregister_container_instance, deregistration(arn, true));
  EXPECT_THAT(*must(list_tasks, {.cluster = "web"}).task_arns, IsEmpty());
}

TEST_F(ContainerInstanceHandlers, RunTaskLosesAgainstDeregistration) {
  const auto arn = *enrol("web").container_instance_arn;
  lose_against(deregister_container_instance, deregistration(arn, false));
  refused(call(run_task, {.cluster = "web", .task_definition = "nap"}), "InvalidParameterException",
          "No Container Instances were found in your cluster.");
}

TEST_F(ContainerInstanceHandlers, DescribeErrorsAndFailures) {
  const auto arn = *enrol("web").container_instance_arn;
  refused(call(deregister_container_instance, deregistration("nope", false)), "InvalidParameterException",
          "not found");
  refused(call(describe_container_instances, {.cluster = "web"}), "ClientException", "cannot be empty");
  refused(call(describe_container_instances,
               {.cluster = "web", .container_instances = std::vector<std::string>(101, arn)}),
          "InvalidParameterException", "100");
  refused(call(describe_container_instances, {.cluster = "nope", .container_instances = {arn}}),
          "ClusterNotFoundException");
  const auto answer =
      must(describe_container_instances, {.cluster = "web", .container_instances = {"nope", arn}});
  EXPECT_EQ(answer.failures->at(0).arn, "arn:aws:ecs:us-east-1:123456789012:container-instance/web/nope");
  EXPECT_EQ(answer.failures->at(0).reason, "MISSING");
  EXPECT_THAT(*answer.container_instances, SizeIs(1));
}

TEST_F(ContainerInstanceHandlers, TasksTakeFromWhatRemains) {
  const auto arn = *enrol("web").container_instance_arn;
  must(submit_task_state_change,
       {.cluster = "web", .task = *run("web", "nap").task_arn, .status = "RUNNING"});
  const auto instance = describe(arn);
  EXPECT_EQ(instance.running_tasks_count, 1);
  EXPECT_EQ(instance.remaining_resources->at(0).integer_value, 2048 - 10);
  EXPECT_EQ(instance.remaining_resources->at(1).integer_value, 4096 - 8);
  EXPECT_EQ(instance.registered_resources->at(0).integer_value, 2048);
}

// An agent that has not heard of the stop, or has forgotten it, would run the task for ever.
TEST_F(ContainerInstanceHandlers, AReportOfRunningForATaskThatIsToStopLeadsToAStopEachTime) {
  struct Stops final : domain::StopRepeater {
    void stop_again(std::shared_ptr<const domain::TaskRecord> task) override { arns.push_back(task->arn); }
    std::vector<std::string> arns;
  };
  Stops stops;
  deps_.stops = &stops;
  enrol("web");
  const auto arn = *run("web", "nap").task_arn;
  const auto report = [&](const std::string& status, const std::string& container) {
    model::ecs::ContainerStateChange change;
    change.container_name = "main";
    change.status = container;
    model::ecs::SubmitTaskStateChangeRequest request{.cluster = "web", .task = arn, .status = status};
    request.containers = std::vector<model::ecs::ContainerStateChange>{change};
    must(submit_task_state_change, request);
  };
  report("RUNNING", "RUNNING");
  EXPECT_THAT(stops.arns, IsEmpty());
  must(stop_task, {.cluster = "web", .task = arn});
  report("RUNNING", "RUNNING");
  EXPECT_THAT(stops.arns, ElementsAre(arn));
  report("STOPPED", "STOPPED");
  EXPECT_THAT(stops.arns, SizeIs(1));
  report("PENDING", "RUNNING");
  must(submit_container_state_change,
       {.cluster = "web", .task = arn, .container_name = "main", .status = "RUNNING"});
  EXPECT_THAT(stops.arns, ElementsAre(arn, arn, arn));
}

TEST_F(ContainerInstanceHandlers, IncludeTagsAndHealth) {
  auto request = registration("web");
  request.tags = std::vector<model::ecs::Tag>{{.key = "team", .value = "blue"}};
  const auto arn = *must(register_container_instance, request).container_instance->container_instance_arn;
  EXPECT_THAT(*describe(arn).tags, IsEmpty());
  EXPECT_FALSE(describe(arn).health_status);
  using Field = model::ecs::ContainerInstanceField;
  const auto full = must(describe_container_instances,
                         {.cluster = "web",
                          .container_instances = {arn},
                          .include = std::vector{Field::tags, Field::container_instance_health}})
                        .container_instances->at(0);
  EXPECT_THAT(*full.tags, SizeIs(1));
  EXPECT_TRUE(full.health_status);
}

TEST_F(ContainerInstanceHandlers, ListsByStatusAndFilterInPages) {
  std::vector<std::string> all;
  for (int i = 0; i < 5; ++i) {
    auto request = registration("web");
    request.attributes =
        std::vector<model::ecs::Attribute>{{.name = "stack", .value = i < 2 ? "prod" : "test"}};
    all.push_back(*must(register_container_instance, request).container_instance->container_instance_arn);
  }
  must(update_container_instances_state,
       {.cluster = "web", .container_instances = {all[0]}, .status = ContainerInstanceStatus::draining});
  must(deregister_container_instance, deregistration(all[4], false));
  EXPECT_THAT(list(), SizeIs(4));
  EXPECT_THAT(list({}, ContainerInstanceStatus::draining), ElementsAre(all[0]));
  EXPECT_THAT(list({}, ContainerInstanceStatus::active), SizeIs(3));
  EXPECT_THAT(list({}, ContainerInstanceStatus::registering), IsEmpty());
  EXPECT_THAT(list("attribute:stack == prod"), SizeIs(2));
  EXPECT_THAT(list("attribute:stack == prod", ContainerInstanceStatus::active), ElementsAre(all[1]));
  EXPECT_THAT(list("runningTasksCount > 0"), IsEmpty());
  run("web", "nap");
  EXPECT_THAT(list("task:group == family:nap"), SizeIs(1));
  std::vector<std::string> seen;
  const int pages = testing::count_pages([&](std::optional<std::string> token) {
    auto page = must(list_container_instances, {.cluster = "web", .next_token = token, .max_results = 3});
    for (auto& arn : *page.container_instance_arns) seen.push_back(arn);
    return page.next_token;
  });
  EXPECT_EQ(pages, 2);
  EXPECT_EQ(seen, list());
  const auto token = must(list_container_instances, {.cluster = "web", .max_results = 1}).next_token;
  refused(call(list_container_instances,
               {.cluster = "web", .filter = "attribute:stack == prod", .next_token = token}),
          "InvalidParameterException");
  refused(call(list_container_instances, {.cluster = "web", .filter = "stack ="}),
          "InvalidParameterException", "filter");
  refused(call(list_container_instances, {.cluster = "nope"}), "ClusterNotFoundException");
}

TEST_F(ContainerInstanceHandlers, DrainingGetsNoTasksUntilItIsActiveAgain) {
  const auto arn = *enrol("web").container_instance_arn;
  const auto set = [&](ContainerInstanceStatus status) {
    return must(update_container_instances_state,
                {.cluster = "web", .container_instances = {arn, "nope", arn}, .status = status});
  };
  const auto drained = set(ContainerInstanceStatus::draining);
  EXPECT_THAT(*drained.container_instances, SizeIs(1));
  EXPECT_EQ(drained.container_instances->at(0).status, "DRAINING");
  EXPECT_EQ(drained.failures->at(0).reason, "MISSING");
  refused(call(run_task, {.cluster = "web", .task_definition = "nap"}), "InvalidParameterException",
          "No Container Instances");
  const auto head = this->head();
  set(ContainerInstanceStatus::draining);
  EXPECT_EQ(this->head(), head);
  set(ContainerInstanceStatus::active);
  EXPECT_TRUE(run("web", "nap").task_arn);
}

TEST_F(ContainerInstanceHandlers, StateErrors) {
  const auto arn = *enrol("web").container_instance_arn;
  using Names = std::vector<std::string>;
  const auto set = [&](Names names, ContainerInstanceStatus status) {
    return call(update_container_instances_state,
                {.cluster = "web", .container_instances = names, .status = status});
  };
  refused(set({arn}, ContainerInstanceStatus::registering), "InvalidParameterException",
          "[ACTIVE, DRAINING]");
  refused(set({}, ContainerInstanceStatus::active), "InvalidParameterException", "empty");
  refused(set(Names(11, arn), ContainerInstanceStatus::active), "InvalidParameterException", "10");
  must(deregister_container_instance, deregistration(arn, false));
  const auto answer = set({arn}, ContainerInstanceStatus::active);
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(answer->failures->at(0).reason, "INACTIVE");
  EXPECT_EQ(describe(arn).status, "INACTIVE");
}

TEST_F(ContainerInstanceHandlers, NoAgentUpdateIsAvailable) {
  const auto arn = *enrol("web").container_instance_arn;
  refused(call(update_container_agent, {.cluster = "web", .container_instance = arn}),
          "MissingVersionException");
  auto request = registration("web");
  request.version_info = model::ecs::VersionInfo{.agent_version = "1.83.0"};
  const auto known = *must(register_container_instance, request).container_instance->container_instance_arn;
  refused(call(update_container_agent, {.cluster = "web", .container_instance = known}),
          "NoUpdateAvailableException", "1.83.0");
  refused(call(update_container_agent, {.cluster = "web", .container_instance = "nope"}),
          "InvalidParameterException");
  refused(call(update_container_agent, {.cluster = "nope", .container_instance = arn}),
          "ClusterNotFoundException");
}

TEST_F(ContainerInstanceHandlers, AgentsAreToldWhereToConnect) {
  const auto answer = must(discover_poll_endpoint, {.container_instance = "whatever", .cluster = "nope"});
  EXPECT_EQ(answer.endpoint, "http://127.0.0.1:5167/acs/");
  EXPECT_EQ(answer.telemetry_endpoint, "http://127.0.0.1:5167/telemetry/");
  EXPECT_TRUE(answer.service_connect_endpoint);
}

}  // namespace
}  // namespace berth::services::ecs
