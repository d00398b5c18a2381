#pragma once
#include <string_view>

#include "base/result.h"

namespace berth::agent::update {

/// Whether `signature` (64 bytes, Ed25519) over `data` was made with the private half of `public_key_pem`.
/// Errors: `invalid`: the key cannot be used, or the signature is not its.
Result<void> verify_signature(std::string_view public_key_pem, std::string_view data,
                              std::string_view signature);

}  // namespace berth::agent::update
