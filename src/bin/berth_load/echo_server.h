#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "bin/berth_load/stream.h"

namespace berth::load {

/// A plain epoll server in a process of its own that answers each request with the same bytes as the real
/// one, without looking at more of it than its length: what generator, kernel and machine can do at most.
class EchoServer {
 public:
  /// `answers[i]` answers requests marked `X-Load: i`.
  /// Errors: `unavailable`.
  static Result<EchoServer> start(const std::vector<std::string>& answers);
  EchoServer(EchoServer&& other) noexcept;
  EchoServer& operator=(EchoServer&&) = delete;
  ~EchoServer();
  const Address& address() const { return address_; }

 private:
  EchoServer(Address address, int process) : address_(std::move(address)), process_(process) {}
  Address address_;
  int process_ = -1;
};

}  // namespace berth::load
