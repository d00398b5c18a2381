#include "journal/frame_codec.h"

#include <optional>

#include "journal/byte_codec.h"
#include "journal/catalogue_codec.h"

namespace berth::journal {
namespace {

enum class Kind : std::uint8_t {
  put_group = 1,
  delete_group,
  put_stream,
  delete_stream,
  log_ends,
  batch,
  carried_batch
};

void write_change(ByteWriter& writer, const PutGroup& change, Carried) {
  writer.number(static_cast<std::uint64_t>(Kind::put_group));
  write_key(writer, change.group);
  write_record(writer, change.record);
}

void write_change(ByteWriter& writer, const DeleteGroup& change, Carried) {
  writer.number(static_cast<std::uint64_t>(Kind::delete_group));
  write_key(writer, change.group);
}

void write_change(ByteWriter& writer, const PutStream& change, Carried) {
  writer.number(static_cast<std::uint64_t>(Kind::put_stream));
  write_key(writer, change.group);
  writer.text(change.stream);
  writer.number(change.id);
  writer.signed_number(change.created_ms);
}

void write_change(ByteWriter& writer, const DeleteStream& change, Carried) {
  writer.number(static_cast<std::uint64_t>(Kind::delete_stream));
  write_key(writer, change.group);
  writer.text(change.stream);
}

void write_change(ByteWriter& writer, const LogEnds& change, Carried) {
  writer.number(static_cast<std::uint64_t>(Kind::log_ends));
  writer.number(change.log);
  writer.number(change.bytes);
}

void write_change(ByteWriter& writer, const BatchPtr& batch, Carried carried) {
  writer.number(static_cast<std::uint64_t>(carried == Carried::yes ? Kind::carried_batch : Kind::batch));
  write_key(writer, batch->group);
  writer.text(batch->stream);
  writer.text(batch->token);
  writer.number(batch->digest);
  writer.signed_number(batch->ingestion_ms);
  writer.number(batch->first_sequence);
  writer.number(batch->events.size());
  for (const auto& event : batch->events) {
    writer.signed_number(event.timestamp_ms);
    writer.text(event.message);
  }
}

BatchPtr read_batch(ByteReader& reader) {
  auto batch = std::make_shared<Batch>();
  batch->group = read_key(reader);
  batch->stream = reader.text();
  batch->token = reader.text();
  batch->digest = reader.number();
  batch->ingestion_ms = reader.signed_number();
  batch->first_sequence = reader.number();
  batch->events.resize(reader.count());
  for (auto& event : batch->events) {
    event.timestamp_ms = reader.signed_number();
    event.message = reader.text();
  }
  batch->bytes = bytes_of(batch->events);
  return batch;
}

std::optional<Change> read_change(ByteReader& reader, Carried& carried) {
  const auto kind = static_cast<Kind>(reader.number());
  carried = kind == Kind::carried_batch ? Carried::yes : Carried::no;
  switch (kind) {
    case Kind::put_group: {
      auto key = read_key(reader);
      return PutGroup{std::move(key), read_record(reader)};
    }
    case Kind::delete_group:
      return DeleteGroup{read_key(reader)};
    case Kind::put_stream: {
      PutStream change;
      change.group = read_key(reader);
      change.stream = reader.text();
      change.id = reader.number();
      change.created_ms = reader.signed_number();
      return change;
    }
    case Kind::delete_stream: {
      DeleteStream change;
      change.group = read_key(reader);
      change.stream = reader.text();
      return change;
    }
    case Kind::log_ends: {
      LogEnds change;
      change.log = reader.number();
      change.bytes = reader.number();
      return change;
    }
    case Kind::batch:
    case Kind::carried_batch:
      return read_batch(reader);
  }
  return std::nullopt;
}

}  // namespace

void append_frame(std::string& out, const Change& change, Carried carried) {
  std::string body;
  ByteWriter writer(body);
  std::visit([&](const auto& one) { write_change(writer, one, carried); }, change);
  ByteWriter frame(out);
  frame.fixed32(static_cast<std::uint32_t>(body.size()));
  frame.fixed32(checksum(body));
  out += body;
}

void read_frames(std::string_view log, const std::function<void(Change, Carried)>& take) {
  ByteReader reader(log);
  while (!reader.at_end()) {
    const auto length = reader.fixed32();
    const auto sum = reader.fixed32();
    const auto body = reader.raw(length);
    if (!reader.ok() || body.empty() || checksum(body) != sum) return;
    ByteReader inner(body);
    Carried carried = Carried::no;
    auto change = read_change(inner, carried);
    if (!change || !inner.ok() || !inner.at_end()) return;
    take(*std::move(change), carried);
  }
}

}  // namespace berth::journal
