#include "services/sts/operations.h"

#include "api/operations.h"
#include "model/sts/codec.h"
#include "model/sts/operations.h"

namespace berth::services::sts {
namespace {

struct Deps {};
using Call = api::CallWith<Deps>;

// Who signed the request (API: sts GetCallerIdentity). Infrastructure tools call it first.
api::Decision<model::sts::GetCallerIdentityResponse> get_caller_identity(
    const Call& call, const store::View&, const model::sts::GetCallerIdentityRequest&) {
  model::sts::GetCallerIdentityResponse response;
  response.user_id = call.principal.user_id;
  response.account = call.principal.account_id;
  response.arn = call.principal.arn;
  return response;
}

}  // namespace

void add_operations(api::OperationTable& table) {
  static const Deps kNone;
  api::Operations<Deps> operations(table, "sts", api::query_words(), kNone);
  operations.add<model::sts::GetCallerIdentityOperation>(get_caller_identity);
}

}  // namespace berth::services::sts
