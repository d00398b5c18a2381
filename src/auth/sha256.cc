#include "auth/sha256.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "base/assert.h"

namespace berth::auth {
namespace {

constexpr std::size_t kBlockBytes = 64;

class Hasher {
 public:
  Hasher() : algorithm_(EVP_MD_fetch(nullptr, "SHA256", nullptr)), context_(EVP_MD_CTX_new()) {
    check(algorithm_ != nullptr && context_ != nullptr, "OpenSSL has no SHA-256");
  }
  ~Hasher() {
    EVP_MD_CTX_free(context_);
    EVP_MD_free(algorithm_);
  }
  Hasher(const Hasher&) = delete;
  Hasher& operator=(const Hasher&) = delete;

  void begin() { check(EVP_DigestInit_ex2(context_, algorithm_, nullptr) == 1, "SHA-256 cannot begin"); }
  void update(std::string_view bytes) { EVP_DigestUpdate(context_, bytes.data(), bytes.size()); }
  Sha256Digest finish() {
    Sha256Digest digest;
    check(EVP_DigestFinal_ex(context_, digest.data(), nullptr) == 1, "SHA-256 cannot finish");
    return digest;
  }

 private:
  EVP_MD* algorithm_;
  EVP_MD_CTX* context_;
};

Hasher& hasher() {
  thread_local Hasher instance;
  return instance;
}

}  // namespace

Sha256Digest sha256(std::string_view bytes) {
  Hasher& hash = hasher();
  hash.begin();
  hash.update(bytes);
  return hash.finish();
}

Sha256Digest hmac_sha256(std::string_view key, std::initializer_list<std::string_view> message) {
  Sha256Digest hashed_key;
  if (key.size() > kBlockBytes) {
    hashed_key = sha256(key);
    key = bytes_of(hashed_key);
  }
  std::array<char, kBlockBytes> inner_pad;
  std::array<char, kBlockBytes> outer_pad;
  for (std::size_t i = 0; i < kBlockBytes; ++i) {
    const char byte = i < key.size() ? key[i] : '\0';
    inner_pad[i] = static_cast<char>(byte ^ 0x36);
    outer_pad[i] = static_cast<char>(byte ^ 0x5c);
  }
  Hasher& hash = hasher();
  hash.begin();
  hash.update({inner_pad.data(), kBlockBytes});
  for (const std::string_view part : message) hash.update(part);
  const Sha256Digest inner = hash.finish();
  hash.begin();
  hash.update({outer_pad.data(), kBlockBytes});
  hash.update(bytes_of(inner));
  return hash.finish();
}

void append_hex(std::string& out, const Sha256Digest& digest) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::array<char, 2 * std::tuple_size_v<Sha256Digest>> text;
  for (std::size_t i = 0; i < digest.size(); ++i) {
    text[2 * i] = kDigits[digest[i] >> 4];
    text[2 * i + 1] = kDigits[digest[i] & 15];
  }
  out.append(text.data(), text.size());
}

bool equal_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace berth::auth
