#include "services/ecs/definitions/definition_lookup.h"

#include <algorithm>

namespace berth::services::ecs {

ApiResult<const store::Stored<domain::TaskDefinitionRecord>*> named_definition(const Call& call,
                                                                               const store::View& view,
                                                                               const std::string& text,
                                                                               RevisionRule rule,
                                                                               std::string not_found) {
  const auto reference = parse_definition_reference(call, text);
  if (!reference) return model::ecs::client_exception(reference.error().message);
  if (rule == RevisionRule::must_be_named && !reference->revision)
    return model::ecs::client_exception("Revision is missing.");
  const auto* found = find_definition(call, view, *reference);
  if (!found) return model::ecs::client_exception(std::move(not_found));
  return found;
}

std::int32_t latest_active_but(const store::View& view, const domain::Realm& realm, const std::string& family,
                               std::int32_t except) {
  std::int32_t latest = 0;
  for (const auto& [sort, definition] :
       view.group(store::kDefinitionsByFamily, store::family_key(realm, family))) {
    const auto& record = *definition->record;
    if (record.status == domain::DefinitionStatus::active && record.revision != except)
      latest = std::max(latest, record.revision);
  }
  return latest;
}

}  // namespace berth::services::ecs
