#include <fmt/format.h>

#include <algorithm>

#include "domain/names.h"
#include "services/ecs/account/tag_targets.h"
#include "services/ecs/operations.h"

namespace berth::services::ecs {
namespace {

using model::ecs::Tag;
using Tags = std::vector<Tag>;

// Replaces the tags of a resource with what `change` makes of them.
template <class Response>
Decision<Response> change_tags(const Call& call, const store::View& view, const std::string& arn,
                               const std::function<Tags(Tags)>& change) {
  auto target = find_tag_target(call, view, arn, TagUse::change);
  if (!target) return target.take_error();
  if (!target->writable) return model::ecs::invalid_parameter_exception(target->why_not);
  Tags tags = change(target->tags);
  const auto tags_max = static_cast<std::size_t>(call.deps.limits.tags_per_resource);
  if (tags.size() > tags_max && tags.size() > target->tags.size())
    return model::ecs::invalid_parameter_exception(
        fmt::format("A resource may have at most {} tags; {} would have {}.", tags_max, arn, tags.size()));
  if (tags == target->tags) return Response();
  auto transaction = new_transaction(call);
  target->write(transaction, std::move(tags));
  return {Response(), std::move(transaction)};
}

Tags merged(Tags tags, const Tags& added) {
  for (const auto& tag : added) {
    const auto found =
        std::find_if(tags.begin(), tags.end(), [&](const Tag& have) { return have.key == tag.key; });
    if (found == tags.end())
      tags.push_back(tag);
    else
      *found = tag;
  }
  return tags;
}

Tags without(Tags tags, const std::vector<std::string>& keys) {
  std::erase_if(tags, [&](const Tag& tag) {
    return std::find(keys.begin(), keys.end(), tag.key.value_or("")) != keys.end();
  });
  return tags;
}

}  // namespace

Decision<model::ecs::TagResourceResponse> tag_resource(const Call& call, const store::View& view,
                                                       const model::ecs::TagResourceRequest& request) {
  const auto checked =
      domain::check_tags(request.tags, static_cast<std::size_t>(call.deps.limits.tags_per_resource));
  if (!checked) return model::ecs::invalid_parameter_exception(checked.error().message);
  std::function<Tags(Tags)> change = [&](Tags tags) { return merged(std::move(tags), request.tags); };
  return change_tags<model::ecs::TagResourceResponse>(call, view, request.resource_arn, change);
}

Decision<model::ecs::UntagResourceResponse> untag_resource(const Call& call, const store::View& view,
                                                           const model::ecs::UntagResourceRequest& request) {
  for (const auto& key : request.tag_keys)
    if (key.starts_with("aws:"))
      return model::ecs::invalid_parameter_exception(
          fmt::format("tagKeys: '{}' begins with the reserved prefix 'aws:'.", key));
  std::function<Tags(Tags)> change = [&](Tags tags) { return without(std::move(tags), request.tag_keys); };
  return change_tags<model::ecs::UntagResourceResponse>(call, view, request.resource_arn, change);
}

Decision<model::ecs::ListTagsForResourceResponse> list_tags_for_resource(
    const Call& call, const store::View& view, const model::ecs::ListTagsForResourceRequest& request) {
  auto target = find_tag_target(call, view, request.resource_arn, TagUse::read);
  if (!target) return target.take_error();
  model::ecs::ListTagsForResourceResponse response;
  response.tags = std::move(target->tags);
  return response;
}

}  // namespace berth::services::ecs
