#include <algorithm>

#include "services/core/lookup.h"
#include "services/core/paginate.h"
#include "services/ecs/handlers.h"

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
std::optional<std::string> fill_page_descending(const Context& context, const PageRequest& page,
                                                const Group& group, Wanted wanted, Take take) {
  std::size_t taken = 0;
  std::string last;
  auto at = page.after.empty() ? group.end() : group.after(page.after);
  while (at != group.begin()) {
    --at;
    // The member a page ended with is the first one met again.
    if (!page.after.empty() && at->first >= page.after) continue;
    if (!wanted(*at->second)) continue;
    if (taken == page.size) return next_page_token(context, page, last);
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

Async<ApiResult<ListTaskDefinitionsResponse>> list_task_definitions(Context& context,
                                                                    ListTaskDefinitionsRequest request) {
  const std::string_view status = status_text(request);
  const bool descending = request.sort == model::ecs::SortOrder::desc;
  // familyPrefix is the whole family here (API: ListTaskDefinitions), a true prefix only for families.
  const std::string family = request.family_prefix.value_or("");
  auto page =
      page_request(context, "ListTaskDefinitions", hash_filter({status, family, descending ? "DESC" : "ASC"}),
                   request.next_token, request.max_results);
  if (!page) co_return page.take_error();
  ListTaskDefinitionsResponse response;
  response.task_definition_arns.emplace();
  const auto view = co_await context.read();
  const auto group = family.empty()
                         ? view.group(store::kDefinitionsByStatus,
                                      store::realm_key(context.realm) + "/" + std::string(status))
                         : view.group(store::kDefinitionsByFamily, store::family_key(context.realm, family));
  const auto wanted = [&](const store::Stored<TaskDefinitionRecord>& definition) {
    return to_string(definition.record->status) == status;
  };
  const auto take = [&](const store::Stored<TaskDefinitionRecord>& definition) {
    response.task_definition_arns->push_back(*definition.record->definition.task_definition_arn);
  };
  response.next_token = descending ? fill_page_descending(context, *page, group, wanted, take)
                                   : fill_page(context, *page, group, wanted, take);
  co_return response;
}

Async<ApiResult<ListTaskDefinitionFamiliesResponse>> list_task_definition_families(
    Context& context, ListTaskDefinitionFamiliesRequest request) {
  const auto status = request.status.value_or(TaskDefinitionFamilyStatus::all);
  const std::string prefix = request.family_prefix.value_or("");
  auto page = page_request(context, "ListTaskDefinitionFamilies", hash_filter({to_string(status), prefix}),
                           request.next_token, request.max_results);
  if (!page) co_return page.take_error();
  ListTaskDefinitionFamiliesResponse response;
  response.families.emplace();
  const auto view = co_await context.read();
  const auto group = view.group(store::kFamilies, store::realm_key(context.realm));
  response.next_token = fill_page(
      context, *page, group,
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
  co_return response;
}

}  // namespace berth::services::ecs
