#include "services/core/decide.h"

#include "wire/api_error.h"

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
    case ErrorCode::unavailable:
      if (error.retry == Retry::same_request) return wire::throttling();
      return wire::server_exception(
          "The store is not available; the outcome is unknown. Look before you repeat.");
    default:
      return wire::server_exception("The change could not be stored.");
  }
}

}  // namespace berth::services
