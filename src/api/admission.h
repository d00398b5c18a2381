#pragma once
#include <atomic>
#include <cstddef>

namespace berth::api {

/// Requests that are answered at the same time; beyond it clients are told to come again later
/// (ThrottlingException, which SDKs retry with growing pauses).
///
/// Without a bound the clients of a server that is asked for more than it can do only wait, each for all the
/// others, until their own time is over and they ask once more. The bound is some half a second of RunTask.
inline constexpr std::size_t kRequestsMax = 512;

/// Lets requests in. Reports of agents are always let in: each agent says one thing at a time, and it makes
/// room.
///
/// Runs on: any thread.
class Admission {
 public:
  explicit Admission(std::size_t requests_max = kRequestsMax) : requests_max_(requests_max) {}

  /// A request's place, until destroyed.
  class Place {
   public:
    explicit Place(std::atomic<std::size_t>* inside) : inside_(inside) {}
    ~Place() {
      if (inside_) inside_->fetch_sub(1, std::memory_order_relaxed);
    }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    /// False: the request is not let in.
    bool taken() const { return inside_ != nullptr; }

   private:
    std::atomic<std::size_t>* inside_;
  };
  Place enter(bool always);
  std::size_t inside() const { return inside_.load(std::memory_order_relaxed); }

 private:
  std::size_t requests_max_;
  std::atomic<std::size_t> inside_{0};
};

}  // namespace berth::api
