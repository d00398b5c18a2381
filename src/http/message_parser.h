#pragma once
#include <boost/beast/http/basic_parser.hpp>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "http/byte_budget.h"
#include "runtime/transport.h"

namespace berth::http {

/// Header fields that one message may have.
inline constexpr std::size_t kHeaderFieldsMax = 256;

/// How far a parser came with the bytes it was given.
struct ParseStep {
  enum class State { need_more, done, failed };
  State state = State::need_more;
  std::size_t consumed = 0;  ///< Bytes to drop from the front of the buffer.
  int status = 400;          ///< When failed: the HTTP status that says why (400, 413, 431, 503).
  std::string_view reason;   ///< When failed: in words. Static storage.
};

/// Bounds of one message, in bytes.
struct MessageBounds {
  std::size_t header_bytes_max;
  std::uint64_t body_bytes_max;
};

/// Reads one HTTP/1.x request from bytes as they come. No I/O; private to http (it shows Beast).
///
/// Bytes that `feed` did not consume must be given again, with more behind them. Headers that servers could
/// read in two ways are refused (request_framing.h). Fields behind a chunked body are dropped.
class RequestParser final : public boost::beast::http::basic_parser<true> {
 public:
  /// The body takes no more memory than `share` gets; null: as much as it needs.
  /// Borrows: `share`.
  explicit RequestParser(MessageBounds bounds, ByteShare* share = nullptr);
  ParseStep feed(std::string_view bytes);
  /// Complete once feed() said done; the header is complete once is_header_done().
  runtime::HttpRequest& request() { return request_; }
  /// 11 is HTTP/1.1.
  int version() const { return version_; }

 private:
  using Code = boost::beast::error_code;
  using Text = boost::beast::string_view;
  void on_request_impl(boost::beast::http::verb, Text method, Text target, int version, Code&) override;
  void on_response_impl(int, Text, int, Code&) override {}
  void on_field_impl(boost::beast::http::field, Text name, Text value, Code&) override;
  void on_header_impl(Code&) override { header_read_ = true; }
  void on_body_init_impl(const boost::optional<std::uint64_t>& length, Code&) override;
  std::size_t on_body_impl(Text body, Code&) override;
  void on_chunk_header_impl(std::uint64_t, Text, Code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t remain, Text body, Code&) override;
  void on_finish_impl(Code&) override {}

  bool make_body_room(std::size_t bytes);

  runtime::HttpRequest request_;
  ByteShare* share_;
  int version_ = 11;
  bool header_read_ = false;
};

/// Reads one HTTP/1.x response. `body_expected` is false for the answer to HEAD.
class ResponseParser final : public boost::beast::http::basic_parser<false> {
 public:
  enum class Body { expected, none };
  ResponseParser(MessageBounds bounds, Body body);
  ParseStep feed(std::string_view bytes);
  /// The connection ended: done when the message may end so, else failed.
  ParseStep feed_end();
  /// The body read so far may be taken out at any time.
  runtime::HttpResponse& response() { return response_; }

 private:
  using Code = boost::beast::error_code;
  using Text = boost::beast::string_view;
  void on_request_impl(boost::beast::http::verb, Text, Text, int, Code&) override {}
  void on_response_impl(int status, Text, int, Code&) override { response_.status = status; }
  void on_field_impl(boost::beast::http::field, Text name, Text value, Code&) override;
  void on_header_impl(Code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>& length, Code&) override;
  std::size_t on_body_impl(Text body, Code&) override;
  void on_chunk_header_impl(std::uint64_t, Text, Code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t remain, Text body, Code&) override;
  void on_finish_impl(Code&) override {}

  runtime::HttpResponse response_;
};

}  // namespace berth::http
