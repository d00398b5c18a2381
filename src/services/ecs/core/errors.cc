#include "services/ecs/core/errors.h"

namespace berth::services::ecs {

model::ApiError cluster_not_found() {
  return model::ecs::cluster_not_found_exception("Cluster not found.");
}
model::ApiError service_not_found() {
  return model::ecs::service_not_found_exception("Service not found.");
}
model::ApiError service_not_active() {
  return model::ecs::service_not_active_exception("Service was not ACTIVE.");
}
model::ApiError cluster_contains_container_instances() {
  return model::ecs::cluster_contains_container_instances_exception(
      "The Cluster cannot be deleted while Container Instances are active or draining.");
}
model::ApiError cluster_contains_services() {
  return model::ecs::cluster_contains_services_exception(
      "The Cluster cannot be deleted while Services are active.");
}
model::ApiError cluster_contains_tasks() {
  return model::ecs::cluster_contains_tasks_exception(
      "The Cluster cannot be deleted while Tasks are active.");
}
model::ApiError conflict_exception(std::string message, std::vector<std::string> resource_ids) {
  auto error = model::ecs::conflict_exception(std::move(message));
  if (!resource_ids.empty())
    error.members["resourceIds"] = JsonArray(resource_ids.begin(), resource_ids.end());
  return error;
}

}  // namespace berth::services::ecs
