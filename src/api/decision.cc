#include "api/decision.h"

#include <fmt/format.h>

#include "store/check.h"

namespace berth::api {
namespace {

wire::ApiError our_failure(const ServiceWords& words, std::string message) {
  return {.code = std::string(words.internal_code), .message = std::move(message), .status = 500};
}

}  // namespace

store::Transaction new_transaction(const Call& call, domain::Writer writer) {
  return store::Transaction(call.new_uuid(), writer);
}

wire::ApiError commit_failed(const ServiceWords& words, const Error& error) {
  switch (error.code) {
    case ErrorCode::too_large:
      return words.invalid({}, "The request changes too much at once: split it.");
    case ErrorCode::conflict:
      return wire::throttling();
    case ErrorCode::internal:
      // Certain not to be stored, and the operator can do something about it: the disk is full.
      return our_failure(words, fmt::format("The change was not stored: {}.", error.message));
    case ErrorCode::unavailable:
      if (error.retry == Retry::same_request) return wire::throttling();
      return our_failure(words,
                         fmt::format("The outcome is unknown: look before you repeat ({}).", error.message));
    default:
      return our_failure(words, "The change could not be stored.");
  }
}

Async<bool> queue_after(Exchange& exchange, int races, const Error& lost, Turns::Turn& turn) {
  if (races < kRacesMax) co_return true;
  std::string name = store::contended_name(lost);
  if (turn && turn.name() == name) co_return true;
  // One turn at a time, or two requests could wait for each other.
  turn.leave();
  turn = co_await exchange.turns->take(std::move(name));
  co_return static_cast<bool>(turn);
}

}  // namespace berth::api
