#include "agent/logs/event_lines.h"

#include <re2/re2.h>

namespace berth::agent::logs {
namespace {

// How many bytes the character at `at` has; 0: it is none.
std::size_t character_size(std::string_view bytes, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  const unsigned char first = byte(at);
  if (first < 0x80) return 1;
  const std::size_t size = first >= 0xf0 && first < 0xf5 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 0;
  if (size == 0 || first >= 0xf5 || at + size > bytes.size()) return 0;
  for (std::size_t i = 1; i < size; ++i)
    if ((byte(at + i) & 0xc0) != 0x80) return 0;
  const unsigned char second = byte(at + 1);
  // Too long for what it is, halves of pairs, and beyond the last character.
  if ((first == 0xe0 && second < 0xa0) || (first == 0xed && second >= 0xa0) ||
      (first == 0xf0 && second < 0x90) || (first == 0xf4 && second >= 0x90))
    return 0;
  return size;
}

void give(OutputEvent event, std::vector<OutputEvent>& events) {
  auto text = to_utf8(event.message);
  while (text.size() > kEventBytesMax) {
    std::size_t cut = kEventBytesMax;
    while ((static_cast<unsigned char>(text[cut]) & 0xc0) == 0x80) --cut;
    events.push_back({event.time_ms, text.substr(0, cut)});
    text.erase(0, cut);
  }
  if (!text.empty()) events.push_back({event.time_ms, std::move(text)});
}

}  // namespace

std::string to_utf8(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  for (std::size_t at = 0; at < bytes.size();) {
    const auto size = character_size(bytes, at);
    if (size == 0)
      out += "\xef\xbf\xbd";
    else
      out += bytes.substr(at, size);
    at += size == 0 ? 1 : size;
  }
  return out;
}

EventLines::EventLines(std::unique_ptr<re2::RE2> start) : start_(std::move(start)) {}
EventLines::~EventLines() = default;

Result<std::unique_ptr<EventLines>> EventLines::make(const std::string& event_start) {
  std::unique_ptr<re2::RE2> start;
  if (!event_start.empty()) {
    re2::RE2::Options options;
    options.set_log_errors(false);
    options.set_encoding(re2::RE2::Options::EncodingLatin1);
    start = std::make_unique<re2::RE2>(event_start, options);
    if (!start->ok()) return invalid("'" + event_start + "' is no regular expression: " + start->error());
  }
  return std::unique_ptr<EventLines>(new EventLines(std::move(start)));
}

void EventLines::add(const engine::OutputLine& line, std::vector<OutputEvent>& events) {
  constexpr std::int64_t kNanosecondsInMs = 1'000'000;
  const auto time_ms = line.time_ns / kNanosecondsInMs;
  if (!start_) return give({time_ms, line.text}, events);
  if (re2::RE2::PartialMatch(line.text, *start_) ||
      held_.message.size() + line.text.size() > kMultilineBytesMax)
    finish(events);
  if (held_lines_ == 0) held_.time_ms = time_ms;
  if (held_lines_ > 0) held_.message.push_back('\n');
  held_.message += line.text;
  ++held_lines_;
}

void EventLines::finish(std::vector<OutputEvent>& events) {
  if (held_lines_ == 0) return;
  give(std::exchange(held_, {}), events);
  held_lines_ = 0;
}

}  // namespace berth::agent::logs
