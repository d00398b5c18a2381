#include "api/client_token.h"

#include <fmt/format.h>

#include "base/random.h"

namespace berth::api {
namespace {

std::string hash_text(std::string_view text) {
  return fmt::format("{:016x}{:016x}", hash_bytes(text), hash_bytes(text, 7));
}

}  // namespace

ApiResult<TokenUse> look_up_token(const ServiceWords& words, const Call& call, const store::View& view,
                                  std::string_view token, std::string scope, std::string_view fingerprint) {
  if (token.size() > words.token_characters_max)
    return words.invalid({}, fmt::format("{} must not be longer than {} characters.", words.token_member,
                                         words.token_characters_max));
  for (const char c : token)
    if (c < 33 || c > 126)
      return words.invalid({},
                           fmt::format("{} may hold printable ASCII characters only.", words.token_member));
  TokenUse use;
  // A '/' in a token would break the key's parts apart.
  const std::string safe_token = hash_text(token);
  use.key = store::client_token_key(call.realm, scope, safe_token);
  use.record.account = call.realm.account;
  use.record.region = call.realm.region;
  use.record.scope = std::move(scope);
  use.record.token = safe_token;
  use.record.request_hash = hash_text(fingerprint);
  use.record.created_at = call.now;
  if (const auto* found = view.find<domain::ClientTokenRecord>(use.key)) {
    if (found->record->request_hash != use.record.request_hash) return words.token_reused(found->record->ids);
    use.earlier = found->record->ids;
  }
  return use;
}

void record_token(store::Transaction& transaction, TokenUse use, std::vector<std::string> ids) {
  use.record.ids = std::move(ids);
  transaction.expect_absent<domain::ClientTokenRecord>(use.key);
  transaction.put(std::move(use.record));
}

}  // namespace berth::api
