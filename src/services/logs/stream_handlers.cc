#include <fmt/format.h>

#include <algorithm>

#include "api/paginate.h"
#include "services/logs/handlers.h"

namespace berth::services::logs {
namespace {

constexpr std::int32_t kStreamsPage = 50;
using Stream = journal::LogJournal::NamedStream;

wire::ApiError stream_exists() {
  return {.code = "ResourceAlreadyExistsException", .message = "The specified log stream already exists"};
}

model::logs::LogStream render_stream(const journal::GroupKey& group, const Stream& stream) {
  const auto& record = stream.record;
  model::logs::LogStream out;
  out.log_stream_name = stream.name;
  out.creation_time = record.created_ms;
  out.arn = fmt::format("{}:log-stream:{}", arn_of(group), stream.name);
  out.stored_bytes = 0;  // As of AWS, which does not tell it of streams any more.
  if (record.events == 0) return out;
  out.first_event_timestamp = record.first_event_ms;
  out.last_event_timestamp = record.last_event_ms;
  out.last_ingestion_time = record.last_ingestion_ms;
  out.upload_sequence_token = fmt::format("{:056}", record.events);
  return out;
}

}  // namespace

Answer<model::Unit> create_log_stream(Exchange&, const Call& call,
                                      model::logs::CreateLogStreamRequest request) {
  if (request.log_stream_name.find_first_of(":*") != std::string::npos)
    co_return model::logs::invalid_parameter_exception(
        "Value at 'logStreamName' must not contain ':' or '*'.");
  const auto key = key_of(call, std::move(request.log_group_name));
  const auto made = co_await call.deps.journal->create_stream(key, std::move(request.log_stream_name));
  if (made) co_return model::Unit{};
  if (made.error().code == ErrorCode::conflict) co_return stream_exists();
  co_return refusal(call, made.error(), key);
}

Answer<model::Unit> delete_log_stream(Exchange&, const Call& call,
                                      model::logs::DeleteLogStreamRequest request) {
  const auto key = key_of(call, std::move(request.log_group_name));
  const auto deleted = co_await call.deps.journal->delete_stream(key, std::move(request.log_stream_name));
  if (!deleted) co_return refusal(call, deleted.error(), key);
  co_return model::Unit{};
}

Answer<model::logs::DescribeLogStreamsResponse> describe_log_streams(
    Exchange&, const Call& call, model::logs::DescribeLogStreamsRequest request) {
  auto key = group_of(call, request.log_group_name, request.log_group_identifier);
  if (!key) co_return key.take_error();
  const bool by_time = request.order_by == model::logs::OrderBy::last_event_time;
  const std::string prefix = request.log_stream_name_prefix.value_or("");
  if (by_time && !prefix.empty())
    co_return model::logs::invalid_parameter_exception(
        "Cannot order by LastEventTime with a logStreamNamePrefix.");
  const bool descending = request.descending.value_or(false);
  auto page = api::page_request(
      call, "DescribeLogStreams",
      api::hash_filter({key->name, prefix, by_time ? "time" : "name", descending ? "down" : "up"}),
      request.next_token, request.limit, kStreamsPage, kStreamsPage);
  if (!page) co_return model::logs::invalid_parameter_exception(page.error().message);
  auto streams = call.deps.journal->list_streams(*key, prefix);
  if (!streams) co_return group_not_found();
  std::vector<std::pair<std::string, const Stream*>> keyed;
  for (const auto& stream : *streams)
    keyed.emplace_back(
        by_time ? fmt::format("{:020}{}", stream.record.last_event_ms, stream.name) : stream.name, &stream);
  std::sort(keyed.begin(), keyed.end());
  if (descending) std::reverse(keyed.begin(), keyed.end());
  model::logs::DescribeLogStreamsResponse response;
  response.log_streams.emplace();
  std::string last;
  for (const auto& [at, stream] : keyed) {
    const bool beyond = page->after.empty() || (descending ? at < page->after : page->after < at);
    if (!beyond) continue;
    if (response.log_streams->size() == page->size) {
      response.next_token = api::next_page_token(call, *page, last);
      break;
    }
    response.log_streams->push_back(render_stream(*key, *stream));
    last = at;
  }
  co_return response;
}

}  // namespace berth::services::logs
