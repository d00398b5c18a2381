#include "agent/endpoints/request_target.h"

#include "base/encoding.h"

namespace berth::agent::endpoints {
namespace {

std::string decoded(std::string_view text, Plus plus) {
  auto plain = decode_uri(text, plus);
  return plain ? *plain : std::string(text);
}

/// Cuts `text` at the first `separator`; yields what stands before it.
std::string_view take_until(std::string_view& text, char separator) {
  const auto end = text.find(separator);
  const auto part = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return part;
}

}  // namespace

std::string_view RequestTarget::segment(std::size_t index) const {
  return index < segments.size() ? std::string_view(segments[index]) : std::string_view();
}

const std::string* RequestTarget::parameter(const std::string& name) const {
  const auto found = query.find(name);
  return found == query.end() ? nullptr : &found->second;
}

RequestTarget parse_target(std::string_view target) {
  RequestTarget out;
  std::string_view path = take_until(target, '?');
  while (!path.empty()) {
    const auto segment = take_until(path, '/');
    if (!segment.empty()) out.segments.push_back(decoded(segment, Plus::literal));
  }
  while (!target.empty()) {
    std::string_view pair = take_until(target, '&');
    const auto name = take_until(pair, '=');
    if (!name.empty()) out.query.emplace(decoded(name, Plus::space), decoded(pair, Plus::space));
  }
  return out;
}

}  // namespace berth::agent::endpoints
