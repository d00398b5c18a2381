#include "auth/sealing.h"

#include <openssl/evp.h>

#include <algorithm>
#include <memory>

#include "base/assert.h"

namespace berth::auth {
namespace {

constexpr char kVersion = 1;
constexpr std::size_t kHeaderBytes = 1 + 4 + kNonceBytes;
constexpr std::size_t kTagBytes = 16;

struct ContextDeleter {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_CIPHER_CTX, ContextDeleter>;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* bytes_of(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}

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
  std::string out = header_of(key, nonce);
  const std::string also = associated(out, bound_to);
  out.resize(kHeaderBytes + plain.size() + kTagBytes);
  const Context context(EVP_CIPHER_CTX_new());
  int size = 0;
  const bool done =
      context &&
      EVP_EncryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, key.secret.data(), nonce.data()) == 1 &&
      EVP_EncryptUpdate(context.get(), nullptr, &size, bytes_of(also), static_cast<int>(also.size())) == 1 &&
      EVP_EncryptUpdate(context.get(), bytes_of(out) + kHeaderBytes, &size, bytes_of(plain),
                        static_cast<int>(plain.size())) == 1 &&
      EVP_EncryptFinal_ex(context.get(), bytes_of(out) + kHeaderBytes + plain.size(), &size) == 1 &&
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, kTagBytes,
                          bytes_of(out) + kHeaderBytes + plain.size()) == 1;
  check(done, "AES-256-GCM encrypts whatever it is given");
  return out;
}

Result<std::string> unseal(std::string_view sealed, std::span<const SealingKey> keys,
                           std::string_view bound_to) {
  if (sealed.size() < kHeaderBytes + kTagBytes || sealed[0] != kVersion) return not_ours();
  const std::uint32_t id = key_id_of(sealed);
  const auto key =
      std::find_if(keys.begin(), keys.end(), [&](const SealingKey& one) { return one.id == id; });
  if (key == keys.end()) return not_ours();
  const std::string also = associated(sealed, bound_to);
  const std::string_view cipher = sealed.substr(kHeaderBytes, sealed.size() - kHeaderBytes - kTagBytes);
  std::string tag(sealed.substr(sealed.size() - kTagBytes));
  std::string plain(cipher.size(), '\0');
  const Context context(EVP_CIPHER_CTX_new());
  int size = 0;
  const bool done =
      context &&
      EVP_DecryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, key->secret.data(),
                         bytes_of(sealed) + 5) == 1 &&
      EVP_DecryptUpdate(context.get(), nullptr, &size, bytes_of(also), static_cast<int>(also.size())) == 1 &&
      EVP_DecryptUpdate(context.get(), bytes_of(plain), &size, bytes_of(cipher),
                        static_cast<int>(cipher.size())) == 1 &&
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, kTagBytes, tag.data()) == 1 &&
      EVP_DecryptFinal_ex(context.get(), bytes_of(plain) + plain.size(), &size) == 1;
  if (!done) return not_ours();
  return plain;
}

}  // namespace berth::auth
