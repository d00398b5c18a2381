#include "auth/sealing.h"

#include <algorithm>

namespace berth::auth {
namespace {

constexpr char kVersion = 1;
constexpr std::size_t kHeaderBytes = 1 + 4 + kNonceBytes;

// Version and key id are authenticated with what the caller binds.
std::string associated(std::string_view header, std::string_view bound_to) {
  return std::string(header.substr(0, 5)).append(bound_to);
}

std::string header_of(const SealingKey& key, const Nonce& nonce) {
  std::string header(1, kVersion);
  for (int shift = 24; shift >= 0; shift -= 8) header += static_cast<char>(key.id >> shift);
  header.append(reinterpret_cast<const char*>(nonce.data()), nonce.size());
  return header;
}

std::uint32_t key_id_of(std::string_view sealed) {
  std::uint32_t id = 0;
  for (std::size_t i = 1; i < 5; ++i) id = id << 8 | static_cast<unsigned char>(sealed[i]);
  return id;
}

Error not_ours() {
  return invalid("not sealed by this control plane, or altered");
}

}  // namespace

std::string seal(std::string_view plain, const SealingKey& key, const Nonce& nonce,
                 std::string_view bound_to) {
  const std::string header = header_of(key, nonce);
  return header + encrypt_aes_gcm(key.secret, nonce, associated(header, bound_to), plain);
}

Result<std::string> unseal(std::string_view sealed, std::span<const SealingKey> keys,
                           std::string_view bound_to) {
  if (sealed.size() < kHeaderBytes + kTagBytes || sealed[0] != kVersion) return not_ours();
  const std::uint32_t id = key_id_of(sealed);
  const auto key =
      std::find_if(keys.begin(), keys.end(), [&](const SealingKey& one) { return one.id == id; });
  if (key == keys.end()) return not_ours();
  Nonce nonce{};
  std::copy_n(sealed.begin() + kHeaderBytes - kNonceBytes, kNonceBytes, nonce.begin());
  auto plain = decrypt_aes_gcm(key->secret, nonce, associated(sealed, bound_to), sealed.substr(kHeaderBytes));
  if (!plain) return not_ours();
  return *std::move(plain);
}

}  // namespace berth::auth
