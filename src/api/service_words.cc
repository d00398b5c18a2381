#include "api/service_words.h"

namespace berth::api {
namespace {

wire::ApiError validation_exception(std::string_view, std::string message) {
  return {.code = "ValidationException", .message = std::move(message)};
}

wire::ApiError validation_error(std::string_view, std::string message) {
  return {.code = "ValidationError", .message = std::move(message)};
}

wire::ApiError idempotency_mismatch(std::vector<std::string>) {
  return {.code = "IdempotentParameterMismatch",
          .message = "The client token was already used with other parameters."};
}

}  // namespace

ServiceWords json_words() {
  return {.invalid = validation_exception,
          .token_reused = idempotency_mismatch,
          .unsupported_code = "UnsupportedOperationException"};
}

ServiceWords query_words() {
  return {.invalid = validation_error, .token_reused = idempotency_mismatch};
}

}  // namespace berth::api
