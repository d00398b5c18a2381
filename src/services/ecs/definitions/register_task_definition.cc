#include <fmt/format.h>

#include <algorithm>

#include "domain/task_definition.h"
#include "placement/rules.h"
#include "services/ecs/core/lookup.h"
#include "services/ecs/definitions/render_definition.h"
#include "services/ecs/operations.h"

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
  if (!parsed) return model::ecs::client_exception(parsed.error().message);
  return std::nullopt;
}

Decision<RegisterTaskDefinitionResponse> decide(const Call& call, const store::View& view,
                                                const RegisterTaskDefinitionRequest& request,
                                                const model::ecs::TaskDefinition& normalised) {
  const auto family_key = store::family_key(call.realm, request.family);
  const auto* family = view.find<domain::FamilyRecord>(family_key);
  const std::int32_t revision = family ? family->record->last_revision + 1 : 1;
  if (revision > call.deps.limits.revisions_per_family)
    return model::ecs::client_exception(fmt::format("Family '{}' has reached the limit of {} revisions.",
                                                    request.family, call.deps.limits.revisions_per_family));

  domain::TaskDefinitionRecord record;
  record.account = call.realm.account;
  record.region = call.realm.region;
  record.family = request.family;
  record.revision = revision;
  record.status = domain::DefinitionStatus::active;
  record.definition = normalised;
  record.definition.revision = revision;
  record.definition.task_definition_arn = domain::task_definition_arn(call.realm, request.family, revision);
  record.definition.registered_by = call.principal.arn;
  record.tags = request.tags;
  record.registered_at = call.now;

  domain::FamilyRecord next;
  if (family) next = *family->record;
  next.account = call.realm.account;
  next.region = call.realm.region;
  next.family = request.family;
  next.last_revision = revision;
  next.latest_active = revision;

  RegisterTaskDefinitionResponse response;
  response.task_definition = render_definition(record);
  if (request.tags && !request.tags->empty()) response.tags = request.tags;
  auto transaction = new_transaction(call);
  if (family)
    transaction.expect(*family);
  else
    transaction.expect_absent<domain::FamilyRecord>(family_key);
  transaction.put(std::move(next));
  transaction.put(std::move(record));
  return {std::move(response), std::move(transaction)};
}

}  // namespace

Decision<RegisterTaskDefinitionResponse> register_task_definition(
    const Call& call, const store::View& view, const RegisterTaskDefinitionRequest& request) {
  if (auto checked = domain::check_task_definition(request, call.deps.limits); !checked)
    return model::ecs::client_exception(checked.error().message);
  if (auto error = check_constraints(request)) return *std::move(error);
  const auto normalised = domain::normalise_task_definition(request);
  return decide(call, view, request, normalised);
}

}  // namespace berth::services::ecs
