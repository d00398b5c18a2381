#include "services/ecs/account/account_setting_table.h"

#include <fmt/format.h>

#include <algorithm>

namespace berth::services::ecs {
namespace {

using model::ecs::SettingName;

std::string root_arn(const Call& call) {
  return fmt::format("arn:aws:iam::{}:root", call.realm.account);
}

bool is_arn_format(SettingName name) {
  return name == SettingName::service_long_arn_format || name == SettingName::task_long_arn_format ||
         name == SettingName::container_instance_long_arn_format;
}

}  // namespace

std::span<const AccountSettingRule> account_setting_rules() {
  static const std::vector<AccountSettingRule> kRules = {
      {SettingName::service_long_arn_format, "enabled", {"enabled", "disabled"}},
      {SettingName::task_long_arn_format, "enabled", {"enabled", "disabled"}},
      {SettingName::container_instance_long_arn_format, "enabled", {"enabled", "disabled"}},
      {SettingName::awsvpc_trunking, "disabled", {"enabled", "disabled"}},
      {SettingName::container_insights, "disabled", {"enabled", "disabled", "enhanced"}},
      {SettingName::fargate_fips_mode, "disabled", {"enabled", "disabled"}},
      {SettingName::tag_resource_authorization, "on", {"on", "off"}},
      {SettingName::fargate_task_retirement_wait_period, "7", {"0", "7", "14"}},
      {SettingName::guard_duty_activate, "off", {"on", "off"}, true},
      {SettingName::default_log_driver_mode, "non-blocking", {"blocking", "non-blocking"}},
      {SettingName::fargate_event_windows, "disabled", {"enabled", "disabled"}},
  };
  return kRules;
}

const AccountSettingRule& account_setting_rule(SettingName name) {
  const auto rules = account_setting_rules();
  const auto found =
      std::find_if(rules.begin(), rules.end(), [&](const auto& rule) { return rule.name == name; });
  check(found != rules.end(), "an account setting of the model without a rule");
  return *found;
}

std::string default_setting_value(const Call& call, const AccountSettingRule& rule) {
  if (call.deps.compat == domain::Compat::guide_2015 && is_arn_format(rule.name)) return "disabled";
  return std::string(rule.default_value);
}

std::string settings_principal(const Call& call, std::string_view principal_arn) {
  return principal_arn == root_arn(call) ? std::string() : std::string(principal_arn);
}

std::string shown_principal(const Call& call, std::string_view principal) {
  return principal.empty() ? root_arn(call) : std::string(principal);
}

std::string effective_setting(const Call& call, const store::View& view, std::string_view principal,
                              const AccountSettingRule& rule) {
  for (const std::string_view owner : {principal, std::string_view()}) {
    const auto* found = view.find<domain::AccountSettingRecord>(
        store::account_setting_key(call.realm, owner, to_string(rule.name)));
    if (found) return found->record->value;
  }
  return default_setting_value(call, rule);
}

}  // namespace berth::services::ecs
