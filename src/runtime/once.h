#pragma once
#include <memory>
#include <type_traits>
#include <utility>

#include "base/assert.h"

namespace berth::runtime {

/// A callable that is moved, never copied, and called at most once: what an Asio handler is.
///
/// Invariant: calling an empty or already called Once ends the process.
template <class... Args>
class Once {
 public:
  Once() = default;
  template <class F>
  requires(!std::is_same_v<std::decay_t<F>, Once>) explicit Once(F&& function)
      : impl_(std::make_unique<Impl<std::decay_t<F>>>(std::forward<F>(function))) {}

  explicit operator bool() const { return impl_ != nullptr; }
  void operator()(Args... args) {
    check(impl_ != nullptr, "an empty Once was called");
    // Taken first, so that the callable may replace or destroy this Once while it runs.
    const std::unique_ptr<Base> impl = std::move(impl_);
    impl->run(std::forward<Args>(args)...);
  }

 private:
  struct Base {
    virtual ~Base() = default;
    virtual void run(Args... args) = 0;
  };
  template <class F>
  struct Impl final : Base {
    explicit Impl(F f) : function(std::move(f)) {}
    void run(Args... args) override { std::move(function)(std::forward<Args>(args)...); }
    F function;
  };
  std::unique_ptr<Base> impl_;
};

}  // namespace berth::runtime
