#pragma once
#include <atomic>
#include <cstddef>

namespace berth::http {

/// How many bytes of requests the servers of a process hold for clients that have not proved who they are:
/// headers and bodies from their first byte on until they are answered. Shared by all that are given it.
///
/// Runs on: any thread.
/// Limits:  kFreeBytes of each share are not counted, as the number of connections bounds them. Shares of
///          more than kLargeBytes get no more than three quarters of the whole, and with those of more than
///          kUsualBytes no more than seven eighths: what usual requests need stays free, whoever sends large
///          ones or many that are not quite so large.
class ByteBudget {
 public:
  static constexpr std::size_t kFreeBytes = 8U << 10;
  static constexpr std::size_t kUsualBytes = 24U << 10;
  static constexpr std::size_t kLargeBytes = 64U << 10;

  explicit ByteBudget(std::size_t bytes_max) : bytes_max_(bytes_max) {}
  ByteBudget(const ByteBudget&) = delete;
  ByteBudget& operator=(const ByteBudget&) = delete;

  std::size_t held() const { return held_.load(std::memory_order_relaxed); }

 private:
  friend class ByteShare;
  /// `bytes` more for a share that then has `whole`.
  bool take(std::size_t bytes, std::size_t whole);
  std::size_t most_for(std::size_t whole) const;
  void give(std::size_t bytes);

  const std::size_t bytes_max_;
  std::atomic<std::size_t> held_{0};
};

/// What one holder has of a budget; given back when it goes.
/// Runs on: one executor.
class ByteShare {
 public:
  explicit ByteShare(ByteBudget& budget) : budget_(budget) {}
  ~ByteShare() { budget_.give(counted_); }
  ByteShare(const ByteShare&) = delete;
  ByteShare& operator=(const ByteShare&) = delete;

  /// Holds `bytes` from now on. False, and as before, when that is more and the budget has no more to give.
  [[nodiscard]] bool resize(std::size_t bytes);
  void release() { budget_.give(counted_), counted_ = 0; }

 private:
  ByteBudget& budget_;
  std::size_t counted_ = 0;
};

}  // namespace berth::http
