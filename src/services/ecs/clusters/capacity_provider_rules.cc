#include "services/ecs/clusters/capacity_provider_rules.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/arn.h"

namespace berth::services::ecs {
namespace {

using model::ecs::ManagedScaling;
using model::ecs::ManagedScalingStatus;

// What the API answers for managed scaling that nobody configured.
ManagedScaling default_scaling() {
  ManagedScaling scaling;
  scaling.status = ManagedScalingStatus::disabled;
  scaling.target_capacity = 100;
  scaling.minimum_scaling_step_size = 1;
  scaling.maximum_scaling_step_size = 10'000;
  scaling.instance_warmup_period = 300;
  return scaling;
}

template <class T>
void assign(std::optional<T>& slot, const std::optional<T>& given) {
  if (given) slot = given;
}

std::optional<wire::ApiError> check_scaling(const ManagedScaling& scaling) {
  struct Range {
    std::string_view member;
    std::int32_t value, low, high;
  };
  const Range ranges[] = {
      {"targetCapacity", scaling.target_capacity.value_or(100), 1, 100},
      {"minimumScalingStepSize", scaling.minimum_scaling_step_size.value_or(1), 1, 10'000},
      {"maximumScalingStepSize", scaling.maximum_scaling_step_size.value_or(1), 1, 10'000},
      {"instanceWarmupPeriod", scaling.instance_warmup_period.value_or(0), 0, 10'000},
  };
  for (const Range& range : ranges)
    if (range.value < range.low || range.value > range.high)
      return model::ecs::invalid_parameter_exception(
          fmt::format("managedScaling: {} must be between {} and {}, not {}.", range.member, range.low,
                      range.high, range.value));
  if (scaling.minimum_scaling_step_size > scaling.maximum_scaling_step_size)
    return model::ecs::invalid_parameter_exception(
        "managedScaling: minimumScalingStepSize must not be greater than maximumScalingStepSize.");
  return std::nullopt;
}

}  // namespace

bool is_reserved_provider(std::string_view name) {
  return name == "FARGATE" || name == "FARGATE_SPOT";
}

std::string provider_name(const Call& call, std::string_view name_or_arn) {
  if (!looks_like_arn(name_or_arn)) return std::string(name_or_arn);
  const auto arn = parse_arn(name_or_arn);
  if (!arn || arn->service != "ecs" || arn->region != call.realm.region || arn->account != call.realm.account)
    return {};
  const auto resource = parse_ecs_resource(arn->resource);
  return resource && resource->type == "capacity-provider" ? resource->id : std::string();
}

const store::Stored<domain::CapacityProviderRecord>* find_provider(const Call& call, const store::View& view,
                                                                   std::string_view name_or_arn) {
  return view.find<domain::CapacityProviderRecord>(
      store::capacity_provider_key(call.realm, provider_name(call, name_or_arn)));
}

std::string provider_arn(const domain::Realm& realm, std::string_view name) {
  return fmt::format("arn:aws:ecs:{}:{}:capacity-provider/{}", realm.region, realm.account, name);
}

model::ecs::CapacityProvider render_provider(const domain::CapacityProviderRecord& record, bool tags) {
  model::ecs::CapacityProvider provider;
  provider.capacity_provider_arn = provider_arn({record.account, record.region}, record.name);
  provider.name = record.name;
  provider.status = model::ecs::CapacityProviderStatus::active;
  provider.auto_scaling_group_provider = record.auto_scaling_group_provider;
  provider.update_status = record.updated ? model::ecs::CapacityProviderUpdateStatus::update_complete
                                          : model::ecs::CapacityProviderUpdateStatus::create_complete;
  provider.type = model::ecs::CapacityProviderType::ec2_autoscaling;
  provider.tags.emplace();
  if (tags && record.tags) provider.tags = record.tags;
  return provider;
}

model::ecs::CapacityProvider render_reserved_provider(const domain::Realm& realm, std::string_view name) {
  model::ecs::CapacityProvider provider;
  provider.capacity_provider_arn = provider_arn(realm, name);
  provider.name = std::string(name);
  provider.status = model::ecs::CapacityProviderStatus::active;
  provider.type = name == "FARGATE" ? model::ecs::CapacityProviderType::fargate
                                    : model::ecs::CapacityProviderType::fargate_spot;
  provider.tags.emplace();
  return provider;
}

std::optional<wire::ApiError> merge_provider(model::ecs::AutoScalingGroupProvider& provider,
                                             const model::ecs::AutoScalingGroupProviderUpdate& update) {
  ManagedScaling scaling = provider.managed_scaling.value_or(default_scaling());
  if (update.managed_scaling) {
    // A block that does not say otherwise switches scaling on.
    scaling.status = update.managed_scaling->status.value_or(
        provider.managed_scaling ? *scaling.status : ManagedScalingStatus::enabled);
    assign(scaling.target_capacity, update.managed_scaling->target_capacity);
    assign(scaling.minimum_scaling_step_size, update.managed_scaling->minimum_scaling_step_size);
    assign(scaling.maximum_scaling_step_size, update.managed_scaling->maximum_scaling_step_size);
    assign(scaling.instance_warmup_period, update.managed_scaling->instance_warmup_period);
  }
  if (auto error = check_scaling(scaling)) return error;
  using model::ecs::ManagedDraining;
  using model::ecs::ManagedTerminationProtection;
  assign(provider.managed_termination_protection, update.managed_termination_protection);
  assign(provider.managed_draining, update.managed_draining);
  if (!provider.managed_termination_protection)
    provider.managed_termination_protection = ManagedTerminationProtection::disabled;
  if (!provider.managed_draining) provider.managed_draining = ManagedDraining::enabled;
  if (provider.managed_termination_protection == ManagedTerminationProtection::enabled &&
      scaling.status == ManagedScalingStatus::disabled)
    return model::ecs::invalid_parameter_exception(
        "The managed termination protection setting for the capacity provider is invalid. To enable managed "
        "termination protection for a capacity provider, managed scaling must be enabled.");
  provider.managed_scaling = scaling;
  return std::nullopt;
}

std::optional<std::string> cluster_with_provider(const Call& call, const store::View& view,
                                                 const std::string& name) {
  for (const auto& [key, cluster] : view.group(store::kActiveClusters, store::realm_key(call.realm))) {
    const auto& providers = cluster->record->capacity_providers;
    if (providers && std::find(providers->begin(), providers->end(), name) != providers->end())
      return cluster->record->name;
  }
  return std::nullopt;
}

}  // namespace berth::services::ecs
