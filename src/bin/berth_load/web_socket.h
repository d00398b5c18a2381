#pragma once
#include <functional>
#include <string>
#include <string_view>

#include "bin/berth_load/stream.h"

namespace berth::load {

/// The client's end of a websocket of text messages (RFC 6455, no extensions).
class WebSocket final : public Stream {
 public:
  struct Events {
    std::function<void()> opened;
    std::function<void(std::string_view)> message;
    std::function<void(std::string_view why)> closed;  ///< The refusal's head and body, or a word.
  };
  WebSocket(Loop& loop, Events events) : Stream(loop), events_(std::move(events)) {}

  /// Errors: `unavailable`. After it has failed, or after `closed`, it may be called again.
  Result<void> open(const Address& address, std::string_view handshake);
  void send(std::string_view text);
  bool is_open() const { return open_; }

 private:
  std::size_t on_bytes(std::string_view bytes) override;
  std::size_t on_handshake(std::string_view bytes);
  /// Bytes of the first frame; 0 when it is not whole.
  std::size_t on_frame(std::string_view bytes);
  void on_payload(unsigned opcode, bool last, std::string_view payload);
  void on_lost() override;
  void write_frame(unsigned opcode, std::string_view payload);

  Events events_;
  bool open_ = false;
  std::string fragments_;
};

}  // namespace berth::load
