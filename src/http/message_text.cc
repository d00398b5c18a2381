#include "http/message_text.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <boost/beast/http/status.hpp>

namespace berth::http {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

void append_clean(std::string& out, std::string_view value) {
  const auto is_unclean = [](char c) { return c == '\r' || c == '\n' || c == '\0'; };
  auto start = out.size();
  out.append(value);
  if (std::none_of(value.begin(), value.end(), is_unclean)) return;
  std::replace_if(out.begin() + static_cast<std::ptrdiff_t>(start), out.end(), is_unclean, ' ');
}

void append_header(std::string& out, std::string_view name, std::string_view value) {
  append_clean(out, name);
  out.append(": ");
  append_clean(out, value);
  out.append("\r\n");
}

bool is_framing(std::string_view name) {
  return equals_ignoring_case(name, "Content-Length") || equals_ignoring_case(name, "Transfer-Encoding") ||
         equals_ignoring_case(name, "Connection");
}

void append_length(std::string& out, std::size_t bytes) {
  const fmt::format_int digits(bytes);
  out.append("Content-Length: ").append(digits.data(), digits.size()).append("\r\n");
}

}  // namespace

bool equals_ignoring_case(std::string_view a, std::string_view b) {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower(x) == lower(y); });
}

bool has_token(std::string_view list, std::string_view token) {
  while (!list.empty()) {
    auto comma = list.find(',');
    auto item = list.substr(0, comma);
    list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
    while (!item.empty() && (item.front() == ' ' || item.front() == '\t')) item.remove_prefix(1);
    while (!item.empty() && (item.back() == ' ' || item.back() == '\t')) item.remove_suffix(1);
    if (equals_ignoring_case(item, token)) return true;
  }
  return false;
}

std::string render_http_date(WallTime time) {
  return fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT", fmt::gmtime(static_cast<std::time_t>(time.ms / 1000)));
}

void append_response_head(std::string& out, const runtime::HttpResponse& response,
                          const ResponseFraming& framing) {
  auto reason = boost::beast::http::obsolete_reason(
      boost::beast::http::int_to_status(static_cast<unsigned>(response.status)));
  const fmt::format_int status(response.status);
  out.append("HTTP/1.1 ").append(status.data(), status.size()).append(1, ' ');
  out.append(reason.data(), reason.size()).append("\r\n");
  for (const auto& header : response.headers) {
    if (!is_framing(header.name)) append_header(out, header.name, header.value);
  }
  if (!framing.date.empty()) append_header(out, "Date", framing.date);
  if (response.status >= 200 && response.status != 204) append_length(out, response.body.size());
  if (framing.connection == ResponseFraming::Connection::keep_alive) out.append("Connection: keep-alive\r\n");
  if (framing.connection == ResponseFraming::Connection::close) out.append("Connection: close\r\n");
  out.append("\r\n");
}

void append_request_head(std::string& out, const runtime::HttpRequest& request, std::string_view host) {
  append_clean(out, request.method);
  out.push_back(' ');
  append_clean(out, request.target);
  out.append(" HTTP/1.1\r\n");
  if (runtime::find_header(request.headers, "Host").empty()) append_header(out, "Host", host);
  for (const auto& header : request.headers) {
    if (!is_framing(header.name)) append_header(out, header.name, header.value);
  }
  if (!request.body.empty() || request.method == "POST" || request.method == "PUT") {
    append_length(out, request.body.size());
  }
  out.append("\r\n");
}

}  // namespace berth::http
