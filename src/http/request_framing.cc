#include "http/request_framing.h"

#include <algorithm>

#include "http/message_text.h"

namespace berth::http {
namespace {

constexpr int kHttp11 = 11;

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

/// A line of the header without its end.
std::string_view find_line_fault(std::string_view line) {
  if (line.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos)
    return "a header line has a control character in it";
  if (line.empty()) return {};
  if (is_blank(line.front())) return "a header line is folded";
  const auto colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0) return "a header line has no name";
  if (is_blank(line[colon - 1])) return "white space before the colon of a header field";
  return {};
}

std::string_view find_text_fault(std::string_view text) {
  constexpr std::string_view kEnd = "\r\n";
  for (bool first = true; !text.empty(); first = false) {
    const auto end = text.find(kEnd);
    if (end == std::string_view::npos) return "a header line without its end";
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end + kEnd.size());
    if (first) continue;  // The request line.
    if (const auto fault = find_line_fault(line); !fault.empty()) return fault;
  }
  return {};
}

bool is_number(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

/// Empty, or name or address with or without a port.
bool is_host(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    const bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    return word || std::string_view("-._~!$&'()*+;=%:[]").find(c) != std::string_view::npos;
  });
}

}  // namespace

std::string_view find_framing_fault(std::string_view text, std::span<const runtime::Header> fields,
                                    int version) {
  if (const auto fault = find_text_fault(text); !fault.empty()) return fault;
  int hosts = 0, lengths = 0, codings = 0;
  for (const auto& [name, value] : fields) {
    if (equals_ignoring_case(name, "Host")) {
      if (++hosts > 1) return "more than one Host";
      if (!is_host(value)) return "Host is no host";
    } else if (equals_ignoring_case(name, "Content-Length")) {
      if (++lengths > 1) return "more than one Content-Length";
      if (!is_number(value)) return "Content-Length is no number";
    } else if (equals_ignoring_case(name, "Transfer-Encoding")) {
      if (++codings > 1 || !equals_ignoring_case(value, "chunked"))
        return "no Transfer-Encoding but chunked is understood";
    }
  }
  if (codings > 0 && version < kHttp11) return "Transfer-Encoding in HTTP/1.0";
  if (codings > 0 && lengths > 0) return "Transfer-Encoding and Content-Length";
  if (hosts == 0 && version >= kHttp11) return "no Host";
  return {};
}

}  // namespace berth::http
