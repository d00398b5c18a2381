#include "services/ecs/services/service_request.h"

#include <fmt/format.h>

#include "placement/rules.h"
#include "scheduling/service_rules.h"
#include "services/ecs/tasks/run_task_request.h"

namespace berth::services::ecs {
namespace {

using domain::ServiceRecord;
using model::ecs::DeploymentConfiguration;
using model::ecs::SchedulingStrategy;

/// API: a day.
constexpr std::int32_t kBakeMinutesMax = 1440;

wire::ApiError not_here(std::string_view member) {
  return model::ecs::unsupported_feature_exception(
      fmt::format("{} is not available here: leave it out.", member));
}

// The members that both requests have.
template <class Request>
std::optional<wire::ApiError> refuse_common(const Request& request) {
  if (given(request.load_balancers)) return not_here("loadBalancers");
  if (given(request.service_registries)) return not_here("serviceRegistries");
  if (given(request.capacity_provider_strategy)) return not_here("capacityProviderStrategy");
  if (given(request.volume_configurations)) return not_here("volumeConfigurations");
  if (given(request.vpc_lattice_configurations)) return not_here("vpcLatticeConfigurations");
  if (request.service_connect_configuration && request.service_connect_configuration->enabled)
    return not_here("serviceConnectConfiguration");
  if (request.deployment_controller &&
      request.deployment_controller->type == model::ecs::DeploymentControllerType::code_deploy)
    return model::ecs::unsupported_feature_exception(
        "The deployment controller CODE_DEPLOY is not available here: use ECS or EXTERNAL.");
  return std::nullopt;
}

std::optional<wire::ApiError> check_features(const DeploymentConfiguration& given_configuration) {
  if (given_configuration.strategy &&
      *given_configuration.strategy != model::ecs::DeploymentStrategy::rolling)
    return model::ecs::unsupported_feature_exception(
        fmt::format("The deployment strategy {} is not available here: use ROLLING.",
                    to_string(*given_configuration.strategy)));
  if (given_configuration.alarms && given_configuration.alarms->enable)
    return not_here("deploymentConfiguration.alarms");
  if (given(given_configuration.lifecycle_hooks)) return not_here("deploymentConfiguration.lifecycleHooks");
  const std::int32_t bake = given_configuration.bake_time_in_minutes.value_or(0);
  if (bake < 0 || bake > kBakeMinutesMax)
    return model::ecs::invalid_parameter_exception(
        fmt::format("bakeTimeInMinutes must be between 0 and {}, not {}.", kBakeMinutesMax, bake));
  return std::nullopt;
}

std::optional<wire::ApiError> check_percents(const ServiceRecord& service) {
  const auto shown = scheduling::shown_configuration(service, domain::Compat::current);
  const std::int32_t low = *shown.minimum_healthy_percent, high = *shown.maximum_percent;
  if (low < 0 || low > 100)
    return model::ecs::invalid_parameter_exception(
        fmt::format("minimumHealthyPercent must be between 0 and 100, not {}.", low));
  if (service.scheduling_strategy == SchedulingStrategy::daemon) {
    if (high != 100)
      return model::ecs::invalid_parameter_exception(
          "The daemon scheduling strategy does not support values above 100 for maximumPercent.");
    if (low == 100)
      return model::ecs::invalid_parameter_exception(
          "minimumHealthyPercent must be below 100 for the daemon scheduling strategy.");
    return std::nullopt;
  }
  if (high < 100 || high > 10'000)
    return model::ecs::invalid_parameter_exception(
        fmt::format("maximumPercent must be between 100 and 10000, not {}.", high));
  if (low == 100 && high == 100)
    return model::ecs::invalid_parameter_exception(
        "Both maximumPercent and minimumHealthyPercent cannot be 100 as this will block deployments.");
  return std::nullopt;
}

std::optional<wire::ApiError> check_placement(const ServiceRecord& service) {
  std::vector<placement::RawConstraint> constraints;
  if (service.placement_constraints)
    for (const auto& constraint : *service.placement_constraints)
      constraints.push_back({constraint.type ? std::string(to_string(*constraint.type)) : std::string(),
                             constraint.expression.value_or("")});
  if (auto parsed = placement::parse_constraints(constraints); !parsed)
    return model::ecs::invalid_parameter_exception(parsed.error().message);
  std::vector<placement::RawStrategy> strategies;
  if (service.placement_strategy)
    for (const auto& strategy : *service.placement_strategy)
      strategies.push_back({strategy.type ? std::string(to_string(*strategy.type)) : std::string(),
                            strategy.field.value_or("")});
  if (auto parsed = placement::parse_strategies(strategies); !parsed)
    return model::ecs::invalid_parameter_exception(parsed.error().message);
  if (service.scheduling_strategy == SchedulingStrategy::daemon && !strategies.empty())
    return model::ecs::invalid_parameter_exception(
        "The daemon scheduling strategy does not support placement strategies.");
  return std::nullopt;
}

}  // namespace

std::optional<wire::ApiError> refuse_for_task_sets(const model::ecs::CreateServiceRequest& request) {
  for (const auto& [member, given_here] :
       {std::pair{"taskDefinition", !request.task_definition.value_or("").empty()},
        std::pair{"launchType", request.launch_type.has_value()},
        std::pair{"platformVersion", !request.platform_version.value_or("").empty()},
        std::pair{"networkConfiguration", request.network_configuration.has_value()}})
    if (given_here)
      return model::ecs::invalid_parameter_exception(fmt::format(
          "{} can not be specified for a service with the deployment controller EXTERNAL: its task sets "
          "have one each.",
          member));
  if (request.scheduling_strategy == SchedulingStrategy::daemon)
    return model::ecs::invalid_parameter_exception(
        "The daemon scheduling strategy is not supported with the deployment controller EXTERNAL.");
  return std::nullopt;
}

std::optional<wire::ApiError> refuse_what_services_lack(const model::ecs::CreateServiceRequest& request) {
  if (request.launch_type && given(request.capacity_provider_strategy))
    return model::ecs::invalid_parameter_exception(std::string(kTwoKindsOfCapacity));
  if (request.launch_type == model::ecs::LaunchType::ec2 && !request.platform_version.value_or("").empty())
    return model::ecs::invalid_parameter_exception(std::string(kPlatformVersionOfEc2));
  if (request.launch_type && *request.launch_type != model::ecs::LaunchType::ec2 &&
      *request.launch_type != model::ecs::LaunchType::external)
    return model::ecs::unsupported_feature_exception(
        fmt::format("Launch type {} is not available here: use EC2 or leave launchType out.",
                    to_string(*request.launch_type)));
  if (auto error = refuse_common(request)) return error;
  // Clients that know no role send an empty one.
  if (!request.role.value_or("").empty())
    return model::ecs::invalid_parameter_exception(
        "role is only allowed with a load balancer: leave it out.");
  return std::nullopt;
}

std::optional<wire::ApiError> refuse_what_services_lack(const model::ecs::UpdateServiceRequest& request) {
  return refuse_common(request);
}

std::optional<wire::ApiError> check_service(const Call& call, const ServiceRecord& service) {
  const std::int32_t tasks_max = call.deps.limits.tasks_per_service;
  if (service.desired_count < 0 || service.desired_count > tasks_max)
    return model::ecs::invalid_parameter_exception(
        fmt::format("desiredCount must be between 0 and {}, not {}.", tasks_max, service.desired_count));
  const auto grace = service.health_check_grace_period_seconds.value_or(0);
  if (grace < 0)
    return model::ecs::invalid_parameter_exception("healthCheckGracePeriodSeconds must not be negative.");
  if (service.deployment_configuration)
    if (auto error = check_features(*service.deployment_configuration)) return error;
  if (auto error = check_percents(service)) return error;
  return check_placement(service);
}

}  // namespace berth::services::ecs
