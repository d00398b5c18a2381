#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "bin/berth_load/loop.h"

namespace berth::load {

/// Where a server listens: an IPv4 address, or a name that is one (`localhost`).
struct Address {
  std::string host;
  std::uint16_t port = 0;
  std::string authority() const;
};
/// `http://HOST:PORT`.
/// Errors: `invalid`; TLS is not spoken: what is measured is the server.
Result<Address> parse_address(std::string_view url);

/// A non-blocking TCP connection that buffers what cannot be written at once.
///
/// Runs on: its loop's thread.
class Stream : private Watcher {
 public:
  explicit Stream(Loop& loop) : loop_(loop) {}
  ~Stream() override { disconnect(); }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  /// Connects, blocking: on a loopback that takes as long as the server's accept queue needs.
  /// Errors: `unavailable`.
  Result<void> connect(const Address& address);
  void adopt(int fd);
  void disconnect();
  bool connected() const { return fd_ >= 0; }
  void write(std::string_view bytes);

 protected:
  /// Bytes came. May disconnect(); gives how many it has used.
  virtual std::size_t on_bytes(std::string_view bytes) = 0;
  /// The peer is gone. The stream is disconnected already.
  virtual void on_lost() = 0;
  Loop& loop() { return loop_; }

 private:
  void on_ready(std::uint32_t events) override;
  void read();
  void flush();
  void lose();

  Loop& loop_;
  int fd_ = -1;
  std::uint64_t life_ = 0;  ///< Tells a new connection from the one that a callback began with.
  std::string in_;          ///< Unused bytes of an incomplete message.
  std::string out_;
};

}  // namespace berth::load
