#include "services/logs/handlers.h"

namespace berth::services::logs {
namespace {

constexpr std::size_t kTagsMax = 50;
using Tags = std::map<std::string, std::string>;

Answer<model::Unit> add_tags(const Call& call, journal::GroupKey key, Tags added) {
  // Whether the tags are fit is known on the record alone; the caller is told by the error's name.
  std::optional<wire::ApiError> unfit;
  journal::LogJournal::ChangeGroup change =
      [&](const journal::GroupRecord* before) -> Result<journal::GroupRecord> {
    if (!before) return not_found("log group");
    auto record = *before;
    auto tags = merge_tags(std::move(record.tags), added);
    if (!tags) {
      unfit = tags.error();
      return invalid(unfit->message);
    }
    record.tags = std::move(*tags);
    return record;
  };
  const auto changed = co_await call.deps.journal->change_group(key, std::move(change));
  if (unfit) co_return *unfit;
  if (!changed) co_return refusal(call, changed.error(), key);
  co_return model::Unit{};
}

Answer<model::Unit> remove_tags(const Call& call, journal::GroupKey key, std::vector<std::string> names) {
  journal::LogJournal::ChangeGroup change =
      [names = std::move(names)](const journal::GroupRecord* before) -> Result<journal::GroupRecord> {
    if (!before) return not_found("log group");
    auto record = *before;
    for (const auto& name : names) record.tags.erase(name);
    return record;
  };
  const auto changed = co_await call.deps.journal->change_group(key, std::move(change));
  if (!changed) co_return refusal(call, changed.error(), key);
  co_return model::Unit{};
}

}  // namespace

ApiResult<Tags> merge_tags(Tags before, const Tags& added) {
  for (const auto& [key, value] : added) {
    if (key.starts_with("aws:"))
      return model::logs::invalid_parameter_exception(
          "Tag keys must not begin with aws:, which is reserved: " + key);
    before[key] = value;
  }
  if (before.size() > kTagsMax)
    return wire::ApiError{.code = "TooManyTagsException", .message = "A resource has at most 50 tags."};
  return before;
}

Answer<model::Unit> tag_resource(Exchange&, const Call& call, model::logs::TagResourceRequest request) {
  auto key = group_of_identifier(call, request.resource_arn);
  if (!key) co_return key.take_error();
  co_return co_await add_tags(call, std::move(*key), std::move(request.tags));
}

Answer<model::Unit> untag_resource(Exchange&, const Call& call, model::logs::UntagResourceRequest request) {
  auto key = group_of_identifier(call, request.resource_arn);
  if (!key) co_return key.take_error();
  co_return co_await remove_tags(call, std::move(*key), std::move(request.tag_keys));
}

Answer<model::logs::ListTagsForResourceResponse> list_tags_for_resource(
    Exchange&, const Call& call, model::logs::ListTagsForResourceRequest request) {
  auto key = group_of_identifier(call, request.resource_arn);
  if (!key) co_return key.take_error();
  const auto group = call.deps.journal->find_group(*key);
  if (!group) co_return group_not_found();
  model::logs::ListTagsForResourceResponse response;
  response.tags = group->record.tags;
  co_return response;
}

Answer<model::Unit> tag_log_group(Exchange&, const Call& call, model::logs::TagLogGroupRequest request) {
  auto key = key_of(call, std::move(request.log_group_name));
  co_return co_await add_tags(call, std::move(key), std::move(request.tags));
}

Answer<model::Unit> untag_log_group(Exchange&, const Call& call, model::logs::UntagLogGroupRequest request) {
  auto key = key_of(call, std::move(request.log_group_name));
  co_return co_await remove_tags(call, std::move(key), std::move(request.tags));
}

Answer<model::logs::ListTagsLogGroupResponse> list_tags_log_group(
    Exchange&, const Call& call, model::logs::ListTagsLogGroupRequest request) {
  const auto group = call.deps.journal->find_group(key_of(call, std::move(request.log_group_name)));
  if (!group) co_return group_not_found();
  model::logs::ListTagsLogGroupResponse response;
  response.tags = group->record.tags;
  co_return response;
}

}  // namespace berth::services::logs
