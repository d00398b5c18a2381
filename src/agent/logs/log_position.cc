#include "agent/logs/log_position.h"

#include "base/json.h"

namespace berth::agent::logs {

std::string render_output_record(const OutputRecord& record) {
  JsonWriter writer;
  writer.begin_object();
  writer.key("sentTimeNs");
  writer.integer(record.sent.time_ns);
  writer.key("sentLines");
  writer.integer(record.sent.lines);
  writer.key("underWay");
  writer.integer(record.under_way);
  writer.key("partsSent");
  writer.integer(record.parts_sent);
  writer.key("done");
  writer.boolean(record.done);
  writer.end_object();
  return writer.take();
}

std::optional<OutputRecord> parse_output_record(std::string_view text) {
  const auto json = parse_json(text);
  if (!json || !json->is_object()) return std::nullopt;
  const auto number = [&](std::string_view name) -> std::int64_t {
    const auto* member = json->get_object().if_contains(name);
    return member && member->is_int64() ? member->get_int64() : 0;
  };
  const auto* done = json->get_object().if_contains("done");
  OutputRecord record;
  record.sent = {number("sentTimeNs"), number("sentLines")};
  record.under_way = number("underWay");
  record.parts_sent = number("partsSent");
  record.done = done && done->is_bool() && done->get_bool();
  return record;
}

}  // namespace berth::agent::logs
