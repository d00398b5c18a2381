#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "api/paginate.h"
#include "services/logs/handlers.h"

namespace berth::services::logs {
namespace {

// API: PutRetentionPolicy.
constexpr std::int32_t kRetentionDays[] = {1,   3,   5,   7,   14,   30,   60,   90,   120,  150,  180,
                                           365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653};
constexpr std::int32_t kGroupsPage = 50;

wire::ApiError group_exists() {
  return {.code = "ResourceAlreadyExistsException", .message = "The specified log group already exists"};
}

wire::ApiError group_protected() {
  return {.code = "ValidationException",
          .message = "The log group is protected: its deletionProtectionEnabled is true."};
}

Answer<model::Unit> change(const Call& call, journal::GroupKey key, journal::LogJournal::ChangeGroup change) {
  const auto changed = co_await call.deps.journal->change_group(key, std::move(change));
  if (!changed) co_return refusal(call, changed.error(), key);
  co_return model::Unit{};
}

// Null: not_found. Else the record, changed.
journal::LogJournal::ChangeGroup set_retention(std::int32_t days) {
  return [days](const journal::GroupRecord* before) -> Result<journal::GroupRecord> {
    if (!before) return not_found("log group");
    auto record = *before;
    record.retention_days = days;
    return record;
  };
}

model::logs::LogGroup render_group(const Call& call, const journal::LogJournal::Named& group) {
  const auto arn = arn_of(key_of(call, group.name));
  model::logs::LogGroup out;
  out.log_group_name = group.name;
  out.creation_time = group.record.created_ms;
  if (group.record.retention_days > 0) out.retention_in_days = group.record.retention_days;
  out.metric_filter_count = 0;
  out.arn = arn + ":*";
  out.log_group_arn = arn;
  out.stored_bytes = static_cast<std::int64_t>(group.stored_bytes);
  if (!group.record.kms_key_id.empty()) out.kms_key_id = group.record.kms_key_id;
  out.log_group_class = model::logs::parse_log_group_class(group.record.group_class);
  out.deletion_protection_enabled = group.record.deletion_protected;
  return out;
}

}  // namespace

Answer<model::Unit> create_log_group(Exchange&, const Call& call,
                                     model::logs::CreateLogGroupRequest request) {
  journal::GroupRecord record;
  record.created_ms = call.now.ms;
  record.group_class = to_string(request.log_group_class.value_or(model::logs::LogGroupClass::standard));
  record.kms_key_id = request.kms_key_id.value_or("");
  record.deletion_protected = request.deletion_protection_enabled.value_or(false);
  if (request.tags) {
    auto tags = merge_tags({}, *request.tags);
    if (!tags) co_return tags.take_error();
    record.tags = std::move(*tags);
  }
  if (request.log_group_name == kContainersGroup) {
    record.retention_days = kContainersRetentionDays;
    record.bytes_max = kContainersBytesMax;
  }
  const auto key = key_of(call, request.log_group_name);
  journal::LogJournal::ChangeGroup make =
      [record](const journal::GroupRecord* before) -> Result<journal::GroupRecord> {
    if (before) return conflict("log group");
    return record;
  };
  const auto made = co_await call.deps.journal->change_group(key, std::move(make));
  if (made) co_return model::Unit{};
  if (made.error().code == ErrorCode::conflict) co_return group_exists();
  co_return refusal(call, made.error(), key);
}

Answer<model::Unit> delete_log_group(Exchange&, const Call& call,
                                     model::logs::DeleteLogGroupRequest request) {
  const auto key = key_of(call, std::move(request.log_group_name));
  const auto there = call.deps.journal->find_group(key);
  if (there && there->record.deletion_protected) co_return group_protected();
  const auto deleted = co_await call.deps.journal->delete_group(key);
  if (!deleted) co_return refusal(call, deleted.error(), key);
  co_return model::Unit{};
}

Answer<model::logs::DescribeLogGroupsResponse> describe_log_groups(
    Exchange&, const Call& call, model::logs::DescribeLogGroupsRequest request) {
  if (request.log_group_name_prefix && request.log_group_name_pattern)
    co_return model::logs::invalid_parameter_exception(
        "LogGroupNamePrefix and LogGroupNamePattern are mutually exclusive parameters.");
  const std::string prefix = request.log_group_name_prefix.value_or("");
  const std::string part = request.log_group_name_pattern.value_or("");
  std::set<std::string> named;
  for (const auto& identifier : request.log_group_identifiers.value_or(std::vector<std::string>())) {
    auto key = group_of_identifier(call, identifier);
    if (!key) co_return key.take_error();
    named.insert(key->name);
  }
  const auto group_class = request.log_group_class ? std::string(to_string(*request.log_group_class)) : "";
  auto page = api::page_request(call, "DescribeLogGroups", api::hash_filter({prefix, part, group_class}),
                                request.next_token, request.limit, kGroupsPage, kGroupsPage);
  if (!page) co_return model::logs::invalid_parameter_exception(page.error().message);
  const auto wanted = [&](const std::string& name) {
    return name.starts_with(prefix) && name.find(part) != std::string::npos &&
           (named.empty() || named.contains(name));
  };
  auto groups = call.deps.journal->list_groups(call.realm.account, call.realm.region, page->after,
                                               page->size + 1, wanted);
  model::logs::DescribeLogGroupsResponse response;
  response.log_groups.emplace();
  if (groups.size() > page->size) {
    groups.pop_back();
    response.next_token = api::next_page_token(call, *page, groups.back().name);
  }
  for (const auto& group : groups)
    if (group_class.empty() || group.record.group_class == group_class)
      response.log_groups->push_back(render_group(call, group));
  co_return response;
}

Answer<model::Unit> put_retention_policy(Exchange&, const Call& call,
                                         model::logs::PutRetentionPolicyRequest request) {
  const auto days = request.retention_in_days;
  if (std::find(std::begin(kRetentionDays), std::end(kRetentionDays), days) == std::end(kRetentionDays))
    co_return model::logs::invalid_parameter_exception(
        fmt::format("Invalid retentionInDays: {} is not one of {}.", days, fmt::join(kRetentionDays, ", ")));
  auto key = key_of(call, std::move(request.log_group_name));
  auto set = set_retention(days);
  co_return co_await change(call, std::move(key), std::move(set));
}

Answer<model::Unit> delete_retention_policy(Exchange&, const Call& call,
                                            model::logs::DeleteRetentionPolicyRequest request) {
  auto key = key_of(call, std::move(request.log_group_name));
  auto set = set_retention(0);
  co_return co_await change(call, std::move(key), std::move(set));
}

}  // namespace berth::services::logs
