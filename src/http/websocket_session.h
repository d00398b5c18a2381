#pragma once
#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "http/channel.h"
#include "runtime/runtime.h"
#include "runtime/transport.h"

namespace berth::http {

struct WebsocketLimits {
  std::size_t message_bytes_max = 16U
                                  << 20;  ///< Beyond: the peer gets close code 1009, receive() `too_large`.
  Duration close_timeout = std::chrono::seconds(3);
};

/// The answer to a client's upgrade request that was refused: what the server said instead of 101.
struct Refusal {
  int status = 0;
  std::string body;
};

/// One websocket over a Channel, either end. Text frames out; text and binary in. Pings are answered while
/// receive() is pending. Private to http.
///
/// Runs on: the channel's executor; one receive() and one send() at a time.
/// Memory:  while it waits for a message, some 4 KiB beside the channel's own.
class WebsocketSession final : public runtime::MessageSocket,
                               public std::enable_shared_from_this<WebsocketSession> {
 public:
  WebsocketSession(ChannelPtr channel, runtime::Runtime& runtime, WebsocketLimits limits);
  ~WebsocketSession() override;

  /// Server: answers `upgrade`, whose form was checked, with 101.
  Async<Result<void>> accept(const runtime::HttpRequest& upgrade);
  /// Client: asks for the upgrade. `refusal` is filled when the server answered anything but 101 (then:
  /// `denied`).
  Async<Result<void>> handshake(runtime::HttpRequest upgrade, std::string host, Refusal& refusal);

  Async<Result<std::string>> receive() override;
  Async<Result<void>> send(std::string text) override;
  void close(int code, std::string reason) override;

  /// Closes with `code` unless that was done before, and waits for the end, at most the close timeout. The
  /// channel stays.
  Async<void> finish(int code);
  /// Breaks the connection at once.
  void abort();
  /// Since when a send() has been waiting, if one is.
  std::optional<MonotonicTime> sending_since() const { return sending_since_; }

 private:
  struct Stream;
  void end_of_close();
  Error error_of(const boost::system::error_code& code, const char* doing) const;

  ChannelPtr channel_;
  runtime::Runtime& runtime_;
  WebsocketLimits limits_;
  std::unique_ptr<Stream> stream_;
  struct CloseGuard;
  std::unique_ptr<CloseGuard> guard_;
  std::optional<MonotonicTime> sending_since_;
  bool close_started_ = false;
  bool close_ended_ = false;
};

}  // namespace berth::http
