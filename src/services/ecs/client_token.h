#pragma once
#include <optional>
#include <string>
#include <vector>

#include "services/core/api_result.h"
#include "services/core/context.h"

namespace berth::services::ecs {

/// Idempotency of a call that carries a client token: the same token with the same parameters acts once.
struct TokenUse {
  std::string key;                   ///< Of the ClientTokenRecord.
  domain::ClientTokenRecord record;  ///< What to store when the call acts; `ids` are filled in then.
  std::optional<std::vector<std::string>> earlier;  ///< Ids of what an earlier call made.
};

/// Looks the token up. `scope` names operation and cluster; `fingerprint` is the request without its token,
/// encoded. Nothing when the request has no token. Errors: ConflictException when it was used with other
/// parameters; InvalidParameterException when it is too long.
ApiResult<std::optional<TokenUse>> use_client_token(const Context& context, const store::View& view,
                                                    const std::optional<std::string>& token,
                                                    std::string scope, std::string_view fingerprint);

/// Stores the use with what was made; the transaction loses the race when the token was used meanwhile.
void record_token(store::Transaction& transaction, TokenUse use, std::vector<std::string> ids);

}  // namespace berth::services::ecs
