#include <fmt/format.h>

#include <algorithm>

#include "domain/task_definition.h"
#include "placement/rules.h"
#include "services/core/decide.h"
#include "services/core/lookup.h"
#include "services/ecs/handlers.h"
#include "services/ecs/render.h"

namespace berth::services::ecs {
namespace {

using model::ecs::RegisterTaskDefinitionRequest;
using model::ecs::RegisterTaskDefinitionResponse;

std::optional<wire::ApiError> check_constraints(const RegisterTaskDefinitionRequest& request) {
  if (!request.placement_constraints) return std::nullopt;
  std::vector<placement::RawConstraint> raw;
  for (const auto& constraint : *request.placement_constraints)
    raw.push_back({"memberOf", constraint.expression.value_or("")});
  auto parsed = placement::parse_constraints(raw, placement::ConstraintPlace::task_definition);
  if (!parsed) return wire::client_exception(parsed.error().message);
  return std::nullopt;
}

Decision<RegisterTaskDefinitionResponse> decide(const Context& context, const store::View& view,
                                                const RegisterTaskDefinitionRequest& request,
                                                const model::ecs::TaskDefinition& normalised) {
  const auto family_key = store::family_key(context.realm, request.family);
  const auto* family = view.find<domain::FamilyRecord>(family_key);
  const std::int32_t revision = family ? family->record->last_revision + 1 : 1;
  if (revision > context.services.limits.revisions_per_family)
    return wire::client_exception(fmt::format("Family '{}' has reached the limit of {} revisions.",
                                              request.family, context.services.limits.revisions_per_family));

  domain::TaskDefinitionRecord record;
  record.account = context.realm.account;
  record.region = context.realm.region;
  record.family = request.family;
  record.revision = revision;
  record.status = domain::DefinitionStatus::active;
  record.definition = normalised;
  record.definition.revision = revision;
  record.definition.task_definition_arn =
      domain::task_definition_arn(context.realm, request.family, revision);
  record.definition.registered_by = context.principal.arn;
  record.tags = request.tags;
  record.registered_at = context.now;

  domain::FamilyRecord next;
  if (family) next = *family->record;
  next.account = context.realm.account;
  next.region = context.realm.region;
  next.family = request.family;
  next.last_revision = revision;
  next.latest_active = revision;

  RegisterTaskDefinitionResponse response;
  response.task_definition = render_definition(record);
  if (request.tags && !request.tags->empty()) response.tags = request.tags;
  auto transaction = new_transaction(context);
  if (family)
    transaction.expect(*family);
  else
    transaction.expect_absent<domain::FamilyRecord>(family_key);
  transaction.put(std::move(next));
  transaction.put(std::move(record));
  return {std::move(response), std::move(transaction)};
}

}  // namespace

Async<ApiResult<RegisterTaskDefinitionResponse>> register_task_definition(
    Context& context, RegisterTaskDefinitionRequest request) {
  if (auto checked = domain::check_task_definition(request, context.services.limits); !checked)
    co_return wire::client_exception(checked.error().message);
  if (auto error = check_constraints(request)) co_return *std::move(error);
  const auto normalised = domain::normalise_task_definition(request);
  std::function<Decision<RegisterTaskDefinitionResponse>(const store::View&)> decider =
      [&](const store::View& view) { return decide(context, view, request, normalised); };
  co_return co_await decide_and_commit<RegisterTaskDefinitionResponse>(context, std::move(decider));
}

}  // namespace berth::services::ecs
