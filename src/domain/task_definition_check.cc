#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "domain/names.h"
#include "domain/task_definition.h"
#include "model/ecs/codec.h"

namespace berth::domain {
namespace {

using model::ecs::RegisterTaskDefinitionRequest;

Result<void> check_roles(const RegisterTaskDefinitionRequest& request) {
  if (is_role(request.task_role_arn.value_or("")) && is_role(request.execution_role_arn.value_or("")))
    return {};
  return invalid("Role is not valid");
}

Result<void> check_family(const RegisterTaskDefinitionRequest& request, const Limits& limits) {
  const auto characters_max = static_cast<std::size_t>(limits.name_characters);
  if (request.family.empty()) return invalid("Family should not be null or empty.");
  if (request.family.size() > characters_max)
    return invalid(fmt::format("Family longer than {}.", characters_max));
  if (!is_name(request.family, characters_max)) return invalid("Family contains invalid characters.");
  return {};
}

Result<void> check_containers(const RegisterTaskDefinitionRequest& request, const Limits& limits) {
  std::set<std::string> names;
  bool essential = false;
  for (const auto& container : request.container_definitions) {
    if (auto checked = check_container(request, container, limits); !checked) return checked;
    if (!names.insert(*container.name).second)
      return invalid(
          fmt::format("Container names must be unique: '{}' is used more than once.", *container.name));
    essential = essential || container.essential.value_or(true);
  }
  if (!essential) return invalid("Task definition must have at least one essential container.");
  return {};
}

Result<void> check_task_constraints(const RegisterTaskDefinitionRequest& request) {
  if (!request.placement_constraints) return {};
  if (request.placement_constraints->size() > 10)
    return invalid("Too many placement constraints: at most 10 are allowed.");
  for (const auto& constraint : *request.placement_constraints) {
    if (!constraint.type) return invalid("A placement constraint must have a type.");
    if (constraint.expression.value_or("").empty())
      return invalid("A placement constraint of type 'memberOf' must have an expression.");
  }
  return {};
}

Result<void> check_bytes(const RegisterTaskDefinitionRequest& request, const Limits& limits) {
  const std::string text = model::encode_json(request);
  if (text.size() > static_cast<std::size_t>(limits.task_definition_bytes))
    return invalid(fmt::format("Actual length: '{}'. Max allowed length is '{}' bytes.", text.size(),
                               limits.task_definition_bytes));
  return {};
}

}  // namespace

// API: taskRoleArn and executionRoleArn are names or ARNs of roles.
bool is_role(std::string_view text) {
  const bool characters = std::all_of(text.begin(), text.end(), [](char c) {
    const bool alphanumeric = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    return alphanumeric || std::string_view("+=,.@-_/:").find(c) != std::string_view::npos;
  });
  return characters && (!text.starts_with("arn:") || text.find(":role/") != std::string_view::npos);
}

Result<void> check_task_definition(const RegisterTaskDefinitionRequest& request, const Limits& limits) {
  if (auto checked = check_family(request, limits); !checked) return checked;
  const auto containers_max = static_cast<std::size_t>(limits.containers_per_task_definition);
  if (request.container_definitions.empty()) return invalid("Container list cannot be empty.");
  if (request.container_definitions.size() > containers_max)
    return invalid(fmt::format("Too many containers. A task definition may have at most {}, {} were given.",
                               containers_max, request.container_definitions.size()));
  if (auto checked = check_bytes(request, limits); !checked) return checked;
  if (auto checked = check_roles(request); !checked) return checked;
  if (auto checked = check_volumes(request, limits); !checked) return checked;
  if (requires_compatibility(request, model::ecs::Compatibility::external) &&
      request.network_mode == model::ecs::NetworkMode::awsvpc)
    return invalid("External instances do not support network mode 'awsvpc'.");
  if (auto checked = check_fargate(request); !checked) return checked;
  if (auto checked = check_containers(request, limits); !checked) return checked;
  if (auto checked = check_container_relations(request); !checked) return checked;
  if (auto checked = check_sizes(request); !checked) return checked;
  if (auto checked = check_task_constraints(request); !checked) return checked;
  if (request.tags) return check_tags(*request.tags, static_cast<std::size_t>(limits.tags_per_resource));
  return {};
}

}  // namespace berth::domain
