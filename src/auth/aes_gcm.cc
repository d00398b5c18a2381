#include "auth/aes_gcm.h"

#include <openssl/evp.h>

#include <memory>

#include "base/assert.h"

namespace berth::auth {
namespace {

struct CipherContextDeleter {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, CipherContextDeleter>;

const unsigned char* octets(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* octets(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}

}  // namespace

std::string encrypt_aes_gcm(const AesKey& key, const Nonce& nonce, std::string_view associated,
                            std::string_view plain) {
  std::string out(plain.size() + kTagBytes, '\0');
  const CipherContext context(EVP_CIPHER_CTX_new());
  int size = 0;
  const bool done =
      context &&
      EVP_EncryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, key.data(), nonce.data()) == 1 &&
      EVP_EncryptUpdate(context.get(), nullptr, &size, octets(associated),
                        static_cast<int>(associated.size())) == 1 &&
      EVP_EncryptUpdate(context.get(), octets(out), &size, octets(plain), static_cast<int>(plain.size())) ==
          1 &&
      EVP_EncryptFinal_ex(context.get(), octets(out) + plain.size(), &size) == 1 &&
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, kTagBytes, octets(out) + plain.size()) == 1;
  check(done, "AES-256-GCM encrypts whatever it is given");
  return out;
}

std::optional<std::string> decrypt_aes_gcm(const AesKey& key, const Nonce& nonce, std::string_view associated,
                                           std::string_view sealed) {
  if (sealed.size() < kTagBytes) return std::nullopt;
  const std::string_view cipher = sealed.substr(0, sealed.size() - kTagBytes);
  std::string tag(sealed.substr(cipher.size()));
  std::string plain(cipher.size() + 1, '\0');  // Never empty, as OpenSSL wants somewhere to write.
  const CipherContext context(EVP_CIPHER_CTX_new());
  int size = 0;
  const bool done =
      context &&
      EVP_DecryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, key.data(), nonce.data()) == 1 &&
      EVP_DecryptUpdate(context.get(), nullptr, &size, octets(associated),
                        static_cast<int>(associated.size())) == 1 &&
      EVP_DecryptUpdate(context.get(), octets(plain), &size, octets(cipher),
                        static_cast<int>(cipher.size())) == 1 &&
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, kTagBytes, tag.data()) == 1 &&
      EVP_DecryptFinal_ex(context.get(), octets(plain) + cipher.size(), &size) == 1;
  if (!done) return std::nullopt;
  plain.resize(cipher.size());
  return plain;
}

}  // namespace berth::auth
