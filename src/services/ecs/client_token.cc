#include "services/ecs/client_token.h"

#include <fmt/format.h>

#include "base/random.h"

namespace berth::services::ecs {

ApiResult<std::optional<TokenUse>> use_client_token(const Context& context, const store::View& view,
                                                    const std::optional<std::string>& token,
                                                    std::string scope, std::string_view fingerprint) {
  if (!token || token->empty()) return std::optional<TokenUse>();
  if (token->size() > static_cast<std::size_t>(context.services.limits.client_token_characters))
    return wire::invalid_parameter(fmt::format("clientToken must not be longer than {} characters.",
                                               context.services.limits.client_token_characters));
  for (const char c : *token)
    if (c < 33 || c > 126)
      return wire::invalid_parameter("clientToken may hold printable ASCII characters only.");
  TokenUse use;
  // A '/' in a token would break the key's parts apart.
  const std::string safe_token = fmt::format("{:016x}{:016x}", hash_bytes(*token), hash_bytes(*token, 7));
  use.key = store::client_token_key(context.realm, scope, safe_token);
  use.record.account = context.realm.account;
  use.record.region = context.realm.region;
  use.record.scope = std::move(scope);
  use.record.token = safe_token;
  use.record.request_hash =
      fmt::format("{:016x}{:016x}", hash_bytes(fingerprint), hash_bytes(fingerprint, 7));
  use.record.created_at = context.now;
  if (const auto* found = view.find<domain::ClientTokenRecord>(use.key)) {
    if (found->record->request_hash != use.record.request_hash)
      return wire::conflict_exception("The clientToken was already used with other parameters.",
                                      found->record->ids);
    use.earlier = found->record->ids;
  }
  return std::optional(std::move(use));
}

void record_token(store::Transaction& transaction, TokenUse use, std::vector<std::string> ids) {
  use.record.ids = std::move(ids);
  transaction.expect_absent<domain::ClientTokenRecord>(use.key);
  transaction.put(std::move(use.record));
}

}  // namespace berth::services::ecs
