#include "api/operations.h"

namespace berth::api {

wire::ApiError decode_error(const ServiceWords& words, const model::DecodeContext& problems,
                            std::string_view operation) {
  if (const auto* type = problems.find(model::ProblemKind::wrong_type))
    return wire::serialization_exception(type->message);
  return words.invalid(operation, problems.summary());
}

Async<bool> pay(Exchange& exchange, const Call& call, const Toll& toll) {
  const auto wait = exchange.throttles->pay(toll, call.runtime.clock().monotonic());
  if (!wait) co_return false;
  if (*wait > Duration::zero()) co_await call.runtime.sleep(*wait);
  co_return true;
}

}  // namespace berth::api
