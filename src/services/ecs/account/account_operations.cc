#include "model/ecs/codec.h"
#include "services/ecs/operations.h"

namespace berth::services::ecs {

void add_account_operations(Operations& operations) {
  operations.add<model::ecs::TagResourceOperation>(tag_resource);
  operations.add<model::ecs::UntagResourceOperation>(untag_resource);
  operations.add<model::ecs::ListTagsForResourceOperation>(list_tags_for_resource);
  operations.add<model::ecs::PutAccountSettingOperation>(put_account_setting);
  operations.add<model::ecs::PutAccountSettingDefaultOperation>(put_account_setting_default);
  operations.add<model::ecs::DeleteAccountSettingOperation>(delete_account_setting);
  operations.add<model::ecs::ListAccountSettingsOperation>(list_account_settings);
}

}  // namespace berth::services::ecs
