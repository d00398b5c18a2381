#pragma once
#include <string_view>

#include "base/result.h"
#include "domain/records.h"

namespace berth::domain {

/// Up to 255 letters, digits, hyphens and underscores: clusters, services, families, containers, volumes.
bool is_name(std::string_view text, std::size_t characters_max = 255);

/// Tags: at most `tags_max`, keys 1-128 characters and unique, values up to 256, no `aws:` prefix.
/// Errors: `invalid`, in the API's words.
Result<void> check_tags(const std::vector<model::ecs::Tag>& tags, std::size_t tags_max);

}  // namespace berth::domain
