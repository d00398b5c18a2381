#pragma once
#include <optional>
#include <string_view>

#include "agent/endpoints/endpoint_state.h"

namespace berth::agent::endpoints {

enum class CredentialsVersion { v1, v2 };

/// The answer to `/v2/credentials/<id>` and `/v1/credentials?id=<id>`; `id` is empty when the request named
/// none, `found` what the source has of it. Pure.
EndpointAnswer answer_credentials(CredentialsVersion version, std::string_view id,
                                  const std::optional<RoleCredentials>& found);

}  // namespace berth::agent::endpoints
