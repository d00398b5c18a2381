#include "services/core/decide.h"

#include <fmt/format.h>

#include "store/check.h"

namespace berth::services {

store::Transaction new_transaction(const Context& context, domain::Writer writer) {
  return store::Transaction(context.services.runtime.ids().uuid(), writer);
}

wire::ApiError commit_failed(const Error& error) {
  switch (error.code) {
    case ErrorCode::too_large:
      return wire::invalid_parameter("The request changes too much at once: split it.");
    case ErrorCode::conflict:
      return wire::throttling();
    case ErrorCode::internal:
      // Certain not to be stored, and the operator can do something about it: the disk is full.
      return wire::server_exception(fmt::format("The change was not stored: {}.", error.message));
    case ErrorCode::unavailable:
      if (error.retry == Retry::same_request) return wire::throttling();
      return wire::server_exception(
          fmt::format("The outcome is unknown: look before you repeat ({}).", error.message));
    default:
      return wire::server_exception("The change could not be stored.");
  }
}

Async<bool> queue_after(Context& context, int races, const Error& lost, Turns::Turn& turn) {
  if (races < kRacesMax) co_return true;
  std::string name = store::contended_name(lost);
  if (turn && turn.name() == name) co_return true;
  // One turn at a time, or two requests could wait for each other.
  turn.leave();
  turn = co_await context.services.turns->take(std::move(name));
  co_return static_cast<bool>(turn);
}

}  // namespace berth::services
