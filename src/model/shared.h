#pragma once
#include <memory>
#include <utility>

namespace berth::model {

/// A value that its copies share: copying one costs a pointer. It never changes; to change it, take a copy of
/// what it holds and assign that.
template <class T>
class Shared {
 public:
  Shared() = default;
  Shared(T value) : value_(std::make_shared<const T>(std::move(value))) {}
  explicit Shared(std::shared_ptr<const T> value) : value_(std::move(value)) {}

  const T& operator*() const { return value_ ? *value_ : nothing(); }
  const T* operator->() const { return &**this; }
  auto begin() const { return (**this).begin(); }
  auto end() const { return (**this).end(); }
  auto size() const { return (**this).size(); }
  bool operator==(const Shared& other) const { return value_ == other.value_ || **this == *other; }

 private:
  static const T& nothing() {
    static const T none{};
    return none;
  }
  std::shared_ptr<const T> value_;  // Null: an empty one.
};

}  // namespace berth::model
