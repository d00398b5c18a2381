#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/arn.h"
#include "services/core/decide.h"
#include "services/core/paginate.h"
#include "services/ecs/account_setting_table.h"
#include "services/ecs/handlers.h"

namespace berth::services::ecs {
namespace {

using domain::AccountSettingRecord;
using model::ecs::ListAccountSettingsRequest;
using model::ecs::ListAccountSettingsResponse;
using model::ecs::Setting;
using model::ecs::SettingName;

Setting render(const Context& context, const AccountSettingRule& rule, std::string value,
               std::string_view principal) {
  Setting setting;
  setting.name = rule.name;
  setting.value = std::move(value);
  setting.principal_arn = shown_principal(context, principal);
  setting.type = rule.aws_managed ? model::ecs::SettingType::aws_managed : model::ecs::SettingType::user;
  return setting;
}

// The principal of a request: its principalArn, else the caller.
ApiResult<std::string> principal_of(const Context& context, const std::optional<std::string>& principal_arn) {
  if (!principal_arn || principal_arn->empty()) return settings_principal(context, context.principal.arn);
  const auto arn = parse_arn(*principal_arn);
  const bool of_account =
      arn && (arn->service == "iam" || arn->service == "sts") && arn->account == context.realm.account;
  if (!of_account)
    return wire::invalid_parameter(
        fmt::format("principalArn '{}' must be the ARN of a user, a role or the root user of this account.",
                    *principal_arn));
  return settings_principal(context, *principal_arn);
}

std::optional<wire::ApiError> check_value(const AccountSettingRule& rule, const std::string& value) {
  const auto name = to_string(rule.name);
  if (rule.aws_managed) return wire::invalid_parameter(fmt::format("The setting {} can only be read.", name));
  if (std::find(rule.values.begin(), rule.values.end(), value) == rule.values.end())
    return wire::invalid_parameter(
        fmt::format("value '{}' of {} should be one of [{}].", value, name, fmt::join(rule.values, ", ")));
  return std::nullopt;
}

// Stores a value for a principal, "" being the account's default.
template <class Response>
Decision<Response> decide_put(const Context& context, const store::View& view, const AccountSettingRule& rule,
                              const std::string& principal, const std::string& value) {
  Response response;
  response.setting = render(context, rule, value, principal);
  AccountSettingRecord record{
      context.realm.account, context.realm.region, principal, std::string(to_string(rule.name)), value, {}};
  const auto key = store::Schema<AccountSettingRecord>::key(record);
  const auto* found = view.find<AccountSettingRecord>(key);
  if (found && found->record->value == value) return response;
  auto transaction = new_transaction(context);
  if (found)
    transaction.expect(*found);
  else
    transaction.expect_absent<AccountSettingRecord>(key);
  transaction.put(std::move(record));
  return {std::move(response), std::move(transaction)};
}

using model::ecs::DeleteAccountSettingResponse;

Decision<DeleteAccountSettingResponse> decide_delete(const Context& context, const store::View& view,
                                                     const AccountSettingRule& rule,
                                                     const std::string& principal) {
  const auto key = store::account_setting_key(context.realm, principal, to_string(rule.name));
  const auto* found = view.find<AccountSettingRecord>(key);
  DeleteAccountSettingResponse response;
  response.setting =
      render(context, rule, found ? found->record->value : effective_setting(context, view, principal, rule),
             principal);
  if (!found) return response;
  auto transaction = new_transaction(context);
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
void list_effective(const Context& context, const store::View& view, const PageRequest& page,
                    const Filter& filter, const std::string& principal, ListAccountSettingsResponse& into) {
  const auto rules = account_setting_rules();
  std::size_t index = page.after.empty() ? 0 : static_cast<std::size_t>(page.after[0] - 'a') + 1;
  std::string last;
  for (; index < rules.size(); ++index) {
    auto value = effective_setting(context, view, principal, rules[index]);
    if (!filter.holds(to_string(rules[index].name), value)) continue;
    if (into.settings->size() == page.size) {
      into.next_token = next_page_token(context, page, last);
      return;
    }
    into.settings->push_back(render(context, rules[index], std::move(value), principal));
    last = static_cast<char>('a' + index);
  }
}

void list_stored(const Context& context, const store::View& view, const PageRequest& page,
                 const Filter& filter, const std::string& principal, ListAccountSettingsResponse& into) {
  using Stored = store::Stored<AccountSettingRecord>;
  into.next_token = fill_page(
      context, page, view.group(store::kSettingsByRealm, store::realm_key(context.realm)),
      [&](const Stored& found) {
        return found.record->principal_arn == principal &&
               filter.holds(found.record->name, found.record->value);
      },
      [&](const Stored& found) {
        const auto name = model::ecs::parse_setting_name(found.record->name);
        if (name)
          into.settings->push_back(
              render(context, account_setting_rule(*name), found.record->value, principal));
      });
}

}  // namespace

Async<ApiResult<model::ecs::PutAccountSettingResponse>> put_account_setting(
    Context& context, model::ecs::PutAccountSettingRequest request) {
  using Response = model::ecs::PutAccountSettingResponse;
  const auto& rule = account_setting_rule(request.name);
  if (auto error = check_value(rule, request.value)) co_return *std::move(error);
  auto principal = principal_of(context, request.principal_arn);
  if (!principal) co_return principal.take_error();
  std::function<Decision<Response>(const store::View&)> decider = [&](const store::View& view) {
    return decide_put<Response>(context, view, rule, *principal, request.value);
  };
  co_return co_await decide_and_commit<Response>(context, std::move(decider));
}

Async<ApiResult<model::ecs::PutAccountSettingDefaultResponse>> put_account_setting_default(
    Context& context, model::ecs::PutAccountSettingDefaultRequest request) {
  using Response = model::ecs::PutAccountSettingDefaultResponse;
  const auto& rule = account_setting_rule(request.name);
  if (auto error = check_value(rule, request.value)) co_return *std::move(error);
  std::function<Decision<Response>(const store::View&)> decider = [&](const store::View& view) {
    return decide_put<Response>(context, view, rule, std::string(), request.value);
  };
  co_return co_await decide_and_commit<Response>(context, std::move(decider));
}

Async<ApiResult<DeleteAccountSettingResponse>> delete_account_setting(
    Context& context, model::ecs::DeleteAccountSettingRequest request) {
  const auto& rule = account_setting_rule(request.name);
  auto principal = principal_of(context, request.principal_arn);
  if (!principal) co_return principal.take_error();
  std::function<Decision<DeleteAccountSettingResponse>(const store::View&)> decider =
      [&](const store::View& view) { return decide_delete(context, view, rule, *principal); };
  co_return co_await decide_and_commit<DeleteAccountSettingResponse>(context, std::move(decider));
}

Async<ApiResult<ListAccountSettingsResponse>> list_account_settings(Context& context,
                                                                    ListAccountSettingsRequest request) {
  if (request.value && !request.name)
    co_return wire::invalid_parameter("value filters one setting: give its name too.");
  auto principal = principal_of(context, request.principal_arn);
  if (!principal) co_return principal.take_error();
  const bool effective = request.effective_settings.value_or(false);
  const Filter filter{request.name, request.value};
  auto page =
      page_request(context, "ListAccountSettings",
                   hash_filter({*principal, effective ? "effective" : "",
                                request.name ? to_string(*request.name) : "", request.value.value_or("")}),
                   request.next_token, request.max_results);
  if (!page) co_return page.take_error();
  ListAccountSettingsResponse response;
  response.settings.emplace();
  const auto view = co_await context.read();
  if (effective)
    list_effective(context, view, *page, filter, *principal, response);
  else
    list_stored(context, view, *page, filter, *principal, response);
  co_return response;
}

}  // namespace berth::services::ecs
