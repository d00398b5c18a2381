#pragma once
#include <string>
#include <string_view>

#include "base/result.h"

namespace berth {

/// An Amazon Resource Name: `arn:partition:service:region:account:resource`. The resource may hold ':' and
/// '/'.
struct Arn {
  std::string partition = "aws";
  std::string service;
  std::string region;
  std::string account;
  std::string resource;
  friend auto operator<=>(const Arn&, const Arn&) = default;
};

/// Longest text that parse_arn accepts, in bytes.
inline constexpr std::size_t kArnBytesMax = 2048;

/// True when `text` claims to be an ARN (begins with "arn:").
bool looks_like_arn(std::string_view text);
/// Errors: `invalid`, naming the part that is missing or malformed.
Result<Arn> parse_arn(std::string_view text);
std::string render_arn(const Arn& arn);

/// What an ECS ARN (or its resource part) names, in every form of the API: `cluster/NAME`,
/// `container-instance/ID` and `container-instance/CLUSTER/ID` (likewise task, service),
/// `task-definition/FAMILY:REVISION`, `capacity-provider/NAME`, `task-set/CLUSTER/SERVICE/ID`,
/// `service-deployment/…`, `service-revision/…`.
struct EcsResource {
  std::string type;     ///< "cluster", "task", …
  std::string cluster;  ///< Empty in the old, short forms and where the type has no cluster.
  std::string service;  ///< Only of task-set, service-deployment and service-revision.
  std::string id;       ///< Name, id, or FAMILY:REVISION.
};
Result<EcsResource> parse_ecs_resource(std::string_view resource);

}  // namespace berth
