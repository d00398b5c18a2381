#include "services/core/decide.h"
#include "services/ecs/definition_lookup.h"
#include "services/ecs/handlers.h"
#include "services/ecs/render.h"

namespace berth::services::ecs {
namespace {

using model::ecs::DeregisterTaskDefinitionRequest;
using model::ecs::DeregisterTaskDefinitionResponse;

Decision<DeregisterTaskDefinitionResponse> decide(const Context& context, const store::View& view,
                                                  const DeregisterTaskDefinitionRequest& request) {
  auto found = named_definition(context, view, request.task_definition, RevisionRule::must_be_named,
                                std::string(kNoSuchDefinition));
  if (!found) return found.take_error();
  const auto& stored = **found;
  DeregisterTaskDefinitionResponse response;
  if (stored.record->status == domain::DefinitionStatus::delete_in_progress)
    return wire::client_exception("The specified task definition is being deleted.");
  if (stored.record->status != domain::DefinitionStatus::active) {
    response.task_definition = render_definition(*stored.record);
    return response;
  }
  domain::TaskDefinitionRecord record = *stored.record;
  record.status = domain::DefinitionStatus::inactive;
  record.deregistered_at = context.now;
  response.task_definition = render_definition(record);

  auto transaction = new_transaction(context);
  transaction.expect(stored);
  const auto* family = view.find<domain::FamilyRecord>(store::family_key(context.realm, record.family));
  if (family) {
    domain::FamilyRecord next = *family->record;
    next.latest_active = latest_active_but(view, context.realm, record.family, record.revision);
    transaction.expect(*family);
    transaction.put(std::move(next));
  }
  transaction.put(std::move(record));
  return {std::move(response), std::move(transaction)};
}

}  // namespace

Async<ApiResult<DeregisterTaskDefinitionResponse>> deregister_task_definition(
    Context& context, DeregisterTaskDefinitionRequest request) {
  std::function<Decision<DeregisterTaskDefinitionResponse>(const store::View&)> decider =
      [&](const store::View& view) { return decide(context, view, request); };
  co_return co_await decide_and_commit<DeregisterTaskDefinitionResponse>(context, std::move(decider));
}

}  // namespace berth::services::ecs
