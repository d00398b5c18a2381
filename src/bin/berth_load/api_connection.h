#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "bin/berth_load/stream.h"

namespace berth::load {

/// Of a first error that is kept, so much is shown.
inline constexpr std::size_t kErrorTextMax = 300;

/// An answer; `status` 0 means that the connection broke.
///
/// Borrows: the body, for the call.
struct Reply {
  int status = 0;
  std::string_view body;
  std::string_view raw;  ///< Head and body.
  bool ok() const { return status == 200; }
};

/// A kept-alive HTTP/1.1 connection with one request at a time. Connects when first used, and again after it
/// broke. Answers must have a Content-Length.
class ApiConnection final : public Stream {
 public:
  using Done = std::function<void(const Reply&)>;
  ApiConnection(Loop& loop, Address address) : Stream(loop), address_(std::move(address)) {}
  ~ApiConnection() override { loop().cancel(this); }

  bool busy() const { return static_cast<bool>(done_); }
  /// `bytes` is a whole request. `done` may send the next one. It is called from the loop, never from here.
  void send(std::string_view bytes, Done done);

 private:
  std::size_t on_bytes(std::string_view bytes) override;
  void on_lost() override;
  void finish(const Reply& reply);

  Address address_;
  Done done_;
  std::size_t needed_ = 0;  ///< Bytes of the answer under way, once its head is known.
  std::size_t head_ = 0;
};

}  // namespace berth::load
