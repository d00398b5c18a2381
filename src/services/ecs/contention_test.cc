// Goal: many callers that change the same thing at once all succeed: nobody is told that a rate was exceeded
// when nothing limits rates. Method: calls side by side on one thread, so that all of them decide before the
// first commits.
#include <set>

#include "runtime/task_group.h"
#include "services/ecs/testing.h"

namespace berth::services::ecs {
namespace {

constexpr int kCallers = 128;

class Contention : public testing::HandlersTest {
 protected:
  // `request(i)` is the request of caller i. Answers the errors.
  template <class Response, class Request, class Make>
  std::vector<wire::ApiError> all_at_once(Decision<Response> (*decide)(const Call&, const store::View&,
                                                                       const Request&),
                                          Make request) {
    std::vector<std::optional<wire::ApiError>> errors(kCallers);
    runtime::TaskGroup group(executor());
    for (int i = 0; i < kCallers; ++i)
      group.spawn(one<Response, Request>(this, decide, request(i), &errors[static_cast<std::size_t>(i)]));
    runtime::block_on(executor(), drain(&group));
    std::vector<wire::ApiError> found;
    for (auto& error : errors)
      if (error) found.push_back(*std::move(error));
    return found;
  }

 private:
  template <class Response, class Request>
  static Async<void> one(Contention* self,
                         Decision<Response> (*decide)(const Call&, const store::View&, const Request&),
                         Request request, std::optional<wire::ApiError>* error) {
    auto answer = co_await run_decided<Response, Request>(self, decide, std::move(request));
    if (!answer) *error = answer.take_error();
  }
  static Async<void> drain(runtime::TaskGroup* group) { co_await group->drain(); }
};

TEST_F(Contention, RevisionsOfOneFamilyAreAllRegistered) {
  define("web");
  const auto errors = all_at_once(register_task_definition, [](int) {
    model::ecs::RegisterTaskDefinitionRequest request;
    request.family = "web";
    model::ecs::ContainerDefinition container;
    container.name = "main";
    container.image = "busybox";
    container.memory = 8;
    request.container_definitions.push_back(container);
    return request;
  });
  EXPECT_THAT(errors, ::testing::IsEmpty()) << errors.front().code << ": " << errors.front().message;
  const auto listed = must(list_task_definitions, {.family_prefix = "web"});
  EXPECT_EQ(
      std::set<std::string>(listed.task_definition_arns->begin(), listed.task_definition_arns->end()).size(),
      std::min(kCallers + 1, 100));
}

TEST_F(Contention, UpdatesOfOneClusterAllSucceed) {
  create("web");
  const auto errors = all_at_once(update_cluster_settings, [](int i) {
    model::ecs::UpdateClusterSettingsRequest request;
    request.cluster = "web";
    request.settings = {{.name = model::ecs::ClusterSettingName::container_insights,
                         .value = i % 2 == 0 ? "enabled" : "disabled"}};
    return request;
  });
  EXPECT_THAT(errors, ::testing::IsEmpty());
}

class ExpensiveCalls : public testing::HandlersTest {
 protected:
  ExpensiveCalls() {
    create("web");
    define("app");
    // As many as make the expressions cost too much.
    const auto arn = *enrol("web").container_instance_arn;
    const auto like = *stored<domain::ContainerInstanceRecord>(
        store::instance_key(realm_, "web", arn.substr(arn.rfind('/') + 1)));
    for (int i = 0; i < 2'500; ++i) {
      auto record = like;
      record.id = std::to_string(i);
      record.ec2_instance_id = "host-" + record.id;
      auto attributes = *record.attributes;
      attributes.push_back({.name = "x", .value = std::string(110, 'a') + record.id});
      record.attributes = std::move(attributes);
      put(std::move(record));
    }
  }
  const std::string expensive_ = "attribute:x !~ '(?:a|b|ab|ba|aa|bb){1,60}c'";
};

TEST_F(ExpensiveCalls, RunTaskNamesTheLimit) {
  model::ecs::RunTaskRequest request{.cluster = "web", .task_definition = "app"};
  request.placement_constraints.emplace();
  for (int i = 0; i < 10; ++i) {
    model::ecs::PlacementConstraint constraint;
    constraint.type = model::ecs::PlacementConstraintType::member_of;
    constraint.expression = expensive_ + " or attribute:y == " + std::to_string(i);
    request.placement_constraints->push_back(constraint);
  }
  request.placement_strategy.emplace();
  request.placement_strategy->push_back(
      {.type = model::ecs::PlacementStrategyType::spread, .field = "instanceId"});
  refused(call(run_task, request), "InvalidParameterException", "10000000 steps");
}

TEST_F(ExpensiveCalls, AFilterNamesTheLimit) {
  // None matches, so that a page is never full.
  std::string filter = "attribute:x =~ '(?:a|b|ab|ba|aa|bb){1,60}c'";
  for (const char* more : {"d", "e", "f", "g", "h"})
    filter += " or attribute:x =~ '(?:a|b|ab|ba|aa|bb){1,60}" + std::string(more) + "'";
  refused(call(list_container_instances, {.cluster = "web", .filter = filter}), "InvalidParameterException",
          "Use fewer or simpler ones");
  EXPECT_EQ(must(list_container_instances, {.cluster = "web", .filter = "attribute:x =~ a+77"})
                .container_instance_arns->size(),
            1U);
}

}  // namespace
}  // namespace berth::services::ecs
