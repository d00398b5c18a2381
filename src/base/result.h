#pragma once
#include <utility>
#include <variant>

#include "base/assert.h"
#include "base/error.h"

namespace berth {

/// A value, or the Error that kept it from coming about.
///
/// Errors: reading `value()` of a failure, or `error()` of a success, is a broken invariant and ends the
/// process.
template <class T>
class [[nodiscard]] Result {
 public:
  using value_type = T;

  // NOLINTNEXTLINE(google-explicit-constructor)
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  // NOLINTNEXTLINE(google-explicit-constructor)
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  T& value() & { return check(ok(), "value() of a failed Result"), *std::get_if<0>(&state_); }
  const T& value() const& { return check(ok(), "value() of a failed Result"), *std::get_if<0>(&state_); }
  T&& value() && { return check(ok(), "value() of a failed Result"), std::move(*std::get_if<0>(&state_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  const Error& error() const& {
    return check(!ok(), "error() of a Result with a value"), *std::get_if<1>(&state_);
  }
  Error&& error() && {
    return check(!ok(), "error() of a Result with a value"), std::move(*std::get_if<1>(&state_));
  }

 private:
  std::variant<T, Error> state_;
};

/// Success without a value, or an Error.
template <>
class [[nodiscard]] Result<void> {
 public:
  using value_type = void;

  Result() = default;
  Result(Error error) : error_(std::move(error)), failed_(true) {}  // NOLINT(google-explicit-constructor)

  bool ok() const { return !failed_; }
  explicit operator bool() const { return ok(); }
  const Error& error() const& { return check(failed_, "error() of a Result that succeeded"), error_; }
  Error&& error() && { return check(failed_, "error() of a Result that succeeded"), std::move(error_); }

 private:
  Error error_;
  bool failed_ = false;
};

}  // namespace berth
