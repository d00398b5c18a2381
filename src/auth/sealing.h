#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "auth/aes_gcm.h"
#include "base/result.h"

namespace berth::auth {

/// A key of AES-256-GCM. The id is no secret: what is sealed carries it, so that keys can be rotated.
struct SealingKey {
  std::uint32_t id = 0;
  AesKey secret{};
};

/// Encrypts and authenticates `plain`, and authenticates `bound_to`, which is not in the result: version, key
/// id, nonce, ciphertext and tag, as bytes. A nonce must never come twice with one key.
std::string seal(std::string_view plain, const SealingKey& key, const Nonce& nonce,
                 std::string_view bound_to);

/// Undoes `seal`.
/// Errors: `invalid`, with the same words whatever is wrong: an altered bit, another key, another `bound_to`,
///   a text that was never sealed.
Result<std::string> unseal(std::string_view sealed, std::span<const SealingKey> keys,
                           std::string_view bound_to);

}  // namespace berth::auth
