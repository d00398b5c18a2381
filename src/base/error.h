#pragma once
#include <string>
#include <string_view>

namespace berth {

/// What kind of operational failure it was. Mistakes of API callers are `ApiError`s, not these.
enum class ErrorCode {
  invalid,      ///< A value that was parsed or decoded is malformed; the message names where.
  not_found,    ///< What was asked for does not exist.
  conflict,     ///< An expectation no longer holds: take a new view and decide again.
  unavailable,  ///< The other side did not answer or is failing; the outcome may be unknown.
  timeout,      ///< A deadline passed; the outcome may be unknown.
  cancelled,    ///< The waiting coroutine was cancelled, or the owner is shutting down.
  too_large,    ///< A named limit was exceeded.
  denied,       ///< Not permitted.
  closed,       ///< The peer closed the connection in an orderly way.
  internal,     ///< The environment misbehaved (disk, kernel, library).
};
std::string_view to_string(ErrorCode code);

/// What the caller may do about an Error.
enum class Retry {
  no,            ///< The same call will fail again.
  same_request,  ///< The same call may be repeated later.
  re_decide,     ///< Look at the world again and decide anew.
};

/// An operational failure: which kind, in words for a person, and what to do.
struct Error {
  ErrorCode code = ErrorCode::internal;
  std::string message;
  Retry retry = Retry::no;
};

inline Error invalid(std::string message) {
  return {ErrorCode::invalid, std::move(message), Retry::no};
}
inline Error not_found(std::string message) {
  return {ErrorCode::not_found, std::move(message), Retry::no};
}
inline Error conflict(std::string message) {
  return {ErrorCode::conflict, std::move(message), Retry::re_decide};
}
inline Error unavailable(std::string message) {
  return {ErrorCode::unavailable, std::move(message), Retry::same_request};
}
inline Error internal_error(std::string message) {
  return {ErrorCode::internal, std::move(message), Retry::no};
}

}  // namespace berth
