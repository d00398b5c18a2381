#pragma once
#include <compare>
#include <functional>
#include <string>
#include <utility>

namespace berth {

/// A value of type T that cannot be mixed up with another use of T. `Tag` is any (incomplete) type.
/// Construction is explicit; ordering and hashing are those of T.
template <class Tag, class T>
class Strong {
 public:
  using value_type = T;
  constexpr Strong() = default;
  constexpr explicit Strong(T value) : value_(std::move(value)) {}
  constexpr const T& value() const { return value_; }
  friend auto operator<=>(const Strong&, const Strong&) = default;
  friend bool operator==(const Strong&, const Strong&) = default;

 private:
  T value_{};
};

}  // namespace berth

template <class Tag, class T>
struct std::hash<berth::Strong<Tag, T>> {
  std::size_t operator()(const berth::Strong<Tag, T>& strong) const { return std::hash<T>{}(strong.value()); }
};
