#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/build_task.h"
#include "model/ecs/types.h"
#include "placement/rules.h"
#include "services/ecs/core/call.h"

namespace berth::services::ecs {

/// Refusals that RunTask and services share.
inline constexpr std::string_view kTwoKindsOfCapacity =
    "Specifying both a launch type and capacity provider strategy is not supported. Remove one and try "
    "again.";
inline constexpr std::string_view kPlatformVersionOfEc2 =
    "The platform version must be null when specifying an EC2 launch type.";

/// What RunTask and StartTask have in common.
struct StartRequest {
  std::optional<std::string> cluster;
  std::string task_definition;
  std::optional<model::ecs::TaskOverride> overrides;
  std::optional<std::string> group;
  std::optional<std::string> started_by;
  std::vector<model::ecs::Tag> tags;
  std::optional<model::ecs::PropagateTags> propagate_tags;
  bool managed_tags = false;
  bool enable_execute_command = false;
  bool has_network_configuration = false;
};

/// The part that a RunTaskRequest and a StartTaskRequest have in common.
template <class Request>
StartRequest start_request(const Request& request) {
  StartRequest start;
  start.cluster = request.cluster;
  start.task_definition = request.task_definition;
  start.overrides = request.overrides;
  start.group = request.group;
  start.started_by = request.started_by;
  start.tags = request.tags.value_or(std::vector<model::ecs::Tag>());
  start.propagate_tags = request.propagate_tags;
  start.managed_tags = request.enable_ecs_managed_tags.value_or(false);
  start.enable_execute_command = request.enable_execute_command.value_or(false);
  start.has_network_configuration =
      request.network_configuration && request.network_configuration->awsvpc_configuration;
  return start;
}

/// The definition and everything else of a call that does not depend on the instance.
struct StartInput {
  store::Ptr<domain::ClusterRecord> cluster;
  const store::Stored<domain::TaskDefinitionRecord>* definition = nullptr;
  std::vector<model::ecs::Tag> tags;
  domain::ArnForm arn_form = domain::ArnForm::long_;
};

/// Finds cluster and definition, and checks overrides, group, startedBy and tags.
/// Errors: ClusterNotFoundException, ClientException, InvalidParameterException.
ApiResult<StartInput> prepare_start(const Call& call, const store::View& view, const StartRequest& request);

/// The plan of each task of the call. Borrows both.
domain::TaskPlan plan_of(const StartInput& input, const StartRequest& request);

}  // namespace berth::services::ecs
