#include "auth/sha256.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>

namespace berth::auth {
namespace {

constexpr std::size_t kBlockBytes = 64;

// OpenSSL deprecates these functions in favour of EVP, which in version 3.0 asks for memory for each digest:
// for the short texts of a signature that is as much work as the digest.
class Hasher {
 public:
  Hasher() { SHA256_Init(&context_); }
  void update(std::string_view bytes) { SHA256_Update(&context_, bytes.data(), bytes.size()); }
  Sha256Digest finish() {
    Sha256Digest digest;
    SHA256_Final(digest.data(), &context_);
    return digest;
  }

 private:
  SHA256_CTX context_;
};

}  // namespace

Sha256Digest sha256(std::string_view bytes) {
  Hasher hash;
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
  Hasher inner;
  inner.update({inner_pad.data(), kBlockBytes});
  for (const std::string_view part : message) inner.update(part);
  const Sha256Digest inner_digest = inner.finish();
  Hasher outer;
  outer.update({outer_pad.data(), kBlockBytes});
  outer.update(bytes_of(inner_digest));
  return outer.finish();
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
