#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "domain/arns.h"
#include "services/ecs/core/call.h"

namespace berth::services::ecs {

/// The cluster's name from a request's `cluster` member: a name, or an ARN of this account and region; absent
/// or empty is `default`.
/// Errors: InvalidParameterException for what is neither.
ApiResult<std::string> cluster_name(const Call& call, const std::optional<std::string>& cluster);

/// The ACTIVE cluster a request names.
/// Errors: ClusterNotFoundException; InvalidParameterException.
ApiResult<store::Ptr<domain::ClusterRecord>> find_active_cluster(const Call& call, const store::View& view,
                                                                 const std::optional<std::string>& cluster);

/// Scope of the client tokens of calls in a cluster (api::Idempotency): its name.
template <class Request>
std::optional<std::string> cluster_of_token(const Call& call, const store::View& view,
                                            const Request& request) {
  const auto cluster = find_active_cluster(call, view, request.cluster);
  if (!cluster) return std::nullopt;
  return (*cluster)->name;
}

/// As find_active_cluster(), for a request that also names things of `type` ("task", "container-instance",
/// "service") by id or ARN: an ARN of another cluster, as of a forgotten `--cluster`, of another account or
/// region, or of another type is refused in ECS's words. ARNs of the short form name no cluster.
/// Errors: also InvalidParameterException.
ApiResult<store::Ptr<domain::ClusterRecord>> find_active_cluster_of(const Call& call, const store::View& view,
                                                                    const std::optional<std::string>& cluster,
                                                                    std::string_view type,
                                                                    std::span<const std::string> ids_or_arns);
ApiResult<store::Ptr<domain::ClusterRecord>> find_active_cluster_of(const Call& call, const store::View& view,
                                                                    const std::optional<std::string>& cluster,
                                                                    std::string_view type,
                                                                    const std::string& id_or_arn);

/// The id that a short id or an ARN of `type` ("task", "container-instance", "service") names in `cluster`;
/// empty when it cannot name one there (foreign region or account, other cluster, malformed): such things are
/// MISSING.
std::string id_in_cluster(const Call& call, std::string_view cluster, std::string_view type,
                          std::string_view id_or_arn);

/// A container instance by id or ARN, of this generation of the cluster, INACTIVE ones included; null when
/// MISSING.
const store::Stored<domain::ContainerInstanceRecord>* find_instance(const Call& call, const store::View& view,
                                                                    const domain::ClusterRecord& cluster,
                                                                    std::string_view id_or_arn);
/// A task by id or ARN; null when MISSING.
const store::Stored<domain::TaskRecord>* find_task(const Call& call, const store::View& view,
                                                   const domain::ClusterRecord& cluster,
                                                   std::string_view id_or_arn);

/// FAMILY, FAMILY:REVISION or an ARN (also `arn:aws:ec2:…`, as the guide prints it on p.109).
struct DefinitionReference {
  std::string family;
  std::optional<std::int32_t> revision;
};
/// Errors: `invalid`.
Result<DefinitionReference> parse_definition_reference(const Call& call, std::string_view text);
/// The record; family alone is the latest ACTIVE revision. Null when there is none.
const store::Stored<domain::TaskDefinitionRecord>* find_definition(const Call& call, const store::View& view,
                                                                   const DefinitionReference& reference);

/// The form of ARNs that the principal's account settings choose for new resources of `setting`, such as
/// "taskLongArnFormat"; under `--compat guide-2015` the short form is the default.
domain::ArnForm arn_form(const Call& call, const store::View& view, std::string_view setting);

/// What a failure's `arn` shows for something that was named by id or ARN and is not there.
std::string missing_arn(const Call& call, std::string_view cluster, std::string_view type,
                        std::string_view id_or_arn);

}  // namespace berth::services::ecs
