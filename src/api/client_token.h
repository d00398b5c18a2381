#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/api_result.h"
#include "api/call.h"
#include "api/service_words.h"
#include "domain/records.h"
#include "store/transaction.h"
#include "store/view.h"

namespace berth::api {

/// How calls of an operation with a client token are told from their repetitions: the same token with the
/// same parameters acts once.
template <class Call, class Request, class Response>
struct Idempotency {
  std::optional<std::string> Request::*token;
  /// What the token is unique in besides operation and realm, such as the cluster. Nothing: the request is
  /// one for which the token does not count.
  std::optional<std::string> (*scope)(const Call& call, const store::View& view, const Request& request);
  /// The answer to a repetition, by the ids of what the first call made. Nothing: it is decided anew.
  std::optional<ApiResult<Response>> (*again)(const Call& call, const store::View& view,
                                              const Request& request, const std::vector<std::string>& ids);
};

/// A client token that a call carries.
struct TokenUse {
  std::string key;                   ///< Of the ClientTokenRecord.
  domain::ClientTokenRecord record;  ///< What to store when the call acts; `ids` are filled in then.
  std::optional<std::vector<std::string>> earlier;  ///< Ids of what an earlier call made.
};

/// Looks the token up. `scope` names operation and cluster; `fingerprint` is the request without its token,
/// encoded.
/// Errors: the service's own, for a token that is too long, is not printable, or was used with other
///   parameters.
ApiResult<TokenUse> look_up_token(const ServiceWords& words, const Call& call, const store::View& view,
                                  std::string_view token, std::string scope, std::string_view fingerprint);

/// Stores the use with what was made; the transaction loses the race when the token was used meanwhile.
void record_token(store::Transaction& transaction, TokenUse use, std::vector<std::string> ids);

}  // namespace berth::api
