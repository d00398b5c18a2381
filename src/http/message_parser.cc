#include "http/message_parser.h"

#include <algorithm>
#include <boost/beast/http/error.hpp>
#include <boost/system/errc.hpp>

#include "http/request_framing.h"

namespace berth::http {
namespace {
namespace beast_http = boost::beast::http;

// A sender may announce any length; memory is set aside only as it is likely to be filled.
constexpr std::uint64_t kBodyReserveMax = 8U << 10;
constexpr std::size_t kBodyReserveMin = 1U << 10;
constexpr std::string_view kHeaderEnd = "\r\n\r\n";
// "METHOD " of a sane request is shorter than this.
constexpr std::size_t kFirstLineProbe = 8192;
constexpr std::size_t kHeaderFieldsReserved = 16;

std::string_view text_of(boost::beast::string_view text) {
  return {text.data(), text.size()};
}

bool is_token_character(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' || c == '_';
}

// Beast looks at nothing before the whole header has come; what can never become a request is refused at
// once.
bool hopeless_start(std::string_view bytes) {
  if (!is_token_character(bytes.front())) return true;
  auto end = bytes.substr(0, kFirstLineProbe).find('\n');
  return end != std::string_view::npos && bytes.substr(0, end).find(" HTTP/1.") == std::string_view::npos;
}

ParseStep failed(const boost::system::error_code& code, std::size_t consumed) {
  ParseStep step{ParseStep::State::failed, consumed, 400, "malformed message"};
  if (code == beast_http::error::header_limit) {
    step.status = 431;
    step.reason = "header too large";
  } else if (code == beast_http::error::body_limit) {
    step.status = 413;
    step.reason = "body too large";
  } else if (code == beast_http::error::partial_message || code == beast_http::error::end_of_stream) {
    step.reason = "message cut short";
  } else if (code == boost::system::errc::not_enough_memory) {
    step.status = 503;
    step.reason = "too much is being sent at once: try again";
  }
  return step;
}

template <class Parser>
ParseStep feed_parser(Parser& parser, std::string_view bytes) {
  ParseStep step;
  while (!parser.is_done() && step.consumed < bytes.size()) {
    boost::system::error_code code;
    auto rest = bytes.substr(step.consumed);
    step.consumed += parser.put(boost::asio::const_buffer(rest.data(), rest.size()), code);
    if (code == beast_http::error::need_more) return step;
    if (code) return failed(code, step.consumed);
  }
  if (parser.is_done()) step.state = ParseStep::State::done;
  return step;
}

void add_field(std::vector<runtime::Header>& headers, std::string_view name, std::string_view value,
               boost::system::error_code& code) {
  if (headers.size() >= kHeaderFieldsMax) {
    code = beast_http::make_error_code(beast_http::error::header_limit);
    return;
  }
  // Once for all: an API request has about ten.
  if (headers.empty()) headers.reserve(kHeaderFieldsReserved);
  headers.push_back({std::string(name), std::string(value)});
}

void reserve_body(std::string& body, const boost::optional<std::uint64_t>& length) {
  if (length) body.reserve(static_cast<std::size_t>(std::min(*length, kBodyReserveMax)));
}

}  // namespace

RequestParser::RequestParser(MessageBounds bounds, ByteShare* share) : share_(share) {
  header_limit(static_cast<std::uint32_t>(bounds.header_bytes_max));
  body_limit(bounds.body_bytes_max);
  eager(true);
}

ParseStep RequestParser::feed(std::string_view bytes) {
  std::size_t skipped = 0;
  if (!is_header_done() && request_.headers.empty()) {
    // RFC 9112, 2.2: empty lines before a request line are ignored.
    while (skipped < bytes.size() && (bytes[skipped] == '\r' || bytes[skipped] == '\n')) ++skipped;
    bytes.remove_prefix(skipped);
    if (bytes.empty()) return {ParseStep::State::need_more, skipped, 400, {}};
    if (!got_some() && hopeless_start(bytes)) {
      return {ParseStep::State::failed, skipped, 400, "not an HTTP/1.1 request"};
    }
  }
  const bool header_before = header_read_;
  auto step = feed_parser(*this, bytes);
  step.consumed += skipped;
  if (header_before || !header_read_ || step.state == ParseStep::State::failed) return step;
  // Beast takes a header in one go, so that all of it is here.
  const auto end = bytes.find(kHeaderEnd);
  const auto text = end == std::string_view::npos ? bytes : bytes.substr(0, end + kHeaderEnd.size());
  const auto fault = find_framing_fault(text, request_.headers, version_);
  if (!fault.empty()) return {ParseStep::State::failed, step.consumed, 400, fault};
  return step;
}

void RequestParser::on_request_impl(beast_http::verb, Text method, Text target, int version, Code&) {
  version_ = version;
  request_.method = text_of(method);
  request_.target = text_of(target);
}

void RequestParser::on_field_impl(beast_http::field, Text name, Text value, Code& code) {
  // What stands behind a chunked body was never signed, nor looked at when the body was let in.
  if (header_read_) return;
  add_field(request_.headers, text_of(name), text_of(value), code);
}

void RequestParser::on_body_init_impl(const boost::optional<std::uint64_t>& length, Code&) {
  reserve_body(request_.body, length);
}

bool RequestParser::make_body_room(std::size_t bytes) {
  auto& body = request_.body;
  if (bytes <= body.capacity() - body.size()) return true;
  const auto wanted = std::max({body.capacity() * 2, body.size() + bytes, kBodyReserveMin});
  if (share_ && !share_->resize(wanted)) return false;
  body.reserve(wanted);
  return true;
}

std::size_t RequestParser::on_body_impl(Text body, Code& code) {
  if (!make_body_room(body.size())) {
    code = boost::system::errc::make_error_code(boost::system::errc::not_enough_memory);
    return 0;
  }
  request_.body.append(body.data(), body.size());
  return body.size();
}

std::size_t RequestParser::on_chunk_body_impl(std::uint64_t, Text body, Code& code) {
  return on_body_impl(body, code);
}

ResponseParser::ResponseParser(MessageBounds bounds, Body body) {
  header_limit(static_cast<std::uint32_t>(bounds.header_bytes_max));
  body_limit(bounds.body_bytes_max);
  eager(true);
  if (body == Body::none) skip(true);
}

ParseStep ResponseParser::feed(std::string_view bytes) {
  return feed_parser(*this, bytes);
}

ParseStep ResponseParser::feed_end() {
  boost::system::error_code code;
  if (!got_some()) return failed(beast_http::make_error_code(beast_http::error::end_of_stream), 0);
  if (!is_done()) put_eof(code);
  if (code) return failed(code, 0);
  return {ParseStep::State::done, 0, 0, {}};
}

void ResponseParser::on_field_impl(beast_http::field, Text name, Text value, Code& code) {
  add_field(response_.headers, text_of(name), text_of(value), code);
}

void ResponseParser::on_body_init_impl(const boost::optional<std::uint64_t>& length, Code&) {
  reserve_body(response_.body, length);
}

std::size_t ResponseParser::on_body_impl(Text body, Code&) {
  response_.body.append(body.data(), body.size());
  return body.size();
}

std::size_t ResponseParser::on_chunk_body_impl(std::uint64_t, Text body, Code& code) {
  return on_body_impl(body, code);
}

}  // namespace berth::http
