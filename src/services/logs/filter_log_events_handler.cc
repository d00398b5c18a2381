#include <fmt/format.h>

#include <algorithm>

#include "api/paginate.h"
#include "services/logs/filter_pattern.h"
#include "services/logs/handlers.h"

namespace berth::services::logs {
namespace {

constexpr std::int32_t kEventsMax = 10'000;

std::uint64_t filter_of(const model::logs::FilterLogEventsRequest& request, const journal::GroupKey& key) {
  return api::hash_filter(
      {key.name, request.log_stream_name_prefix.value_or(""), request.filter_pattern.value_or(""),
       fmt::format("{}", fmt::join(request.log_stream_names.value_or(std::vector<std::string>()), "\n")),
       fmt::format("{}-{}", request.start_time.value_or(0), request.end_time.value_or(0))});
}

model::logs::FilteredLogEvent render_event(journal::FoundEvent& event) {
  model::logs::FilteredLogEvent out;
  out.log_stream_name = std::move(event.stream);
  out.timestamp = event.position.timestamp_ms;
  out.message = std::move(event.message);
  out.ingestion_time = event.ingestion_ms;
  out.event_id = event_id(event.position);
  return out;
}

}  // namespace

// API: FilterLogEvents. Streams are always interleaved. A page may be empty and have a token: there was more
// to look through than one call does. Ids of events stay: `aws logs tail` knows by them what it has shown.
Answer<model::logs::FilterLogEventsResponse> filter_log_events(Exchange&, const Call& call,
                                                               model::logs::FilterLogEventsRequest request) {
  auto key = group_of(call, request.log_group_name, request.log_group_identifier);
  if (!key) co_return key.take_error();
  if (request.log_stream_names && request.log_stream_name_prefix)
    co_return model::logs::invalid_parameter_exception(
        "logStreamNames and logStreamNamePrefix cannot both be given.");
  const auto pattern = parse_filter_pattern(request.filter_pattern.value_or(""));
  if (!pattern) co_return model::logs::invalid_parameter_exception(pattern.error().message);
  const auto page = api::page_request(call, "FilterLogEvents", filter_of(request, *key), request.next_token,
                                      request.limit, kEventsMax, kEventsMax);
  if (!page) co_return model::logs::invalid_parameter_exception(page.error().message);
  const auto group = call.deps.journal->find_group(*key);
  if (!group) co_return group_not_found();
  journal::LogQuery query;
  query.group = *key;
  query.streams = request.log_stream_names.value_or(std::vector<std::string>());
  for (const auto& stream : query.streams)
    if (!call.deps.journal->find_stream(*key, stream)) co_return stream_not_found();
  query.stream_prefix = request.log_stream_name_prefix.value_or("");
  query.from_ms = std::max(request.start_time.value_or(0), horizon_of(group->record, call.now));
  if (request.end_time && *request.end_time < INT64_MAX) query.until_ms = *request.end_time + 1;
  query.limit = page->size;
  query.segments.terms = pattern->terms;
  if (pattern->matcher)
    query.wanted = [matcher = pattern->matcher](const std::string& message) {
      return matcher->matches(message);
    };
  if (!page->after.empty()) {
    query.boundary = parse_position(page->after);
    if (!query.boundary)
      co_return model::logs::invalid_parameter_exception("The specified nextToken is invalid.");
  }
  auto found = co_await call.deps.journal->read(std::move(query));
  if (!found) co_return refusal(call, found.error(), *key);
  model::logs::FilterLogEventsResponse response;
  response.events.emplace();
  response.searched_log_streams.emplace();
  for (auto& event : found->events) response.events->push_back(render_event(event));
  if (!found->complete) response.next_token = api::next_page_token(call, *page, render_position(found->next));
  co_return response;
}

}  // namespace berth::services::logs
