#include "services/ecs/core/call.h"

namespace berth::services::ecs {
namespace {

wire::ApiError invalid_request(std::string_view operation, std::string message) {
  if (operation == "RegisterTaskDefinition") return model::ecs::client_exception(std::move(message));
  return model::ecs::invalid_parameter_exception(std::move(message));
}

wire::ApiError token_reused(std::vector<std::string> ids) {
  return conflict_exception("The clientToken was already used with other parameters.", std::move(ids));
}

}  // namespace

const api::ServiceWords& words() {
  static const api::ServiceWords kWords{.invalid = invalid_request,
                                        .token_reused = token_reused,
                                        .internal_code = "ServerException",
                                        .unsupported_code = "ClientException"};
  return kWords;
}

}  // namespace berth::services::ecs
