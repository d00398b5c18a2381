#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "api/operations.h"
#include "journal/log_journal.h"
#include "model/logs/errors.h"

namespace berth::services::logs {

/// What CloudWatch Logs needs. Outlives all calls.
struct Deps {
  journal::LogJournal* journal = nullptr;  ///< Not null while calls are answered.
};
using Call = api::CallWith<Deps>;
using api::ApiResult;
using api::Exchange;

/// How CloudWatch Logs calls what every service has.
api::ServiceWords words();

wire::ApiError group_not_found();
wire::ApiError stream_not_found();
wire::ApiError unavailable_now(std::string message);
/// What the caller is told when the journal refused. `group`: what was asked for, to tell which of both is
/// missing.
wire::ApiError refusal(const Call& call, const Error& error, const journal::GroupKey& group);

journal::GroupKey key_of(const Call& call, std::string name);
std::string arn_of(const journal::GroupKey& group);
/// The group that a name or an ARN, with or without `:*` at its end, means. Errors:
/// InvalidParameterException.
ApiResult<journal::GroupKey> group_of_identifier(const Call& call, std::string_view identifier);
/// The group of a request that names it by one of two members.
/// Errors: InvalidParameterException.
ApiResult<journal::GroupKey> group_of(const Call& call, const std::optional<std::string>& name,
                                      const std::optional<std::string>& identifier);

/// The log group of containers without logConfiguration: made with these bounds, so that it takes no disk
/// from others.
inline constexpr std::string_view kContainersGroup = "/berth/containers";
inline constexpr std::int32_t kContainersRetentionDays = 3;
inline constexpr std::uint64_t kContainersBytesMax = 256ULL << 20;

/// What is older by the group's retention is not shown any more, whether it is gone or not.
std::int64_t horizon_of(const journal::GroupRecord& record, WallTime now);

/// 56 digits that name an event for ever, in the order of events.
std::string event_id(const journal::Position& position);
/// "TIMESTAMP.SEQUENCE", and back.
std::string render_position(const journal::Position& position);
std::optional<journal::Position> parse_position(std::string_view text);

}  // namespace berth::services::logs
