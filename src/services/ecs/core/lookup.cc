#include "services/ecs/core/lookup.h"

#include <fmt/format.h>

#include <charconv>

#include "base/arn.h"
#include "domain/names.h"

namespace berth::services::ecs {
namespace {

using domain::Realm;

constexpr std::size_t kIdBytesMax = 255;

bool is_of_realm(const Arn& arn, const Realm& realm) {
  return arn.service == "ecs" && arn.region == realm.region && arn.account == realm.account;
}

std::optional<std::int32_t> parse_revision(std::string_view text) {
  std::int32_t revision = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), revision);
  if (error != std::errc() || end != text.data() + text.size() || revision < 1) return std::nullopt;
  return revision;
}

// What ECS answers to an ARN that cannot be of `cluster`; nothing for ids, and for what is no ARN of ECS.
std::optional<wire::ApiError> refuse_foreign(const Call& call, std::string_view cluster,
                                             std::string_view type, std::string_view id_or_arn) {
  if (id_or_arn.size() > kArnBytesMax || !looks_like_arn(id_or_arn)) return std::nullopt;
  const auto arn = parse_arn(id_or_arn);
  if (!arn || arn->service != "ecs") return std::nullopt;
  const auto resource = parse_ecs_resource(arn->resource);
  if (!resource) return std::nullopt;
  if (resource->type != type)
    return model::ecs::invalid_parameter_exception(
        fmt::format("Unsupported resource type: {}", resource->type));
  if (arn->account != call.realm.account)
    return model::ecs::invalid_parameter_exception(
        fmt::format("Identifier is for {}. Your accountId is {}", arn->account, call.realm.account));
  if (arn->region != call.realm.region)
    return model::ecs::invalid_parameter_exception(
        fmt::format("Identifier is for {}. Your region is {}", arn->region, call.realm.region));
  if (!resource->cluster.empty() && resource->cluster != cluster)
    return model::ecs::invalid_parameter_exception(fmt::format(
        "Invalid identifier: Identifier is for cluster {}. Your cluster is {}", resource->cluster, cluster));
  return std::nullopt;
}

}  // namespace

ApiResult<std::string> cluster_name(const Call& call, const std::optional<std::string>& cluster) {
  if (!cluster || cluster->empty()) return std::string("default");
  if (!looks_like_arn(*cluster)) {
    if (!domain::is_name(*cluster))
      return model::ecs::invalid_parameter_exception(
          fmt::format("Cluster must match ^[a-zA-Z0-9\\-_]{{1,255}}$, but was {}", *cluster));
    return *cluster;
  }
  const auto arn = parse_arn(*cluster);
  if (!arn)
    return model::ecs::invalid_parameter_exception(
        fmt::format("Identifier is for cluster. {}", arn.error().message));
  const auto resource = parse_ecs_resource(arn->resource);
  if (!resource || resource->type != "cluster" || !domain::is_name(resource->id))
    return model::ecs::invalid_parameter_exception(
        fmt::format("Identifier is for {}. Your identifier must name a cluster.", arn->resource));
  // Another account's or region's cluster is simply not here.
  if (!is_of_realm(*arn, call.realm)) return cluster_not_found();
  return resource->id;
}

ApiResult<store::Ptr<domain::ClusterRecord>> find_active_cluster(const Call& call, const store::View& view,
                                                                 const std::optional<std::string>& cluster) {
  auto name = cluster_name(call, cluster);
  if (!name) return name.take_error();
  const auto* found = view.find<domain::ClusterRecord>(store::cluster_key(call.realm, *name));
  if (!found || found->record->status != domain::ClusterStatus::active) return cluster_not_found();
  return found->record;
}

ApiResult<store::Ptr<domain::ClusterRecord>> find_active_cluster_of(
    const Call& call, const store::View& view, const std::optional<std::string>& cluster,
    std::string_view type, std::span<const std::string> ids_or_arns) {
  auto found = find_active_cluster(call, view, cluster);
  if (!found) return found;
  for (const auto& text : ids_or_arns)
    if (auto error = refuse_foreign(call, (*found)->name, type, text)) return *std::move(error);
  return found;
}

ApiResult<store::Ptr<domain::ClusterRecord>> find_active_cluster_of(const Call& call, const store::View& view,
                                                                    const std::optional<std::string>& cluster,
                                                                    std::string_view type,
                                                                    const std::string& id_or_arn) {
  return find_active_cluster_of(call, view, cluster, type, std::span(&id_or_arn, 1));
}

std::string id_in_cluster(const Call& call, std::string_view cluster, std::string_view type,
                          std::string_view id_or_arn) {
  if (id_or_arn.size() > kArnBytesMax) return {};
  if (!looks_like_arn(id_or_arn)) {
    // "cluster/id" and "type/cluster/id" are understood too: people paste the tail of an ARN.
    const auto id = domain::last_part(id_or_arn);
    return id.size() > kIdBytesMax ? std::string() : std::string(id);
  }
  const auto arn = parse_arn(id_or_arn);
  if (!arn || !is_of_realm(*arn, call.realm)) return {};
  const auto resource = parse_ecs_resource(arn->resource);
  if (!resource || resource->type != type) return {};
  if (!resource->cluster.empty() && resource->cluster != cluster) return {};
  return resource->id;
}

const store::Stored<domain::ContainerInstanceRecord>* find_instance(const Call& call, const store::View& view,
                                                                    const domain::ClusterRecord& cluster,
                                                                    std::string_view id_or_arn) {
  const auto id = id_in_cluster(call, cluster.name, "container-instance", id_or_arn);
  if (id.empty()) return nullptr;
  const auto* found =
      view.find<domain::ContainerInstanceRecord>(store::instance_key(call.realm, cluster.name, id));
  return found && found->record->cluster_generation == cluster.generation ? found : nullptr;
}

const store::Stored<domain::TaskRecord>* find_task(const Call& call, const store::View& view,
                                                   const domain::ClusterRecord& cluster,
                                                   std::string_view id_or_arn) {
  const auto id = id_in_cluster(call, cluster.name, "task", id_or_arn);
  if (id.empty()) return nullptr;
  const auto* found = view.find<domain::TaskRecord>(store::task_key(call.realm, cluster.name, id));
  return found && found->record->cluster_generation == cluster.generation ? found : nullptr;
}

Result<DefinitionReference> parse_definition_reference(const Call& call, std::string_view text) {
  std::string_view id = text;
  std::string resource_text;
  if (looks_like_arn(text)) {
    auto arn = parse_arn(text);
    if (!arn) return arn.error();
    if ((arn->service != "ecs" && arn->service != "ec2") || arn->region != call.realm.region ||
        arn->account != call.realm.account)
      return invalid("The ARN is not of a task definition of this account and region.");
    resource_text = arn->resource;
    const std::string_view prefix = "task-definition/";
    if (!resource_text.starts_with(prefix)) return invalid("The ARN is not of a task definition.");
    id = std::string_view(resource_text).substr(prefix.size());
  }
  const auto colon = id.find(':');
  DefinitionReference reference{std::string(id.substr(0, colon)), std::nullopt};
  if (!domain::is_name(reference.family))
    return invalid(reference.family.empty() ? "Family should not be null or empty."
                                            : "Family contains invalid characters.");
  if (colon != std::string_view::npos) {
    reference.revision = parse_revision(id.substr(colon + 1));
    if (!reference.revision)
      return invalid(fmt::format("Invalid revision number. Number: {}", id.substr(colon + 1)));
  }
  return reference;
}

const store::Stored<domain::TaskDefinitionRecord>* find_definition(const Call& call, const store::View& view,
                                                                   const DefinitionReference& reference) {
  auto revision = reference.revision;
  if (!revision) {
    const auto* family = view.find<domain::FamilyRecord>(store::family_key(call.realm, reference.family));
    if (!family || family->record->latest_active == 0) return nullptr;
    revision = family->record->latest_active;
  }
  return view.find<domain::TaskDefinitionRecord>(
      store::task_definition_key(call.realm, reference.family, *revision));
}

domain::ArnForm arn_form(const Call& call, const store::View& view, std::string_view setting) {
  for (const std::string_view principal : {std::string_view(call.principal.arn), std::string_view()}) {
    const auto* found =
        view.find<domain::AccountSettingRecord>(store::account_setting_key(call.realm, principal, setting));
    if (found) return found->record->value == "disabled" ? domain::ArnForm::short_ : domain::ArnForm::long_;
  }
  return call.deps.compat == domain::Compat::guide_2015 ? domain::ArnForm::short_ : domain::ArnForm::long_;
}

std::string missing_arn(const Call& call, std::string_view cluster, std::string_view type,
                        std::string_view id_or_arn) {
  if (looks_like_arn(id_or_arn)) return std::string(id_or_arn);
  const auto id = domain::last_part(id_or_arn);
  return fmt::format("arn:aws:ecs:{}:{}:{}/{}/{}", call.realm.region, call.realm.account, type, cluster, id);
}

}  // namespace berth::services::ecs
