#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/client.h"

namespace berth::http {

/// The body of a response as it arrives: Docker's events, pull progress, statistics and logs.
///
/// Runs on: its client's executor; one next() at a time. Dropping it breaks the connection; it may outlive
///   its client.
/// Errors: `unavailable` when the connection breaks before the body's end.
/// Cancellation: a cancelled next() loses no bytes; the stream can be read on.
class BodyStream {
 public:
  virtual ~BodyStream() = default;
  /// The next bytes, never empty, in pieces of no particular size; nothing at the body's end. Waits as long
  /// as it takes.
  virtual Async<Result<std::optional<std::string>>> next() = 0;
};

struct StreamedResponse {
  int status = 0;
  std::vector<runtime::Header> headers;
  std::unique_ptr<BodyStream> body;
};

/// Sends requests whose answers have no end, or none soon; each on a connection of its own.
class StreamClient {
 public:
  virtual ~StreamClient() = default;
  /// `connect_timeout` bounds connecting and sending. The answer's header is awaited for as long as it takes.
  /// Errors: `unavailable`, `timeout`, `too_large` (header).
  virtual Async<Result<StreamedResponse>> open_stream(runtime::HttpRequest request,
                                                      Duration connect_timeout) = 0;
};

/// As make_http_caller; `body_bytes_max` does not apply.
Result<std::unique_ptr<StreamClient>> make_stream_client(std::string_view endpoint_url, ClientOptions options,
                                                         Executor executor, runtime::Runtime& runtime);

}  // namespace berth::http
