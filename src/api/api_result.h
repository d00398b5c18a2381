#pragma once
#include <utility>
#include <variant>

#include "base/assert.h"
#include "wire/api_error.h"

namespace berth::api {

/// The response of an operation, or the modelled error its caller gets.
template <class T>
class [[nodiscard]] ApiResult {
 public:
  using value_type = T;
  ApiResult(T value)
      : state_(std::in_place_index<0>, std::move(value)) {}  // NOLINT(google-explicit-constructor)
  ApiResult(wire::ApiError error)
      : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT(google-explicit-constructor)

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }
  T& value() { return check(ok(), "value() of a failed ApiResult"), *std::get_if<0>(&state_); }
  const T& value() const { return check(ok(), "value() of a failed ApiResult"), *std::get_if<0>(&state_); }
  T& operator*() { return value(); }
  const T& operator*() const { return value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  const wire::ApiError& error() const {
    return check(!ok(), "error() of an ApiResult with a value"), *std::get_if<1>(&state_);
  }
  wire::ApiError take_error() {
    return check(!ok(), "error() of an ApiResult with a value"), std::move(*std::get_if<1>(&state_));
  }

 private:
  std::variant<T, wire::ApiError> state_;
};

}  // namespace berth::api
