#include "services/logs/call.h"

#include <fmt/format.h>

#include <charconv>

#include "base/arn.h"

namespace berth::services::logs {
namespace {

constexpr std::int64_t kDayMs = 86'400'000;

wire::ApiError invalid_parameter_of(std::string_view, std::string message) {
  return model::logs::invalid_parameter_exception(std::move(message));
}

wire::ApiError token_reused(std::vector<std::string>) {
  return model::logs::invalid_parameter_exception("The client token was already used with other parameters.");
}

template <class Number>
bool read_number(std::string_view text, Number& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return !text.empty() && error == std::errc() && end == text.data() + text.size();
}

}  // namespace

api::ServiceWords words() {
  return {.invalid = invalid_parameter_of,
          .token_reused = token_reused,
          .internal_code = "ServiceUnavailableException",
          .unsupported_code = "InvalidOperationException"};
}

wire::ApiError group_not_found() {
  return {.code = "ResourceNotFoundException", .message = "The specified log group does not exist."};
}

wire::ApiError stream_not_found() {
  return {.code = "ResourceNotFoundException", .message = "The specified log stream does not exist."};
}

wire::ApiError unavailable_now(std::string message) {
  return {.code = "ServiceUnavailableException", .message = std::move(message), .status = 500};
}

wire::ApiError refusal(const Call& call, const Error& error, const journal::GroupKey& group) {
  switch (error.code) {
    case ErrorCode::not_found:
      return call.deps.journal->find_group(group) ? stream_not_found() : group_not_found();
    case ErrorCode::invalid:
      return model::logs::invalid_parameter_exception(error.message);
    case ErrorCode::too_large:
      return model::logs::limit_exceeded_exception("Resource limit exceeded: " + error.message);
    default:
      return unavailable_now(error.message);
  }
}

journal::GroupKey key_of(const Call& call, std::string name) {
  return {call.realm.account, call.realm.region, std::move(name)};
}

std::string arn_of(const journal::GroupKey& group) {
  return fmt::format("arn:aws:logs:{}:{}:log-group:{}", group.region, group.account, group.name);
}

ApiResult<journal::GroupKey> group_of_identifier(const Call& call, std::string_view identifier) {
  if (!looks_like_arn(identifier)) return key_of(call, std::string(identifier));
  constexpr std::string_view kPrefix = "log-group:";
  const auto arn = parse_arn(identifier);
  if (!arn || arn->service != "logs" || !arn->resource.starts_with(kPrefix))
    return model::logs::invalid_parameter_exception(
        fmt::format("{} is not the ARN of a log group.", identifier));
  std::string name = arn->resource.substr(kPrefix.size());
  if (name.ends_with(":*")) name.resize(name.size() - 2);
  if (arn->region != call.realm.region || arn->account != call.realm.account) return group_not_found();
  return journal::GroupKey{arn->account, arn->region, std::move(name)};
}

ApiResult<journal::GroupKey> group_of(const Call& call, const std::optional<std::string>& name,
                                      const std::optional<std::string>& identifier) {
  if (name && identifier)
    return model::logs::invalid_parameter_exception(
        "LogGroupName and LogGroupIdentifier cannot both be given.");
  if (identifier) return group_of_identifier(call, *identifier);
  if (name) return key_of(call, *name);
  return model::logs::invalid_parameter_exception("Either LogGroupName or LogGroupIdentifier must be given.");
}

std::int64_t horizon_of(const journal::GroupRecord& record, WallTime now) {
  return record.retention_days > 0 ? now.ms - record.retention_days * kDayMs : 0;
}

std::string event_id(const journal::Position& position) {
  return fmt::format("{:018}{:019}{:019}", position.timestamp_ms, position.sequence, 0);
}

std::string render_position(const journal::Position& position) {
  return fmt::format("{}.{}", position.timestamp_ms, position.sequence);
}

std::optional<journal::Position> parse_position(std::string_view text) {
  const auto dot = text.find('.');
  journal::Position position;
  if (dot == std::string_view::npos || !read_number(text.substr(0, dot), position.timestamp_ms) ||
      !read_number(text.substr(dot + 1), position.sequence))
    return std::nullopt;
  return position;
}

}  // namespace berth::services::logs
