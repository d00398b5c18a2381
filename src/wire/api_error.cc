#include "wire/api_error.h"

#include <fmt/format.h>

namespace berth::wire {
namespace {

ApiError make(std::string_view code, std::string message, int status = 400) {
  return {std::string(code), std::move(message), status, {}, {}};
}

}  // namespace

ApiError throttling() {
  ApiError error = make("ThrottlingException", "Rate exceeded");
  error.query_code = "Throttling";
  return error;
}
ApiError unknown_operation() {
  ApiError error = make("UnknownOperationException", "The requested operation is not known to this service.");
  error.query_code = "InvalidAction";
  return error;
}
ApiError serialization_exception(std::string message) {
  ApiError error = make("SerializationException", std::move(message));
  error.query_code = "MalformedInput";
  return error;
}
ApiError request_too_large(std::size_t bytes_max) {
  return make("RequestEntityTooLargeException",
              fmt::format("The request is larger than {} bytes.", bytes_max), 413);
}

}  // namespace berth::wire
