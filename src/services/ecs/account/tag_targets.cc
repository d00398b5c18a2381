#include "services/ecs/account/tag_targets.h"

#include <fmt/format.h>

#include <array>

#include "base/arn.h"
#include "scheduling/task_sets.h"
#include "services/ecs/clusters/capacity_provider_rules.h"
#include "services/ecs/core/lookup.h"
#include "services/ecs/definitions/definition_lookup.h"
#include "services/ecs/services/service_lookup.h"

namespace berth::services::ecs {
namespace {

using model::ecs::Tag;

// What a look-up gets: the whole ARN, and what its resource part names.
struct Named {
  const Call& call;
  const store::View& view;
  const std::string& arn;
  EcsResource resource;
  TagUse use;
};

template <class R>
TagTarget target_of(const store::Stored<R>& stored) {
  TagTarget target;
  target.tags = stored.record->tags.value_or(std::vector<Tag>());
  target.write = [&stored](store::Transaction& transaction, std::vector<Tag> tags) {
    R record = *stored.record;
    record.tags = std::move(tags);
    transaction.expect(stored);
    transaction.put(std::move(record));
  };
  return target;
}

wire::ApiError not_there(const Named& named, std::string_view what) {
  std::string message = fmt::format("The specified {} could not be found: {}.", what, named.arn);
  return named.use == TagUse::read ? model::ecs::invalid_parameter_exception(std::move(message))
                                   : model::ecs::resource_not_found_exception(std::move(message));
}

ApiResult<store::Ptr<domain::ClusterRecord>> cluster_of(const Named& named) {
  if (named.resource.cluster.empty())
    return model::ecs::invalid_parameter_exception(fmt::format(
        "Long arn format must be used for tagging operations: {} does not name its cluster.", named.arn));
  return find_active_cluster(named.call, named.view, named.resource.cluster);
}

ApiResult<TagTarget> find_cluster(const Named& named) {
  const auto* found =
      named.view.find<domain::ClusterRecord>(store::cluster_key(named.call.realm, named.resource.id));
  if (!found) return cluster_not_found();
  TagTarget target = target_of(*found);
  target.writable = found->record->status == domain::ClusterStatus::active;
  target.why_not = "The specified cluster is inactive. Specify an active cluster and try again.";
  return target;
}

ApiResult<TagTarget> find_container_instance(const Named& named) {
  auto cluster = cluster_of(named);
  if (!cluster) return cluster.take_error();
  const auto* found = find_instance(named.call, named.view, **cluster, named.arn);
  if (!found) return not_there(named, "container instance");
  TagTarget target = target_of(*found);
  target.writable = found->record->status != domain::InstanceStatus::inactive;
  target.why_not =
      "The specified container instance is inactive. Specify an active container instance and try again.";
  return target;
}

ApiResult<TagTarget> find_one_task(const Named& named) {
  auto cluster = cluster_of(named);
  if (!cluster) return cluster.take_error();
  const auto* found = find_task(named.call, named.view, **cluster, named.arn);
  if (!found) return not_there(named, "task");
  TagTarget target = target_of(*found);
  target.writable = found->record->last_status != domain::TaskStatus::stopped;
  target.why_not = "The specified task is stopped. Specify a running task and try again.";
  return target;
}

ApiResult<TagTarget> find_task_definition(const Named& named) {
  const auto reference = parse_definition_reference(named.call, named.arn);
  const auto* found =
      reference && reference->revision ? find_definition(named.call, named.view, *reference) : nullptr;
  if (!found) return model::ecs::client_exception(std::string(kNoSuchDefinition));
  TagTarget target = target_of(*found);
  target.writable = found->record->status == domain::DefinitionStatus::active;
  target.why_not =
      "The specified task definition is inactive. Specify an active task definition and try again.";
  return target;
}

ApiResult<TagTarget> find_one_service(const Named& named) {
  auto cluster = cluster_of(named);
  if (!cluster) return cluster.take_error();
  const auto* found = find_service(named.call, named.view, **cluster, named.arn);
  if (!found) return service_not_found();
  TagTarget target = target_of(*found);
  target.writable = found->record->status == domain::ServiceStatus::active;
  target.why_not = "The specified service is inactive. Specify an active service and try again.";
  return target;
}

ApiResult<TagTarget> find_capacity_provider(const Named& named) {
  const auto* found = find_provider(named.call, named.view, named.arn);
  if (!found) return not_there(named, "capacity provider");
  return target_of(*found);
}

ApiResult<TagTarget> find_one_task_set(const Named& named) {
  auto cluster = cluster_of(named);
  if (!cluster) return cluster.take_error();
  const auto* service = find_service(named.call, named.view, **cluster, named.resource.service);
  const auto* set = service ? scheduling::find_task_set(*service->record, named.arn) : nullptr;
  if (!set) return not_there(named, "task set");
  TagTarget target;
  target.tags = set->tags.value_or(std::vector<Tag>());
  target.write = [service, id = set->deployment.id](store::Transaction& transaction, std::vector<Tag> tags) {
    domain::ServiceRecord record = *service->record;
    scheduling::find_task_set(record, id)->tags = std::move(tags);
    transaction.expect(*service);
    transaction.put(std::move(record));
  };
  return target;
}

struct Row {
  std::string_view type;
  ApiResult<TagTarget> (*find)(const Named&);
};
constexpr std::array kTable{
    Row{"capacity-provider", find_capacity_provider},
    Row{"cluster", find_cluster},
    Row{"container-instance", find_container_instance},
    Row{"service", find_one_service},
    Row{"task", find_one_task},
    Row{"task-definition", find_task_definition},
    Row{"task-set", find_one_task_set},
};

}  // namespace

ApiResult<TagTarget> find_tag_target(const Call& call, const store::View& view, const std::string& arn,
                                     TagUse use) {
  const auto parsed = parse_arn(arn);
  if (!parsed || parsed->service != "ecs")
    return model::ecs::invalid_parameter_exception(
        fmt::format("resourceArn: '{}' is not the ARN of an ECS resource.", arn));
  const auto resource = parse_ecs_resource(parsed->resource);
  if (!resource) return model::ecs::invalid_parameter_exception("resourceArn: " + resource.error().message);
  const Named named{call, view, arn, *resource, use};
  for (const Row& row : kTable) {
    if (row.type != resource->type) continue;
    const bool here = parsed->region == call.realm.region && parsed->account == call.realm.account;
    if (here || row.type == "task-definition" || row.type == "service") return row.find(named);
    return row.type == "cluster" ? cluster_not_found() : not_there(named, row.type);
  }
  return model::ecs::invalid_parameter_exception(
      fmt::format("resourceArn: resources of type {} have no tags here.", resource->type));
}

}  // namespace berth::services::ecs
