#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>

#include "base/text.h"
#include "domain/task_definition.h"
#include "domain/text_bounds.h"

// Log drivers and their options, in ECS's words.
namespace berth::domain {
namespace {

using model::ecs::Compatibility;
using model::ecs::ContainerDefinition;
using model::ecs::LogConfiguration;
using model::ecs::LogDriver;
using model::ecs::RegisterTaskDefinitionRequest;

using Names = std::initializer_list<std::string_view>;

// API: LogConfiguration; and where the logs go, which a cloud need not be told.
constexpr std::string_view kAwslogsOptions[] = {"awslogs-create-group",
                                                "awslogs-datetime-format",
                                                "awslogs-endpoint",
                                                "awslogs-group",
                                                "awslogs-multiline-pattern",
                                                "awslogs-region",
                                                "awslogs-stream-prefix",
                                                "mode",
                                                "max-buffer-size"};

bool has_option(const LogConfiguration& log, std::string_view name) {
  if (log.options)
    if (const auto found = log.options->find(std::string(name)); found != log.options->end())
      return !found->second.empty();
  return log.secret_options && std::any_of(log.secret_options->begin(), log.secret_options->end(),
                                           [&](const auto& secret) { return secret.name == name; });
}

Result<void> require(const LogConfiguration& log, Names wanted) {
  std::vector<std::string_view> missing;
  for (const auto name : wanted)
    if (!has_option(log, name)) missing.push_back(name);
  if (missing.empty()) return {};
  return invalid(
      fmt::format("Log driver {} requires options: {}", to_string(log.log_driver), fmt::join(missing, ", ")));
}

Result<void> check_awslogs(const LogConfiguration& log) {
  if (auto checked = require(log, {"awslogs-region", "awslogs-group"}); !checked) return checked;
  if (!log.options) return {};
  std::vector<std::string_view> unknown;
  for (const auto& [name, value] : *log.options)
    if (std::find(std::begin(kAwslogsOptions), std::end(kAwslogsOptions), name) == std::end(kAwslogsOptions))
      unknown.push_back(name);
  if (!unknown.empty())
    return invalid(fmt::format("Log driver awslogs disallows options: {}", fmt::join(unknown, ", ")));
  const auto create = log.options->find("awslogs-create-group");
  if (create != log.options->end() && create->second != "true")
    return invalid(
        "Log driver awslogs option 'awslogs-create-group' should only be set to 'true', else omit option.");
  return {};
}

// Of every driver but awsfirelens, whose options are the router's: how lines reach it.
Result<void> check_mode(const LogConfiguration& log) {
  if (!log.options || log.log_driver == LogDriver::awsfirelens) return {};
  const auto mode = log.options->find("mode");
  if (mode == log.options->end() || mode->second == "blocking" || mode->second == "non-blocking") return {};
  return invalid(fmt::format("Log driver {} option 'mode' should be 'blocking' or 'non-blocking', not '{}'.",
                             to_string(log.log_driver), cut_middle(mode->second, kShownBytesMax)));
}

Result<void> check_for_fargate(const RegisterTaskDefinitionRequest& request, const LogConfiguration& log) {
  if (!requires_compatibility(request, Compatibility::fargate)) return {};
  if (log.log_driver != LogDriver::awslogs && log.log_driver != LogDriver::splunk &&
      log.log_driver != LogDriver::awsfirelens)
    return invalid(fmt::format("{} is not a valid log driver. Must be one of [awslogs,splunk,awsfirelens]",
                               to_string(log.log_driver)));
  if (log.log_driver != LogDriver::awslogs) return {};
  if (request.execution_role_arn.value_or("").empty())
    return invalid(
        "Fargate requires task definition to have execution role ARN to support log driver awslogs.");
  return require(log, {"awslogs-stream-prefix"});
}

}  // namespace

Result<void> check_log_configuration(const RegisterTaskDefinitionRequest& request,
                                     const ContainerDefinition& container) {
  if (!container.log_configuration) return {};
  const auto& log = *container.log_configuration;
  if (log.log_driver == LogDriver::awslogs)
    if (auto checked = check_awslogs(log); !checked) return checked;
  if (log.log_driver == LogDriver::splunk)
    if (auto checked = require(log, {"splunk-token", "splunk-url"}); !checked) return checked;
  if (auto checked = check_mode(log); !checked) return checked;
  return check_for_fargate(request, log);
}

}  // namespace berth::domain
