#include "services/core/decide.h"
#include "services/ecs/definition_lookup.h"
#include "services/ecs/handlers.h"
#include "services/ecs/render.h"

namespace berth::services::ecs {
namespace {

using model::ecs::DeleteTaskDefinitionsRequest;
using model::ecs::DeleteTaskDefinitionsResponse;

constexpr std::size_t kDefinitionsMax = 10;

// Only INACTIVE revisions may go; they stay describable as DELETE_IN_PROGRESS, as at AWS, until the reaper
// takes them.
Decision<DeleteTaskDefinitionsResponse> decide(const Context& context, const store::View& view,
                                               const DeleteTaskDefinitionsRequest& request) {
  DeleteTaskDefinitionsResponse response;
  response.task_definitions.emplace();
  response.failures.emplace();
  auto transaction = new_transaction(context);
  bool writes = false;
  for (const auto& name : request.task_definitions) {
    auto found =
        named_definition(context, view, name, RevisionRule::must_be_named, std::string(kNoSuchDefinition));
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
      record.delete_requested_at = context.now;
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

Async<ApiResult<DeleteTaskDefinitionsResponse>> delete_task_definitions(
    Context& context, DeleteTaskDefinitionsRequest request) {
  if (request.task_definitions.empty() || request.task_definitions.size() > kDefinitionsMax)
    co_return wire::invalid_parameter("taskDefinitions must name 1 to 10 task definitions.");
  std::function<Decision<DeleteTaskDefinitionsResponse>(const store::View&)> decider =
      [&](const store::View& view) { return decide(context, view, request); };
  co_return co_await decide_and_commit<DeleteTaskDefinitionsResponse>(context, std::move(decider));
}

}  // namespace berth::services::ecs
