#include "model/sts/codec.h"
#include "model/sts/operations.h"
#include "services/sts/registry.h"

namespace berth::services::sts {
namespace {

// Who signed the request (API: sts GetCallerIdentity). Infrastructure tools call it first.
Async<ApiResult<model::sts::GetCallerIdentityResponse>> get_caller_identity(
    Context& context, model::sts::GetCallerIdentityRequest) {
  model::sts::GetCallerIdentityResponse response;
  response.user_id = context.principal.user_id;
  response.account = context.principal.account_id;
  response.arn = context.principal.arn;
  co_return response;
}

}  // namespace

void add_handlers(HandlerRegistry& registry) {
  registry.add_query<model::sts::GetCallerIdentityOperation>(get_caller_identity);
}

}  // namespace berth::services::sts
