#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/ecs/types.h"
#include "services/ecs/core/call.h"

namespace berth::services::ecs {

/// What the API allows for one account setting.
struct AccountSettingRule {
  model::ecs::SettingName name;
  std::string_view default_value;
  std::vector<std::string_view> values;
  bool aws_managed = false;  ///< Readable only.
};

/// All settings of the model, in its order. Source: API reference of PutAccountSetting.
std::span<const AccountSettingRule> account_setting_rules();
const AccountSettingRule& account_setting_rule(model::ecs::SettingName name);

/// The value that holds when nothing is stored; under `--compat guide-2015` ARNs are short.
std::string default_setting_value(const Call& call, const AccountSettingRule& rule);

/// Whose settings a request means: "" for the account's default, which is what its root user sets.
std::string settings_principal(const Call& call, std::string_view principal_arn);
/// As an answer shows it: the root user's ARN for the account's default.
std::string shown_principal(const Call& call, std::string_view principal);

/// What holds for the principal (of settings_principal()): its own value, else the account's, else the
/// default.
std::string effective_setting(const Call& call, const store::View& view, std::string_view principal,
                              const AccountSettingRule& rule);

}  // namespace berth::services::ecs
