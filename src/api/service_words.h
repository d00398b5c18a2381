#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "wire/api_error.h"

namespace berth::api {

/// How a service calls the failures that every service has: the codes are part of its API.
struct ServiceWords {
  /// A request that does not decode, or breaks a rule of the model. The message names the member.
  wire::ApiError (*invalid)(std::string_view operation, std::string message);
  /// A client token that was used with other parameters; the ids are what the first call made.
  wire::ApiError (*token_reused)(std::vector<std::string> ids);
  std::string_view internal_code = "InternalFailure";   ///< Our own failure; clients try again.
  std::string_view unsupported_code = "InvalidAction";  ///< An operation that is not implemented.
  std::string_view token_member = "clientToken";        ///< How its requests call their client token.
  std::size_t token_characters_max = 64;
};

/// Of services that speak JSON: ValidationException.
ServiceWords json_words();
/// Of services that speak a query protocol: ValidationError.
ServiceWords query_words();

}  // namespace berth::api
