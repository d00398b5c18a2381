#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "api/paginate.h"
#include "base/arn.h"
#include "services/ecs/account/account_setting_table.h"
#include "services/ecs/operations.h"

namespace berth::services::ecs {
namespace {

using domain::AccountSettingRecord;
using model::ecs::ListAccountSettingsRequest;
using model::ecs::ListAccountSettingsResponse;
using model::ecs::Setting;
using model::ecs::SettingName;

Setting render(const Call& call, const AccountSettingRule& rule, std::string value,
               std::string_view principal) {
  Setting setting;
  setting.name = rule.name;
  setting.value = std::move(value);
  setting.principal_arn = shown_principal(call, principal);
  setting.type = rule.aws_managed ? model::ecs::SettingType::aws_managed : model::ecs::SettingType::user;
  return setting;
}

// The principal of a request: its principalArn, else the caller.
ApiResult<std::string> principal_of(const Call& call, const std::optional<std::string>& principal_arn) {
  if (!principal_arn || principal_arn->empty()) return settings_principal(call, call.principal.arn);
  const auto arn = parse_arn(*principal_arn);
  const bool of_account =
      arn && (arn->service == "iam" || arn->service == "sts") && arn->account == call.realm.account;
  if (!of_account)
    return model::ecs::invalid_parameter_exception(
        fmt::format("principalArn '{}' must be the ARN of a user, a role or the root user of this account.",
                    *principal_arn));
  return settings_principal(call, *principal_arn);
}

std::optional<wire::ApiError> check_value(const AccountSettingRule& rule, const std::string& value) {
  const auto name = to_string(rule.name);
  if (rule.aws_managed)
    return model::ecs::invalid_parameter_exception(fmt::format("The setting {} can only be read.", name));
  if (std::find(rule.values.begin(), rule.values.end(), value) == rule.values.end())
    return model::ecs::invalid_parameter_exception(
        fmt::format("value '{}' of {} should be one of [{}].", value, name, fmt::join(rule.values, ", ")));
  return std::nullopt;
}

// Stores a value for a principal, "" being the account's default.
template <class Response>
Decision<Response> decide_put(const Call& call, const store::View& view, const AccountSettingRule& rule,
                              const std::string& principal, const std::string& value) {
  Response response;
  response.setting = render(call, rule, value, principal);
  AccountSettingRecord record{
      call.realm.account, call.realm.region, principal, std::string(to_string(rule.name)), value, {}};
  const auto key = store::Schema<AccountSettingRecord>::key(record);
  const auto* found = view.find<AccountSettingRecord>(key);
  if (found && found->record->value == value) return response;
  auto transaction = new_transaction(call);
  if (found)
    transaction.expect(*found);
  else
    transaction.expect_absent<AccountSettingRecord>(key);
  transaction.put(std::move(record));
  return {std::move(response), std::move(transaction)};
}

using model::ecs::DeleteAccountSettingResponse;

Decision<DeleteAccountSettingResponse> decide_delete(const Call& call, const store::View& view,
                                                     const AccountSettingRule& rule,
                                                     const std::string& principal) {
  const auto key = store::account_setting_key(call.realm, principal, to_string(rule.name));
  const auto* found = view.find<AccountSettingRecord>(key);
  DeleteAccountSettingResponse response;
  response.setting = render(
      call, rule, found ? found->record->value : effective_setting(call, view, principal, rule), principal);
  if (!found) return response;
  auto transaction = new_transaction(call);
  transaction.expect(*found);
  transaction.erase<AccountSettingRecord>(key);
  return {std::move(response), std::move(transaction)};
}

// Which settings a list shows.
struct Filter {
  std::optional<SettingName> name;
  std::optional<std::string> value;

  bool holds(std::string_view setting, std::string_view setting_value) const {
    return (!name || to_string(*name) == setting) && (!value || *value == setting_value);
  }
};

// Pages of what holds are in the order of the model; the key of a page is the position, which never changes.
void list_effective(const Call& call, const store::View& view, const api::PageRequest& page,
                    const Filter& filter, const std::string& principal, ListAccountSettingsResponse& into) {
  const auto rules = account_setting_rules();
  std::size_t index = page.after.empty() ? 0 : static_cast<std::size_t>(page.after[0] - 'a') + 1;
  std::string last;
  for (; index < rules.size(); ++index) {
    auto value = effective_setting(call, view, principal, rules[index]);
    if (!filter.holds(to_string(rules[index].name), value)) continue;
    if (into.settings->size() == page.size) {
      into.next_token = next_page_token(call, page, last);
      return;
    }
    into.settings->push_back(render(call, rules[index], std::move(value), principal));
    last = static_cast<char>('a' + index);
  }
}

void list_stored(const Call& call, const store::View& view, const api::PageRequest& page,
                 const Filter& filter, const std::string& principal, ListAccountSettingsResponse& into) {
  using Stored = store::Stored<AccountSettingRecord>;
  into.next_token = fill_page(
      call, page, view.group(store::kSettingsByRealm, store::realm_key(call.realm)),
      [&](const Stored& found) {
        return found.record->principal_arn == principal &&
               filter.holds(found.record->name, found.record->value);
      },
      [&](const Stored& found) {
        const auto name = model::ecs::parse_setting_name(found.record->name);
        if (name)
          into.settings->push_back(render(call, account_setting_rule(*name), found.record->value, principal));
      });
}

}  // namespace

Decision<model::ecs::PutAccountSettingResponse> put_account_setting(
    const Call& call, const store::View& view, const model::ecs::PutAccountSettingRequest& request) {
  using Response = model::ecs::PutAccountSettingResponse;
  const auto& rule = account_setting_rule(request.name);
  if (auto error = check_value(rule, request.value)) return *std::move(error);
  auto principal = principal_of(call, request.principal_arn);
  if (!principal) return principal.take_error();
  return decide_put<Response>(call, view, rule, *principal, request.value);
}

Decision<model::ecs::PutAccountSettingDefaultResponse> put_account_setting_default(
    const Call& call, const store::View& view, const model::ecs::PutAccountSettingDefaultRequest& request) {
  using Response = model::ecs::PutAccountSettingDefaultResponse;
  const auto& rule = account_setting_rule(request.name);
  if (auto error = check_value(rule, request.value)) return *std::move(error);
  return decide_put<Response>(call, view, rule, std::string(), request.value);
}

Decision<DeleteAccountSettingResponse> delete_account_setting(
    const Call& call, const store::View& view, const model::ecs::DeleteAccountSettingRequest& request) {
  const auto& rule = account_setting_rule(request.name);
  auto principal = principal_of(call, request.principal_arn);
  if (!principal) return principal.take_error();
  return decide_delete(call, view, rule, *principal);
}

Decision<ListAccountSettingsResponse> list_account_settings(const Call& call, const store::View& view,
                                                            const ListAccountSettingsRequest& request) {
  if (request.value && !request.name)
    return model::ecs::invalid_parameter_exception("value filters one setting: give its name too.");
  auto principal = principal_of(call, request.principal_arn);
  if (!principal) return principal.take_error();
  const bool effective = request.effective_settings.value_or(false);
  const Filter filter{request.name, request.value};
  auto page = page_request(
      call, "ListAccountSettings",
      api::hash_filter({*principal, effective ? "effective" : "",
                        request.name ? to_string(*request.name) : "", request.value.value_or("")}),
      request.next_token, request.max_results);
  if (!page) return model::ecs::invalid_parameter_exception(page.error().message);
  ListAccountSettingsResponse response;
  response.settings.emplace();
  if (effective)
    list_effective(call, view, *page, filter, *principal, response);
  else
    list_stored(call, view, *page, filter, *principal, response);
  return response;
}

}  // namespace berth::services::ecs
