#pragma once
#include <array>
#include <optional>
#include <string>
#include <string_view>

// AES-256-GCM, for all that Berth seals: tokens and secrets (auth/sealing.h), backups.
namespace berth::auth {

inline constexpr std::size_t kAesKeyBytes = 32;
inline constexpr std::size_t kNonceBytes = 12;
inline constexpr std::size_t kTagBytes = 16;

using AesKey = std::array<unsigned char, kAesKeyBytes>;
using Nonce = std::array<unsigned char, kNonceBytes>;

/// Ciphertext and tag of `plain`; `associated` is authenticated, and not in the result. A nonce must never
/// come twice with one key.
std::string encrypt_aes_gcm(const AesKey& key, const Nonce& nonce, std::string_view associated,
                            std::string_view plain);

/// Undoes encrypt_aes_gcm(). Nothing, when a bit of any of the four is another one.
std::optional<std::string> decrypt_aes_gcm(const AesKey& key, const Nonce& nonce, std::string_view associated,
                                           std::string_view sealed);

}  // namespace berth::auth
