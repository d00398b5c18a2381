#pragma once
#include <string>

#include "model/ecs/types.h"

namespace berth::services::ecs {

/// Of records as the API shows them: tags are left out unless asked for with include=TAGS.
enum class WithTags { no, yes };

/// {arn, reason} of failures[].
model::ecs::Failure failure(std::string arn, std::string reason, std::string detail = {});

}  // namespace berth::services::ecs
