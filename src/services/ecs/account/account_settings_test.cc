// Account settings: of a principal, of the account, what holds in the end, and what is refused.
// Method: the handlers over a store in memory.
#include "services/ecs/account/account_setting_table.h"
#include "services/ecs/testing.h"

namespace berth::services::ecs {
namespace {

using model::ecs::Setting;
using model::ecs::SettingName;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr const char* kRoot = "arn:aws:iam::123456789012:root";

class AccountSettingHandlers : public testing::HandlersTest {
 protected:
  std::vector<Setting> list(model::ecs::ListAccountSettingsRequest request = {}) {
    return *must(list_account_settings, request).settings;
  }
  std::string effective(SettingName name) {
    const auto settings = list({.name = name, .effective_settings = true});
    EXPECT_THAT(settings, SizeIs(1));
    return settings.empty() ? "" : *settings[0].value;
  }
};

TEST_F(AccountSettingHandlers, EverySettingHasExactlyOneEffectiveValue) {
  EXPECT_THAT(list(), IsEmpty());
  const auto names = enum_values(SettingName());
  EXPECT_EQ(list({.effective_settings = true}).size(), names.size());
  for (const auto name : names) {
    const auto settings = list({.name = *model::ecs::parse_setting_name(name), .effective_settings = true});
    ASSERT_THAT(settings, SizeIs(1)) << name;
    EXPECT_EQ(to_string(*settings[0].name), name);
  }
  EXPECT_EQ(effective(SettingName::task_long_arn_format), "enabled");
}

TEST_F(AccountSettingHandlers, OwnBeforeAccountBeforeDefault) {
  must(put_account_setting_default, {.name = SettingName::container_insights, .value = "enabled"});
  EXPECT_EQ(effective(SettingName::container_insights), "enabled");
  EXPECT_THAT(list(), IsEmpty());
  const auto own =
      *must(put_account_setting, {.name = SettingName::container_insights, .value = "enhanced"}).setting;
  EXPECT_EQ(own.principal_arn, principal_arn_);
  EXPECT_EQ(own.value, "enhanced");
  EXPECT_EQ(effective(SettingName::container_insights), "enhanced");
  EXPECT_THAT(list(), SizeIs(1));
  must(delete_account_setting, {.name = SettingName::container_insights});
  EXPECT_EQ(effective(SettingName::container_insights), "enabled");
  must(delete_account_setting, {.name = SettingName::container_insights});
}

TEST_F(AccountSettingHandlers, TheRootUsersSettingIsTheAccounts) {
  EXPECT_EQ(must(put_account_setting_default, {.name = SettingName::awsvpc_trunking, .value = "enabled"})
                .setting->principal_arn,
            kRoot);
  principal_arn_ = kRoot;
  EXPECT_THAT(list(), SizeIs(1));
  must(put_account_setting, {.name = SettingName::awsvpc_trunking, .value = "disabled"});
  principal_arn_ = "arn:aws:iam::123456789012:user/bob";
  EXPECT_EQ(effective(SettingName::awsvpc_trunking), "disabled");
}

TEST_F(AccountSettingHandlers, ForAnotherPrincipal) {
  const std::string bob = "arn:aws:iam::123456789012:user/bob";
  must(put_account_setting,
       {.name = SettingName::task_long_arn_format, .value = "disabled", .principal_arn = bob});
  EXPECT_EQ(effective(SettingName::task_long_arn_format), "enabled");
  EXPECT_THAT(list({.principal_arn = bob}), SizeIs(1));
  principal_arn_ = bob;
  EXPECT_EQ(effective(SettingName::task_long_arn_format), "disabled");
}

TEST_F(AccountSettingHandlers, BadValuesAndPrincipals) {
  refused(call(put_account_setting, {.name = SettingName::container_insights, .value = "maybe"}),
          "InvalidParameterException", "containerInsights");
  refused(call(put_account_setting_default, {.name = SettingName::task_long_arn_format, .value = ""}),
          "InvalidParameterException", "taskLongArnFormat");
  refused(call(put_account_setting, {.name = SettingName::guard_duty_activate, .value = "on"}),
          "InvalidParameterException", "guardDutyActivate");
  refused(call(put_account_setting, {.name = SettingName::container_insights,
                                     .value = "enabled",
                                     .principal_arn = "arn:aws:iam::999999999999:root"}),
          "InvalidParameterException", "principalArn");
  refused(call(list_account_settings, {.value = "enabled"}), "InvalidParameterException", "name");
  EXPECT_THAT(list(), IsEmpty());
}

TEST_F(AccountSettingHandlers, Pages) {
  for (const bool effective : {true, false}) {
    std::vector<Setting> seen;
    if (!effective)
      for (const auto& rule : account_setting_rules())
        if (!rule.aws_managed)
          must(put_account_setting, {.name = rule.name, .value = std::string(rule.values.front())});
    testing::count_pages([&](std::optional<std::string> token) {
      auto page = must(list_account_settings,
                       {.effective_settings = effective, .next_token = token, .max_results = 3});
      for (auto& setting : *page.settings) seen.push_back(setting);
      return page.next_token;
    });
    EXPECT_EQ(seen, list({.effective_settings = effective}));
    EXPECT_GE(seen.size(), 10U);
  }
}

TEST_F(AccountSettingHandlers, TheGuidesArnsAreShort) {
  const Deps guide{.compat = domain::Compat::guide_2015};
  api::CallParts parts = new_parts();
  const Call call(api::Call(runtime_, parts), guide);
  EXPECT_EQ(default_setting_value(call, account_setting_rule(SettingName::task_long_arn_format)), "disabled");
  EXPECT_EQ(default_setting_value(call, account_setting_rule(SettingName::container_insights)), "disabled");
}

}  // namespace
}  // namespace berth::services::ecs
