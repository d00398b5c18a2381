#include "services/ecs/tasks/run_task_request.h"

#include <fmt/format.h>

#include <algorithm>

#include "domain/names.h"
#include "domain/task_definition.h"
#include "model/ecs/codec.h"
#include "services/ecs/core/lookup.h"

namespace berth::services::ecs {
namespace {

/// What is the service scheduler's: groups of this name space count the tasks of a service.
constexpr std::string_view kReservedGroup = "service:";

// API: RunTask. Colons too: ECS takes them.
bool is_started_by(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("-_/.:").find(c) != std::string_view::npos;
  });
}

std::optional<wire::ApiError> check_texts(const Call& call, const StartRequest& request) {
  const auto& limits = call.deps.limits;
  if (request.task_definition.empty())
    return model::ecs::invalid_parameter_exception("TaskDefinition can not be blank.");
  const std::string started_by = request.started_by.value_or("");
  if (started_by.size() > static_cast<std::size_t>(limits.started_by_characters))
    return model::ecs::invalid_parameter_exception(
        fmt::format("startedBy longer than {}.", limits.started_by_characters));
  if (!is_started_by(started_by))
    return model::ecs::invalid_parameter_exception("startedBy contains invalid characters.");
  if (request.group && request.group->starts_with(kReservedGroup))
    return model::ecs::invalid_parameter_exception("Invalid namespace for group.");
  if (request.group && request.group->size() > 255)
    return model::ecs::invalid_parameter_exception("group must not be longer than 255 characters.");
  if (request.overrides &&
      model::encode_json(*request.overrides).size() > static_cast<std::size_t>(limits.overrides_bytes))
    return model::ecs::invalid_parameter_exception(
        fmt::format("Container Overrides length must be at most {}", limits.overrides_bytes));
  if (request.overrides)
    for (const auto& [member, role] : {std::pair("taskRoleArn", &request.overrides->task_role_arn),
                                       std::pair("executionRoleArn", &request.overrides->execution_role_arn)})
      if (!domain::is_role(role->value_or("")))
        return model::ecs::client_exception(
            fmt::format("Role is not valid: overrides.{} must be the name or the ARN of a role.", member));
  if (request.propagate_tags == model::ecs::PropagateTags::service)
    return model::ecs::invalid_parameter_exception("propagateTags SERVICE is only allowed for services.");
  return std::nullopt;
}

std::vector<model::ecs::Tag> tags_of(const StartRequest& request,
                                     const domain::TaskDefinitionRecord& definition,
                                     const domain::ClusterRecord& cluster) {
  std::vector<model::ecs::Tag> tags = request.tags;
  const auto add = [&](const model::ecs::Tag& tag) {
    for (const auto& have : tags)
      if (have.key == tag.key) return;
    tags.push_back(tag);
  };
  if (request.propagate_tags == model::ecs::PropagateTags::task_definition && definition.tags)
    for (const auto& tag : *definition.tags) add(tag);
  if (request.managed_tags) {
    model::ecs::Tag tag;
    tag.key = "aws:ecs:clusterName";
    tag.value = cluster.name;
    add(tag);
  }
  return tags;
}

std::optional<wire::ApiError> check_definition(
    const StartRequest& request, const store::Stored<domain::TaskDefinitionRecord>* definition) {
  if (!definition) return model::ecs::client_exception("TaskDefinition not found.");
  if (definition->record->status != domain::DefinitionStatus::active)
    return model::ecs::client_exception("TaskDefinition is inactive");
  const auto& wanted = definition->record->definition;
  const std::string reason = domain::why_not_runnable(wanted);
  if (!reason.empty())
    return model::ecs::client_exception(fmt::format("The task definition cannot run here: {}.", reason));
  if (request.has_network_configuration)
    return model::ecs::invalid_parameter_exception(
        "Network Configuration is not valid for the given networkMode of this task definition.");
  if (auto checked = domain::check_overrides(wanted, request.overrides ? &*request.overrides : nullptr);
      !checked)
    return model::ecs::invalid_parameter_exception(checked.error().message);
  return std::nullopt;
}

}  // namespace

ApiResult<StartInput> prepare_start(const Call& call, const store::View& view, const StartRequest& request) {
  if (auto error = check_texts(call, request)) return *std::move(error);
  auto checked =
      domain::check_tags(request.tags, static_cast<std::size_t>(call.deps.limits.tags_per_resource));
  if (!checked) return model::ecs::invalid_parameter_exception(checked.error().message);
  auto cluster = find_active_cluster(call, view, request.cluster);
  if (!cluster) return cluster.take_error();
  const auto reference = parse_definition_reference(call, request.task_definition);
  if (!reference) return model::ecs::client_exception(reference.error().message);
  StartInput input;
  input.cluster = *cluster;
  input.definition = find_definition(call, view, *reference);
  if (auto error = check_definition(request, input.definition)) return *std::move(error);
  input.tags = tags_of(request, *input.definition->record, *input.cluster);
  input.arn_form = arn_form(call, view, "taskLongArnFormat");
  return input;
}

domain::TaskPlan plan_of(const StartInput& input, const StartRequest& request) {
  domain::TaskPlan plan{*input.cluster, *input.definition->record};
  plan.overrides = request.overrides ? &*request.overrides : nullptr;
  plan.group = request.group.value_or("");
  if (!request.started_by.value_or("").empty()) plan.started_by = request.started_by;
  plan.tags = input.tags;
  plan.enable_execute_command = request.enable_execute_command;
  plan.arn_form = input.arn_form;
  return plan;
}

}  // namespace berth::services::ecs
