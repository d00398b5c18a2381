#include "services/ecs/core/render.h"
#include "services/ecs/definitions/definition_lookup.h"
#include "services/ecs/definitions/render_definition.h"
#include "services/ecs/operations.h"

namespace berth::services::ecs {
namespace {

using model::ecs::DeleteTaskDefinitionsRequest;
using model::ecs::DeleteTaskDefinitionsResponse;

constexpr std::size_t kDefinitionsMax = 10;

// Only INACTIVE revisions may go; they stay describable as DELETE_IN_PROGRESS, as at AWS, until the reaper
// takes them.
Decision<DeleteTaskDefinitionsResponse> decide(const Call& call, const store::View& view,
                                               const DeleteTaskDefinitionsRequest& request) {
  DeleteTaskDefinitionsResponse response;
  response.task_definitions.emplace();
  response.failures.emplace();
  auto transaction = new_transaction(call);
  bool writes = false;
  for (const auto& name : request.task_definitions) {
    auto found =
        named_definition(call, view, name, RevisionRule::must_be_named, std::string(kNoSuchDefinition));
    if (!found) {
      response.failures->push_back(failure(name, found.error().message));
      continue;
    }
    const auto& stored = **found;
    if (stored.record->status == domain::DefinitionStatus::active) {
      response.failures->push_back(failure(stored.record->definition.task_definition_arn.value_or(name),
                                           "The specified task definition is still in ACTIVE status. Please "
                                           "deregister the target and try again."));
      continue;
    }
    domain::TaskDefinitionRecord record = *stored.record;
    if (record.status != domain::DefinitionStatus::delete_in_progress) {
      record.status = domain::DefinitionStatus::delete_in_progress;
      record.delete_requested_at = call.now;
      transaction.expect(stored);
      transaction.put(record);
      writes = true;
    }
    response.task_definitions->push_back(render_definition(record));
  }
  if (!writes) return response;
  return {std::move(response), std::move(transaction)};
}

}  // namespace

Decision<DeleteTaskDefinitionsResponse> delete_task_definitions(const Call& call, const store::View& view,
                                                                const DeleteTaskDefinitionsRequest& request) {
  if (request.task_definitions.empty() || request.task_definitions.size() > kDefinitionsMax)
    return model::ecs::invalid_parameter_exception("taskDefinitions must name 1 to 10 task definitions.");
  return decide(call, view, request);
}

}  // namespace berth::services::ecs
