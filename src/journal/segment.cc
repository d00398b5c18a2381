#include "journal/segment.h"

#include <zstd.h>

#include <algorithm>
#include <map>
#include <memory>

#include "base/assert.h"
#include "journal/byte_codec.h"
#include "journal/text_filter.h"

namespace berth::journal {
namespace {

constexpr std::uint64_t kSegmentFormat = 1;
constexpr int kCompressionLevel = 3;
/// No segment is larger, taken apart: one event may be of a megabyte, and thousands of them never meet.
constexpr std::uint64_t kRawBytesMax = 64ULL << 20;

std::string compress(std::string_view raw) {
  std::string out(ZSTD_compressBound(raw.size()), '\0');
  const std::size_t size = ZSTD_compress(out.data(), out.size(), raw.data(), raw.size(), kCompressionLevel);
  check(ZSTD_isError(size) == 0, "zstd compresses into a buffer of its own bound");
  out.resize(size);
  return out;
}

Error damaged() {
  return internal_error("a segment of the log journal is damaged");
}

Result<std::string> decompress(std::string_view bytes, std::uint64_t raw_size) {
  if (raw_size > kRawBytesMax) return damaged();
  std::string raw(raw_size, '\0');
  const std::size_t size = ZSTD_decompress(raw.data(), raw.size(), bytes.data(), bytes.size());
  if (ZSTD_isError(size) != 0 || size != raw_size) return damaged();
  return raw;
}

}  // namespace

std::string encode_segment(std::span<const LogEvent> events) {
  TextFilter filter;
  std::string columns, texts;
  ByteWriter column(columns);
  Position before;
  std::int64_t ingestion = 0;
  column.number(events.size());
  for (const auto& event : events) {
    column.signed_number(event.position.timestamp_ms - before.timestamp_ms);
    column.signed_number(static_cast<std::int64_t>(event.position.sequence - before.sequence));
    column.signed_number(event.ingestion_ms - ingestion);
    column.number(event.stream);
    column.number(event.message.size());
    before = event.position;
    ingestion = event.ingestion_ms;
    filter.add(event.message);
    texts += event.message;
  }
  std::string out;
  ByteWriter writer(out);
  writer.number(kSegmentFormat);
  writer.text(compress(filter.bits()));
  writer.number(columns.size());
  writer.text(compress(columns));
  writer.number(texts.size());
  writer.text(compress(texts));
  writer.fixed32(checksum(out));
  return out;
}

namespace {

Result<std::vector<LogEvent>> join(std::string_view columns, std::string_view texts) {
  ByteReader column(columns);
  ByteReader text(texts);
  const std::size_t count = column.count();
  std::vector<LogEvent> events(count);
  Position at;
  std::int64_t ingestion = 0;
  for (auto& event : events) {
    at.timestamp_ms += column.signed_number();
    at.sequence += static_cast<std::uint64_t>(column.signed_number());
    ingestion += column.signed_number();
    event.position = at;
    event.ingestion_ms = ingestion;
    event.stream = column.number();
    event.message = text.raw(column.number());
  }
  if (!column.ok() || !text.ok() || !text.at_end()) return damaged();
  return events;
}

}  // namespace

Result<std::vector<LogEvent>> decode_segment(std::string_view bytes, const SegmentQuery& query) {
  if (bytes.size() < 4) return damaged();
  const auto body = bytes.substr(0, bytes.size() - 4);
  if (ByteReader(bytes.substr(body.size())).fixed32() != checksum(body)) return damaged();
  ByteReader reader(body);
  const auto format = reader.number();
  const auto packed_filter = reader.text();
  const auto columns_size = reader.number();
  const auto packed_columns = reader.text();
  const auto texts_size = reader.number();
  const auto packed_texts = reader.text();
  if (!reader.ok() || format != kSegmentFormat) return damaged();
  if (!query.terms.empty()) {
    auto bits = decompress(packed_filter, TextFilter::kBytes);
    if (!bits) return std::move(bits).error();
    const TextFilter filter(*bits);
    for (const auto& term : query.terms)
      if (!filter.may_hold(term)) return std::vector<LogEvent>();
  }
  auto texts = decompress(packed_texts, texts_size);
  if (!texts) return std::move(texts).error();
  for (const auto& term : query.terms)
    if (texts->find(term) == std::string::npos) return std::vector<LogEvent>();
  auto columns = decompress(packed_columns, columns_size);
  if (!columns) return std::move(columns).error();
  return join(*columns, *texts);
}

}  // namespace berth::journal
