#include "services/ecs/core/render.h"

namespace berth::services::ecs {

model::ecs::Failure failure(std::string arn, std::string reason, std::string detail) {
  model::ecs::Failure failure;
  failure.arn = std::move(arn);
  failure.reason = std::move(reason);
  if (!detail.empty()) failure.detail = std::move(detail);
  return failure;
}

}  // namespace berth::services::ecs
