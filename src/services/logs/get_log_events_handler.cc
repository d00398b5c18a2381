#include <algorithm>

#include "services/logs/handlers.h"

namespace berth::services::logs {
namespace {

using Direction = journal::LogQuery::Direction;

// "f/" and "b/": the boundary from which events are wanted, later or earlier ones.
struct Token {
  Direction direction;
  journal::Position boundary;
};

std::optional<Token> parse_token(std::string_view text) {
  if (!text.starts_with("f/") && !text.starts_with("b/")) return std::nullopt;
  const auto position = parse_position(text.substr(2));
  if (!position) return std::nullopt;
  return Token{text.front() == 'f' ? Direction::forward : Direction::backward, *position};
}

}  // namespace

// API: GetLogEvents. The same token comes back at the end, in both directions; tokens are never missing.
Answer<model::logs::GetLogEventsResponse> get_log_events(Exchange&, const Call& call,
                                                         model::logs::GetLogEventsRequest request) {
  auto key = group_of(call, request.log_group_name, request.log_group_identifier);
  if (!key) co_return key.take_error();
  const auto group = call.deps.journal->find_group(*key);
  if (!group) co_return group_not_found();
  if (!call.deps.journal->find_stream(*key, request.log_stream_name)) co_return stream_not_found();
  journal::LogQuery query;
  query.group = *key;
  query.streams = {request.log_stream_name};
  query.from_ms = std::max(request.start_time.value_or(0), horizon_of(group->record, call.now));
  if (request.end_time) query.until_ms = *request.end_time;
  query.limit = static_cast<std::size_t>(request.limit.value_or(10'000));
  query.direction = request.start_from_head.value_or(false) ? Direction::forward : Direction::backward;
  if (request.next_token) {
    const auto token = parse_token(*request.next_token);
    if (!token) co_return model::logs::invalid_parameter_exception("The specified nextToken is invalid.");
    query.direction = token->direction;
    query.boundary = token->boundary;
  }
  const journal::Position start{query.from_ms, 0};
  auto page = co_await call.deps.journal->read(query);
  if (!page) co_return refusal(call, page.error(), *key);
  auto& events = page->events;
  if (query.direction == Direction::backward) std::reverse(events.begin(), events.end());
  journal::Position first = query.boundary.value_or(start), behind = first;
  if (!events.empty()) {
    first = events.front().position;
    behind = {events.back().position.timestamp_ms, events.back().position.sequence + 1};
  }
  model::logs::GetLogEventsResponse response;
  response.events.emplace();
  for (auto& event : events) {
    model::logs::OutputLogEvent out;
    out.timestamp = event.position.timestamp_ms;
    out.message = std::move(event.message);
    out.ingestion_time = event.ingestion_ms;
    response.events->push_back(std::move(out));
  }
  response.next_forward_token = "f/" + render_position(behind);
  response.next_backward_token = "b/" + render_position(first);
  co_return response;
}

}  // namespace berth::services::logs
