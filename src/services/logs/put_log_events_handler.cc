#include <fmt/format.h>

#include <algorithm>

#include "services/logs/handlers.h"

namespace berth::services::logs {
namespace {

using model::logs::InputLogEvent;

// API: PutLogEvents.
constexpr std::uint64_t kBatchBytesMax = 1'048'576;
constexpr std::uint64_t kEventBytesMax = 1'048'576;
constexpr std::int64_t kHourMs = 3'600'000;
constexpr std::int64_t kBatchSpanMaxMs = 24 * kHourMs;
constexpr std::int64_t kTooOldMs = 14 * 24 * kHourMs;
constexpr std::int64_t kTooNewMs = 2 * kHourMs;

std::optional<wire::ApiError> refuse_batch(const std::vector<InputLogEvent>& events) {
  std::uint64_t bytes = 0;
  for (const auto& event : events) {
    const auto size = event.message.size() + journal::kEventOverheadBytes;
    if (size > kEventBytesMax)
      return model::logs::invalid_parameter_exception(
          fmt::format("Log event too large: {} bytes exceeds limit of {}", size, kEventBytesMax));
    bytes += size;
  }
  if (bytes > kBatchBytesMax)
    return model::logs::invalid_parameter_exception(
        fmt::format("Upload too large: {} bytes exceeds limit of {}", bytes, kBatchBytesMax));
  const bool ordered = std::is_sorted(events.begin(), events.end(),
                                      [](const auto& a, const auto& b) { return a.timestamp < b.timestamp; });
  if (!ordered)
    return model::logs::invalid_parameter_exception(
        "Log events in a single PutLogEvents request must be in chronological order.");
  if (events.back().timestamp - events.front().timestamp > kBatchSpanMaxMs)
    return model::logs::invalid_parameter_exception(
        "The batch of log events in a single PutLogEvents request cannot span more than 24 hours.");
  return std::nullopt;
}

// How many of the events, which are in order, are older than `time`.
std::size_t older_than(const std::vector<InputLogEvent>& events, std::int64_t time) {
  return static_cast<std::size_t>(
      std::count_if(events.begin(), events.end(), [&](const auto& event) { return event.timestamp < time; }));
}

// Takes away what is too old or too new, and says so.
std::optional<model::logs::RejectedLogEventsInfo> reject_some(std::vector<InputLogEvent>& events,
                                                              std::int64_t horizon_ms, std::int64_t now_ms) {
  const auto expired = older_than(events, horizon_ms);
  const auto old = older_than(events, now_ms - kTooOldMs);
  const auto fresh = older_than(events, now_ms + kTooNewMs + 1);
  const auto begin = std::max(expired, old);
  if (begin == 0 && fresh == events.size()) return std::nullopt;
  model::logs::RejectedLogEventsInfo info;
  if (expired > 0) info.expired_log_event_end_index = static_cast<std::int32_t>(expired);
  if (old > 0) info.too_old_log_event_end_index = static_cast<std::int32_t>(old);
  if (fresh < events.size()) info.too_new_log_event_start_index = static_cast<std::int32_t>(fresh);
  events.resize(fresh);
  events.erase(events.begin(), events.begin() + static_cast<std::ptrdiff_t>(std::min(begin, fresh)));
  return info;
}

}  // namespace

Answer<model::logs::PutLogEventsResponse> put_log_events(Exchange&, const Call& call,
                                                         model::logs::PutLogEventsRequest request) {
  if (auto refused = refuse_batch(request.log_events)) co_return *refused;
  const auto key = key_of(call, std::move(request.log_group_name));
  const auto group = call.deps.journal->find_group(key);
  if (!group) co_return group_not_found();
  const auto stream = call.deps.journal->find_stream(key, request.log_stream_name);
  if (!stream) co_return stream_not_found();
  model::logs::PutLogEventsResponse response;
  response.rejected_log_events_info =
      reject_some(request.log_events, horizon_of(group->record, call.now), call.now.ms);
  journal::AppendRequest append{
      key, std::move(request.log_stream_name), request.sequence_token.value_or(""), {}};
  append.events.reserve(request.log_events.size());
  for (auto& event : request.log_events) append.events.push_back({event.timestamp, std::move(event.message)});
  const auto count = append.events.size();
  const auto appended = co_await call.deps.journal->append(std::move(append));
  if (!appended) co_return refusal(call, appended.error(), key);
  // Nobody needs it today, but old writers want one.
  response.next_sequence_token = fmt::format("{:056}", stream->events + count);
  co_return response;
}

}  // namespace berth::services::logs
