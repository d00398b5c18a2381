// Goal: ExplainService names what blocks the next step of a service, from the plan of its own scheduler.
// Method: services in each situation, as records; no scheduler runs, so every situation stays.
#include <gmock/gmock.h>

#include "scheduling/service_rules.h"
#include "scheduling/task_writes.h"
#include "services/berth/operations.h"
#include "services/ecs/testing.h"

namespace berth::services::control {
namespace {

using domain::ServiceRecord;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ExplainServiceTest : public ecs::testing::HandlersTest {
 protected:
  ExplainServiceTest() {
    create("c");
    define("web");
  }
  void make(int desired) {
    model::ecs::CreateServiceRequest request;
    request.cluster = "c";
    request.service_name = "web";
    request.task_definition = "web";
    request.desired_count = desired;
    must(ecs::create_service, request);
  }
  JsonObject explain() {
    return parse_json(must(explain_service, {.cluster = "c", .service = "web"}).document).value().as_object();
  }
  ServiceRecord service() { return *stored<ServiceRecord>(store::service_key(realm_, "c", "web")); }
  void change(const std::function<void(ServiceRecord&)>& how) {
    auto record = service();
    how(record);
    put(record);
  }
  /// A running task of the PRIMARY deployment, as the scheduler would have started it.
  std::string add_task(const std::string& instance_arn, bool running = true) {
    const auto record = service();
    const auto cluster = stored<domain::ClusterRecord>(store::cluster_key(realm_, "c"));
    const auto definition =
        stored<domain::TaskDefinitionRecord>(store::task_definition_key(realm_, "web", 1));
    const auto host = stored<domain::ContainerInstanceRecord>(
        store::instance_key(realm_, "c", domain::last_part(instance_arn)));
    domain::TaskPlan plan{*cluster, *definition};
    plan.group = "service:web";
    plan.service_name = "web";
    plan.deployment_id = scheduling::primary_of(record)->id;
    auto task = domain::build_task(
        plan, *host, [this] { return runtime_.ids().hex(32); }, now_);
    if (running) {
      task.last_status = domain::TaskStatus::running;
      task.started_at = now_ - std::chrono::minutes(1);
    }
    store::Transaction transaction(runtime_.ids().uuid(), domain::Writer::restore);
    scheduling::add_task(transaction, task);
    check(runtime::block_on(executor(), committer_.commit(std::move(transaction))).ok(),
          "a task must be stored");
    return task.id;
  }
  static std::vector<std::string> codes(const JsonObject& document) {
    std::vector<std::string> codes;
    for (const auto& wait : document.at("waits").as_array())
      codes.emplace_back(wait.as_object().at("code").as_string());
    return codes;
  }
  static std::string text(const JsonObject& object, std::string_view key) {
    return std::string(object.at(key).as_string());
  }
};

TEST_F(ExplainServiceTest, TasksThatFitAreStartedNext) {
  enrol("c", "i-a");
  make(2);
  const auto document = explain();
  EXPECT_THAT(codes(document), ElementsAre("start"));
  EXPECT_EQ(document.at("next").as_object().at("starts").as_int64(), 2);
  EXPECT_EQ(document.at("bounds").as_object().at("healthyMin").as_int64(), 2);
  EXPECT_EQ(document.at("bounds").as_object().at("tasksMax").as_int64(), 4);
}

TEST_F(ExplainServiceTest, WithoutRoomItSaysWhyInstanceByInstance) {
  const auto arn = *enrol("c", "i-a").container_instance_arn;
  auto host =
      *stored<domain::ContainerInstanceRecord>(store::instance_key(realm_, "c", domain::last_part(arn)));
  host.status = domain::InstanceStatus::draining;
  put(host);
  make(1);
  const auto document = explain();
  EXPECT_THAT(codes(document), ElementsAre("placement"));
  EXPECT_THAT(text(document, "summary"), HasSubstr("1 is DRAINING"));
  const auto instance = document.at("decision").as_object().at("instances").as_array().at(0).as_object();
  EXPECT_EQ(text(instance.at("reasons").as_array().at(0).as_object(), "reason"), "DRAINING");
}

TEST_F(ExplainServiceTest, FailuresShowTheirPauseAndTheBreaker) {
  enrol("c", "i-a");
  make(2);
  change([this](ServiceRecord& record) {
    model::ecs::DeploymentConfiguration configuration;
    configuration.deployment_circuit_breaker.emplace();
    configuration.deployment_circuit_breaker->enable = true;
    configuration.deployment_circuit_breaker->rollback = false;
    record.deployment_configuration = configuration;
    auto* primary = scheduling::primary_of(record);
    primary->failed_tasks = 2;
    primary->last_failure_at = now_;
    primary->next_start_at = now_ + std::chrono::seconds(60);
  });
  const auto document = explain();
  EXPECT_THAT(codes(document), ElementsAre("backoff"));
  EXPECT_THAT(text(document, "summary"), HasSubstr("2 failed in a row"));
  const auto breaker =
      document.at("deployments").as_array().at(0).as_object().at("circuitBreaker").as_object();
  EXPECT_TRUE(breaker.at("enabled").as_bool());
  EXPECT_EQ(breaker.at("failedTasks").as_int64(), 2);
  EXPECT_EQ(breaker.at("threshold").as_int64(), 3);
  EXPECT_EQ(document.at("next").as_object().at("starts").as_int64(), 0) << "the plan pauses too";
}

TEST_F(ExplainServiceTest, APendingTaskIsNamed) {
  const auto arn = *enrol("c", "i-a").container_instance_arn;
  make(1);
  const auto id = add_task(arn, false);
  const auto document = explain();
  EXPECT_THAT(codes(document), ElementsAre("pending"));
  EXPECT_EQ(document.at("waits").as_array().at(0).as_object().at("tasks").as_array().at(0).as_string(), id);
}

TEST_F(ExplainServiceTest, TheMaximumHoldsBackReplacementsOfADeployment) {
  const auto arn = *enrol("c", "i-a").container_instance_arn;
  make(2);
  add_task(arn);
  add_task(arn);
  change([](ServiceRecord& record) {
    model::ecs::DeploymentConfiguration configuration;
    configuration.maximum_percent = 110;  // Of two: two.
    configuration.minimum_healthy_percent = 100;
    record.deployment_configuration = configuration;
  });
  define("web");
  model::ecs::UpdateServiceRequest update;
  update.cluster = "c";
  update.service = "web";
  update.task_definition = "web:2";
  must(ecs::update_service, update);
  const auto document = explain();
  EXPECT_THAT(codes(document), ElementsAre("maximum", "minimum"));
  EXPECT_THAT(text(document, "summary"), HasSubstr("maximumPercent allows 2 tasks at a time and 2 exist"));
  EXPECT_EQ(document.at("deployments").as_array().size(), 2U);
}

TEST_F(ExplainServiceTest, ASteadyServiceWaitsForNothing) {
  const auto arn = *enrol("c", "i-a").container_instance_arn;
  make(1);
  add_task(arn);
  EXPECT_THAT(codes(explain()), ElementsAre("settling"));
  change([this](ServiceRecord& record) { record.steady_since = now_ - std::chrono::minutes(3); });
  const auto document = explain();
  EXPECT_THAT(codes(document), ElementsAre());
  EXPECT_EQ(text(document, "summary"), "Everything is as it should be, for 3 min.");
}

TEST_F(ExplainServiceTest, UnknownServicesAreRefused) {
  refused(call(explain_service, {.cluster = "c", .service = "nobody"}), "ServiceNotFoundException");
  refused(call(explain_service, {.cluster = "nowhere", .service = "nobody"}), "ClusterNotFoundException");
}

}  // namespace
}  // namespace berth::services::control
