#include "agent/drivers/docker/output_frames.h"

#include "agent/drivers/docker/docker_time.h"

namespace berth::agent::drivers::docker {
namespace {

constexpr std::size_t kHeaderBytes = 8;
constexpr std::size_t kFrameBytesMax = 16U << 20;
constexpr std::uint8_t kStandardError = 2;

std::size_t frame_size(std::string_view header) {
  std::size_t size = 0;
  for (std::size_t i = 4; i < kHeaderBytes; ++i) size = size << 8 | static_cast<unsigned char>(header[i]);
  return size;
}

}  // namespace

std::optional<std::int64_t> parse_docker_nanoseconds(std::string_view text) {
  const auto time = parse_docker_time(text);
  if (!time) return std::nullopt;
  constexpr std::int64_t kSecond = 1'000'000'000;
  std::int64_t fraction = 0, unit = kSecond;
  const auto point = text.find('.');
  if (point != std::string_view::npos)
    for (std::size_t i = point + 1; i < text.size() && text[i] >= '0' && text[i] <= '9' && unit > 1; ++i) {
      unit /= 10;
      fraction += (text[i] - '0') * unit;
    }
  return time->ms / 1000 * kSecond + fraction;
}

Result<void> OutputFrames::feed(std::string_view bytes, std::vector<engine::OutputLine>& lines) {
  bytes_ += bytes;
  return tty_ ? take_lines(lines) : take_frames(lines);
}

Result<void> OutputFrames::take_frames(std::vector<engine::OutputLine>& lines) {
  std::size_t at = 0;
  while (bytes_.size() - at >= kHeaderBytes) {
    const std::string_view header = std::string_view(bytes_).substr(at, kHeaderBytes);
    const auto kind = static_cast<std::uint8_t>(header[0]);
    const auto size = frame_size(header);
    if (kind > kStandardError || size > kFrameBytesMax)
      return invalid("the output of a container has no such frame");
    if (bytes_.size() - at - kHeaderBytes < size) break;
    const std::size_t stream = kind == kStandardError ? 1 : 0;
    const auto record = std::string_view(bytes_).substr(at + kHeaderBytes, size);
    if (auto taken = take_record(record, held_[stream], held_time_[stream], lines); !taken) return taken;
    at += kHeaderBytes + size;
  }
  bytes_.erase(0, at);
  return {};
}

Result<void> OutputFrames::take_lines(std::vector<engine::OutputLine>& lines) {
  std::size_t at = 0;
  for (;;) {
    const auto end = bytes_.find('\n', at);
    if (end == std::string::npos) break;
    const auto record = std::string_view(bytes_).substr(at, end + 1 - at);
    if (auto taken = take_record(record, held_[0], held_time_[0], lines); !taken) return taken;
    at = end + 1;
  }
  bytes_.erase(0, at);
  if (bytes_.size() > kFrameBytesMax) return invalid("the output of a container has a line without an end");
  return {};
}

// "TIME text", with the line's end when it is the line's last piece.
Result<void> OutputFrames::take_record(std::string_view record, std::string& held, std::int64_t& time,
                                       std::vector<engine::OutputLine>& lines) {
  const auto blank = record.find(' ');
  const auto taken = parse_docker_nanoseconds(record.substr(0, blank));
  if (!taken || blank == std::string_view::npos)
    return invalid("the output of a container has a line without a time");
  if (held.empty()) time = *taken;
  auto text = record.substr(blank + 1);
  const bool whole = text.ends_with('\n');
  if (whole) text.remove_suffix(1);
  held += text;
  if (!whole && held.size() < kOutputLineBytesMax) return {};
  if (held.ends_with('\r')) held.pop_back();
  lines.push_back({time, std::exchange(held, {})});
  return {};
}

void OutputFrames::finish(std::vector<engine::OutputLine>& lines) {
  if (tty_ && !bytes_.empty())
    if (!take_record(std::exchange(bytes_, {}), held_[0], held_time_[0], lines)) return;
  for (std::size_t i : {0U, 1U})
    if (!held_[i].empty()) lines.push_back({held_time_[i], std::exchange(held_[i], {})});
}

}  // namespace berth::agent::drivers::docker
