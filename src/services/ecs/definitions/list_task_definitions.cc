#include <algorithm>

#include "api/paginate.h"
#include "services/ecs/core/lookup.h"
#include "services/ecs/operations.h"

namespace berth::services::ecs {
namespace {

using domain::FamilyRecord;
using domain::TaskDefinitionRecord;
using model::ecs::ListTaskDefinitionFamiliesRequest;
using model::ecs::ListTaskDefinitionFamiliesResponse;
using model::ecs::ListTaskDefinitionsRequest;
using model::ecs::ListTaskDefinitionsResponse;
using model::ecs::TaskDefinitionFamilyStatus;

// Descending order has no index of its own: it walks the group backwards from where the page starts.
template <class Group, class Wanted, class Take>
std::optional<std::string> fill_page_descending(const Call& call, const api::PageRequest& page,
                                                const Group& group, Wanted wanted, Take take) {
  std::size_t taken = 0;
  std::string last;
  auto at = page.after.empty() ? group.end() : group.after(page.after);
  while (at != group.begin()) {
    --at;
    // The member a page ended with is the first one met again.
    if (!page.after.empty() && at->first >= page.after) continue;
    if (!wanted(*at->second)) continue;
    if (taken == page.size) return next_page_token(call, page, last);
    take(*at->second);
    last = at->first;
    ++taken;
  }
  return std::nullopt;
}

// API: DeleteTaskDefinitions. The record of a family outlives its last revision, for the next number; the
// name is not shown.
bool has_definitions(const store::View& view, const std::string& family_key) {
  return !view.group(store::kDefinitionsByFamily, family_key).empty();
}

std::string_view status_text(const ListTaskDefinitionsRequest& request) {
  return request.status ? to_string(*request.status) : std::string_view("ACTIVE");
}

}  // namespace

Decision<ListTaskDefinitionsResponse> list_task_definitions(const Call& call, const store::View& view,
                                                            const ListTaskDefinitionsRequest& request) {
  const std::string_view status = status_text(request);
  const bool descending = request.sort == model::ecs::SortOrder::desc;
  // familyPrefix is the whole family here (API: ListTaskDefinitions), a true prefix only for families.
  const std::string family = request.family_prefix.value_or("");
  auto page = page_request(call, "ListTaskDefinitions",
                           api::hash_filter({status, family, descending ? "DESC" : "ASC"}),
                           request.next_token, request.max_results);
  if (!page) return model::ecs::invalid_parameter_exception(page.error().message);
  ListTaskDefinitionsResponse response;
  response.task_definition_arns.emplace();
  const auto group =
      family.empty()
          ? view.group(store::kDefinitionsByStatus, store::realm_key(call.realm) + "/" + std::string(status))
          : view.group(store::kDefinitionsByFamily, store::family_key(call.realm, family));
  const auto wanted = [&](const store::Stored<TaskDefinitionRecord>& definition) {
    return to_string(definition.record->status) == status;
  };
  const auto take = [&](const store::Stored<TaskDefinitionRecord>& definition) {
    response.task_definition_arns->push_back(*definition.record->definition.task_definition_arn);
  };
  response.next_token = descending ? fill_page_descending(call, *page, group, wanted, take)
                                   : fill_page(call, *page, group, wanted, take);
  return response;
}

Decision<ListTaskDefinitionFamiliesResponse> list_task_definition_families(
    const Call& call, const store::View& view, const ListTaskDefinitionFamiliesRequest& request) {
  const auto status = request.status.value_or(TaskDefinitionFamilyStatus::all);
  const std::string prefix = request.family_prefix.value_or("");
  auto page = page_request(call, "ListTaskDefinitionFamilies", api::hash_filter({to_string(status), prefix}),
                           request.next_token, request.max_results);
  if (!page) return model::ecs::invalid_parameter_exception(page.error().message);
  ListTaskDefinitionFamiliesResponse response;
  response.families.emplace();
  const auto group = view.group(store::kFamilies, store::realm_key(call.realm));
  response.next_token = fill_page(
      call, *page, group,
      [&](const store::Stored<FamilyRecord>& family) {
        const bool active = family.record->latest_active > 0;
        return family.record->family.starts_with(prefix) &&
               (status == TaskDefinitionFamilyStatus::all ||
                active == (status == TaskDefinitionFamilyStatus::active)) &&
               (active || has_definitions(view, family.key));
      },
      [&](const store::Stored<FamilyRecord>& family) {
        response.families->push_back(family.record->family);
      });
  return response;
}

}  // namespace berth::services::ecs
