#include "services/ecs/definitions/definition_lookup.h"
#include "services/ecs/definitions/render_definition.h"
#include "services/ecs/operations.h"

namespace berth::services::ecs {
namespace {

using model::ecs::DeregisterTaskDefinitionRequest;
using model::ecs::DeregisterTaskDefinitionResponse;

}  // namespace

Decision<DeregisterTaskDefinitionResponse> deregister_task_definition(
    const Call& call, const store::View& view, const DeregisterTaskDefinitionRequest& request) {
  auto found = named_definition(call, view, request.task_definition, RevisionRule::must_be_named,
                                std::string(kNoSuchDefinition));
  if (!found) return found.take_error();
  const auto& stored = **found;
  DeregisterTaskDefinitionResponse response;
  if (stored.record->status == domain::DefinitionStatus::delete_in_progress)
    return model::ecs::client_exception("The specified task definition is being deleted.");
  if (stored.record->status != domain::DefinitionStatus::active) {
    response.task_definition = render_definition(*stored.record);
    return response;
  }
  domain::TaskDefinitionRecord record = *stored.record;
  record.status = domain::DefinitionStatus::inactive;
  record.deregistered_at = call.now;
  response.task_definition = render_definition(record);

  auto transaction = new_transaction(call);
  transaction.expect(stored);
  const auto* family = view.find<domain::FamilyRecord>(store::family_key(call.realm, record.family));
  if (family) {
    domain::FamilyRecord next = *family->record;
    next.latest_active = latest_active_but(view, call.realm, record.family, record.revision);
    transaction.expect(*family);
    transaction.put(std::move(next));
  }
  transaction.put(std::move(record));
  return {std::move(response), std::move(transaction)};
}

}  // namespace berth::services::ecs
