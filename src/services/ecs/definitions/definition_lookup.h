#pragma once
#include <string>
#include <string_view>

#include "services/ecs/core/lookup.h"

namespace berth::services::ecs {

inline constexpr std::string_view kNoSuchDefinition =
    "The specified task definition does not exist. Specify a valid account, family, revision and try again.";

/// The definition that a request's `taskDefinition` names. Whether FAMILY alone will do is the caller's
/// business.
/// Errors: ClientException with `not_found` as its text when there is none; InvalidParameterException never.
enum class RevisionRule { latest_active_will_do, must_be_named };
ApiResult<const store::Stored<domain::TaskDefinitionRecord>*> named_definition(const Call& call,
                                                                               const store::View& view,
                                                                               const std::string& text,
                                                                               RevisionRule rule,
                                                                               std::string not_found);

/// The highest ACTIVE revision of a family other than `except`; 0 when there is none.
std::int32_t latest_active_but(const store::View& view, const domain::Realm& realm, const std::string& family,
                               std::int32_t except);

}  // namespace berth::services::ecs
