#include "services/ecs/operations.h"

#include <fmt/format.h>

namespace berth::services::ecs {

// The guide's rates of registrations, by account and region (p.112).
api::Toll registration_toll(const Call& call, std::string_view operation, std::int32_t per_second,
                            std::int32_t burst) {
  return {.bucket = fmt::format("{}/{}/{}", call.realm.account, call.realm.region, operation),
          .per_second = static_cast<double>(per_second),
          .burst = static_cast<double>(burst)};
}

void add_operations(api::OperationTable& table, const Deps& deps) {
  auto own = words();
  own.token_characters_max = static_cast<std::size_t>(deps.limits.client_token_characters);
  Operations operations(table, "ecs", own, deps);
  add_cluster_operations(operations);
  add_instance_operations(operations);
  add_definition_operations(operations);
  add_task_operations(operations);
  add_service_operations(operations);
  add_account_operations(operations);
}

}  // namespace berth::services::ecs
