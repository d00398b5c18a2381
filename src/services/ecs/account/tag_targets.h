#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "model/ecs/types.h"
#include "services/ecs/core/call.h"

namespace berth::services::ecs {

/// A resource as tagging sees it: the tags it has, and how to store others, unchanged otherwise since it was
/// seen.
/// Borrows: the view it was found in.
struct TagTarget {
  std::vector<model::ecs::Tag> tags;
  /// False: it can be looked at, not tagged; `why_not` says why.
  bool writable = true;
  std::string why_not;
  std::function<void(store::Transaction&, std::vector<model::ecs::Tag>)> write;
};

enum class TagUse { read, change };

/// The resource of an ARN: clusters, container instances, tasks, task definitions, services, task sets,
/// capacity providers. A new kind is a row in the table of tag_targets.cc.
/// Errors: InvalidParameterException for what is no ARN of a resource with tags, or is of the short form,
///   which does not say which cluster; ClusterNotFoundException, ClientException, ServiceNotFoundException,
///   ResourceNotFoundException (InvalidParameterException for ListTagsForResource) when it is not there.
ApiResult<TagTarget> find_tag_target(const Call& call, const store::View& view, const std::string& arn,
                                     TagUse use);

}  // namespace berth::services::ecs
