#include "journal/catalogue_codec.h"

namespace berth::journal {
namespace {

constexpr std::uint64_t kCatalogueFormat = 1;

void write_stream(ByteWriter& writer, const StreamRecord& stream) {
  writer.number(stream.id);
  writer.signed_number(stream.created_ms);
  writer.signed_number(stream.first_event_ms);
  writer.signed_number(stream.last_event_ms);
  writer.signed_number(stream.last_ingestion_ms);
  writer.number(stream.events);
  writer.number(stream.bytes);
  writer.text(stream.token);
  writer.number(stream.digest);
}

StreamRecord read_stream(ByteReader& reader) {
  StreamRecord stream;
  stream.id = reader.number();
  stream.created_ms = reader.signed_number();
  stream.first_event_ms = reader.signed_number();
  stream.last_event_ms = reader.signed_number();
  stream.last_ingestion_ms = reader.signed_number();
  stream.events = reader.number();
  stream.bytes = reader.number();
  stream.token = reader.text();
  stream.digest = reader.number();
  return stream;
}

void write_position(ByteWriter& writer, const Position& position) {
  writer.signed_number(position.timestamp_ms);
  writer.number(position.sequence);
}

Position read_position(ByteReader& reader) {
  Position position;
  position.timestamp_ms = reader.signed_number();
  position.sequence = reader.number();
  return position;
}

void write_segment(ByteWriter& writer, const SegmentInfo& segment) {
  writer.number(segment.number);
  write_position(writer, segment.first);
  write_position(writer, segment.last);
  writer.number(segment.events);
  writer.number(segment.raw_bytes);
  writer.number(segment.disk_bytes);
  writer.number(segment.streams.size());
  for (const auto stream : segment.streams) writer.number(stream);
}

SegmentInfo read_segment(ByteReader& reader) {
  SegmentInfo segment;
  segment.number = reader.number();
  segment.first = read_position(reader);
  segment.last = read_position(reader);
  segment.events = reader.number();
  segment.raw_bytes = reader.number();
  segment.disk_bytes = reader.number();
  segment.streams.resize(reader.count());
  for (auto& stream : segment.streams) stream = reader.number();
  return segment;
}

void read_group(ByteReader& reader, LogState& state) {
  auto key = read_key(reader);
  auto& group = state.groups[std::move(key)];
  group.record = read_record(reader);
  for (auto left = reader.count(); left > 0 && reader.ok(); --left) {
    std::string name(reader.text());
    group.streams[std::move(name)] = read_stream(reader);
  }
  group.segments.resize(reader.count());
  for (auto& segment : group.segments) segment = read_segment(reader);
}

}  // namespace

void write_key(ByteWriter& writer, const GroupKey& key) {
  writer.text(key.account);
  writer.text(key.region);
  writer.text(key.name);
}

GroupKey read_key(ByteReader& reader) {
  GroupKey key;
  key.account = reader.text();
  key.region = reader.text();
  key.name = reader.text();
  return key;
}

void write_record(ByteWriter& writer, const GroupRecord& record) {
  writer.number(record.id);
  writer.signed_number(record.created_ms);
  writer.number(static_cast<std::uint64_t>(record.retention_days));
  writer.number(record.bytes_max);
  writer.text(record.group_class);
  writer.text(record.kms_key_id);
  writer.number(record.deletion_protected ? 1 : 0);
  writer.number(record.tags.size());
  for (const auto& [key, value] : record.tags) {
    writer.text(key);
    writer.text(value);
  }
}

GroupRecord read_record(ByteReader& reader) {
  GroupRecord record;
  record.id = reader.number();
  record.created_ms = reader.signed_number();
  record.retention_days = static_cast<std::int32_t>(reader.number());
  record.bytes_max = reader.number();
  record.group_class = reader.text();
  record.kms_key_id = reader.text();
  record.deletion_protected = reader.number() != 0;
  for (auto left = reader.count(); left > 0 && reader.ok(); --left) {
    std::string key(reader.text());
    record.tags[std::move(key)] = reader.text();
  }
  return record;
}

std::string encode_catalogue(const LogState& state) {
  std::string out;
  ByteWriter writer(out);
  writer.number(kCatalogueFormat);
  writer.number(state.next_id);
  writer.number(state.next_sequence);
  writer.number(state.log_number);
  writer.number(state.groups.size());
  for (const auto& [key, group] : state.groups) {
    write_key(writer, key);
    write_record(writer, group.record);
    writer.number(group.streams.size());
    for (const auto& [name, stream] : group.streams) {
      writer.text(name);
      write_stream(writer, stream);
    }
    writer.number(group.segments.size());
    for (const auto& segment : group.segments) write_segment(writer, segment);
  }
  writer.fixed32(checksum(out));
  return out;
}

Result<LogState> decode_catalogue(std::string_view bytes) {
  const auto damaged = [] { return internal_error("the catalogue of the log journal is damaged"); };
  if (bytes.size() < 4) return damaged();
  const auto body = bytes.substr(0, bytes.size() - 4);
  if (ByteReader(bytes.substr(body.size())).fixed32() != checksum(body)) return damaged();
  ByteReader reader(body);
  if (reader.number() != kCatalogueFormat)
    return internal_error("the log journal is of another version of Berth");
  LogState state;
  state.next_id = reader.number();
  state.next_sequence = reader.number();
  state.log_number = reader.number();
  for (auto left = reader.count(); left > 0 && reader.ok(); --left) read_group(reader, state);
  if (!reader.ok() || !reader.at_end()) return damaged();
  return state;
}

}  // namespace berth::journal
