// Goal: ExplainPlacement says instance by instance what keeps a task out and what would let it in, in the
// same words and codes as failures[]. Method: a cluster with one instance for each reason, made through the
// ECS handlers.
#include <gmock/gmock.h>

#include "services/berth/operations.h"
#include "services/ecs/testing.h"

namespace berth::services::control {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class ExplainPlacementTest : public ecs::testing::HandlersTest {
 protected:
  ExplainPlacementTest() { create("c"); }

  JsonObject explain(model::control::ExplainPlacementRequest request) {
    request.cluster = "c";
    return parse_json(must(explain_placement, std::move(request)).document).value().as_object();
  }
  /// One container with these sizes; host port 0: none.
  void define(const std::string& family, int cpu, int memory, int host_port = 0) {
    model::ecs::RegisterTaskDefinitionRequest request;
    request.family = family;
    model::ecs::ContainerDefinition container;
    container.name = "main";
    container.image = "busybox";
    container.cpu = cpu;
    container.memory = memory;
    container.essential = true;
    if (host_port) {
      model::ecs::PortMapping mapping;
      mapping.container_port = 80;
      mapping.host_port = host_port;
      container.port_mappings = {mapping};
    }
    request.container_definitions.push_back(container);
    must(ecs::register_task_definition, request);
  }
  void change(const std::string& arn, const std::function<void(domain::ContainerInstanceRecord&)>& how) {
    auto record =
        *stored<domain::ContainerInstanceRecord>(store::instance_key(realm_, "c", domain::last_part(arn)));
    how(record);
    put(record);
  }
  static JsonObject instance(const JsonObject& document, const std::string& arn) {
    for (const auto& one : document.at("decision").as_object().at("instances").as_array())
      if (one.as_object().at("containerInstanceArn").as_string() == arn) return one.as_object();
    ADD_FAILURE() << arn << " is not in the answer";
    return {};
  }
  static JsonObject reason(const JsonObject& document, const std::string& arn) {
    return instance(document, arn).at("reasons").as_array().at(0).as_object();
  }
  static std::string text(const JsonObject& object, std::string_view key) {
    return std::string(object.at(key).as_string());
  }
};

TEST_F(ExplainPlacementTest, PlacesWhatFitsAndRanksTheCandidates) {
  const auto a = *enrol("c", "i-a").container_instance_arn;
  const auto b = *enrol("c", "i-b").container_instance_arn;
  define("small", 10, 8);
  model::control::ExplainPlacementRequest request;
  request.task_definition = "small";
  request.count = 2;
  model::control::PlacementRule spread;
  spread.type = "spread";
  spread.field = "instanceId";
  request.placement_strategy = {spread};
  const auto document = explain(request);
  EXPECT_EQ(document.at("placed").as_array().size(), 2U) << "one on each";
  EXPECT_EQ(document.at("unplaced").as_int64(), 0);
  EXPECT_EQ(instance(document, a).at("rank").as_int64(), 1);
  EXPECT_EQ(instance(document, b).at("rank").as_int64(), 1);
  EXPECT_EQ(text(document.at("decision").as_object(), "strategy"), "spread(instanceId)");
  EXPECT_EQ(head(), store::Revision(head().value())) << "nothing is written";
}

TEST_F(ExplainPlacementTest, MemoryNamesTheTaskWhoseEndWouldFreeEnough) {
  const auto arn = *enrol("c", "i-a").container_instance_arn;
  define("large", 10, 3000);
  define("small", 10, 500);
  const auto holder = *run("c", "large").task_arn;
  run("c", "small");
  define("wanted", 10, 1024);
  const auto document = explain({.task_definition = "wanted"});
  const auto why = reason(document, arn);
  EXPECT_EQ(text(why, "code"), "memory");
  EXPECT_EQ(text(why, "reason"), "RESOURCE:MEMORY");
  EXPECT_EQ(why.at("needed").as_int64(), 1024);
  EXPECT_EQ(why.at("available").as_int64(), 596);
  EXPECT_EQ(why.at("registered").as_int64(), 4096);
  EXPECT_THAT(text(why, "remedy"), HasSubstr("free 428 MiB"));
  EXPECT_THAT(text(why, "remedy"), HasSubstr("family:small, 500 MiB) stops")) << "the smallest that will do";
  EXPECT_EQ(text(why.at("heldBy").as_array().at(0).as_object(), "taskArn"), holder);
  EXPECT_EQ(document.at("unplaced").as_int64(), 1);
  EXPECT_EQ(document.at("failures").as_array().at(0).as_object().at("reason").as_string(), "RESOURCE:MEMORY");
}

TEST_F(ExplainPlacementTest, APortNamesTheTaskThatHasIt) {
  const auto arn = *enrol("c", "i-a").container_instance_arn;
  define("web", 10, 8, 80);
  const auto holder = *run("c", "web").task_arn;
  const auto why = reason(explain({.task_definition = "web"}), arn);
  EXPECT_EQ(text(why, "code"), "ports");
  EXPECT_THAT(text(why, "detail"), HasSubstr("host port 80/tcp is taken by task " +
                                             std::string(domain::last_part(holder)) + " (family:web)"));
  define("ssh", 10, 8, 22);
  EXPECT_THAT(text(reason(explain({.task_definition = "ssh"}), arn), "detail"),
              HasSubstr("host port 22/tcp is taken (reserved by the agent)"));
}

TEST_F(ExplainPlacementTest, SaysWhichInstancesAreDrainingAwayOrLackAnAttribute) {
  const auto away = *enrol("c", "i-away").container_instance_arn;
  const auto draining = *enrol("c", "i-draining").container_instance_arn;
  const auto plain = *enrol("c", "i-plain").container_instance_arn;
  change(away, [this](auto& record) {
    record.agent_connected = false;
    record.disconnected_at = now_ - std::chrono::minutes(5);
  });
  change(draining, [](auto& record) { record.status = domain::InstanceStatus::draining; });
  define("small", 10, 8);
  model::control::ExplainPlacementRequest request;
  request.task_definition = "small";
  model::control::PlacementRule rule;
  rule.type = "memberOf";
  rule.expression = "attribute:disk == ssd";
  request.placement_constraints = {rule};
  const auto document = explain(request);
  EXPECT_EQ(text(reason(document, away), "code"), "agent");
  EXPECT_THAT(text(reason(document, away), "detail"),
              HasSubstr("not connected since 2027-01-15T07:55:00.000Z (5 min)"));
  EXPECT_EQ(text(reason(document, draining), "code"), "draining");
  EXPECT_EQ(text(reason(document, plain), "code"), "member_of");
  EXPECT_THAT(text(reason(document, plain), "remedy"), HasSubstr("attribute:disk == ssd"));
}

TEST_F(ExplainPlacementTest, RefusesWhatRunTaskWouldRefuse) {
  define("small", 10, 8);
  refused(call(explain_placement, {.cluster = "nowhere", .task_definition = "small"}),
          "ClusterNotFoundException");
  refused(call(explain_placement, {.cluster = "c", .task_definition = "nothing"}), "ClientException",
          "nothing");
  refused(call(explain_placement, {.cluster = "c", .task_definition = "small:7"}), "ClientException",
          "not found");
  refused(call(explain_placement, {.cluster = "c", .task_definition = "small", .count = 0}),
          "InvalidParameterException", "count");
  model::control::PlacementRule rule;
  rule.type = "memberOf";
  rule.expression = "attribute:(";
  refused(call(explain_placement,
               {.cluster = "c", .task_definition = "small", .count = {}, .placement_constraints = {{rule}}}),
          "InvalidParameterException");
}

TEST_F(ExplainPlacementTest, AnEmptyClusterSaysSo) {
  define("small", 10, 8);
  const auto document = explain({.task_definition = "small"});
  EXPECT_EQ(text(document, "unplacedBecause"), "No Container Instances were found in your cluster.");
  EXPECT_EQ(document.at("unplaced").as_int64(), 1);
}

}  // namespace
}  // namespace berth::services::control
