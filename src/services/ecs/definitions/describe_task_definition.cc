#include <algorithm>

#include "services/ecs/definitions/definition_lookup.h"
#include "services/ecs/definitions/render_definition.h"
#include "services/ecs/operations.h"

namespace berth::services::ecs {

Decision<model::ecs::DescribeTaskDefinitionResponse> describe_task_definition(
    const Call& call, const store::View& view, const model::ecs::DescribeTaskDefinitionRequest& request) {
  store::Ptr<domain::TaskDefinitionRecord> record;
  {
    auto found = named_definition(call, view, request.task_definition, RevisionRule::latest_active_will_do,
                                  "Unable to describe task definition.");
    if (!found) return found.take_error();
    record = (*found)->record;
  }
  model::ecs::DescribeTaskDefinitionResponse response;
  response.task_definition = render_definition(*record);
  const bool with_tags =
      request.include && std::find(request.include->begin(), request.include->end(),
                                   model::ecs::TaskDefinitionField::tags) != request.include->end();
  if (with_tags)
    response.tags = record->tags.value_or(std::vector<model::ecs::Tag>());
  else
    response.tags.emplace();
  return response;
}

}  // namespace berth::services::ecs
