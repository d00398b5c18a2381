#pragma once
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "auth/sha256.h"

namespace berth::auth {

/// The part of a SigV4 credential after the access key id: `20150830/us-east-1/ecs/aws4_request`.
struct CredentialScope {
  std::string_view date;  ///< YYYYMMDD
  std::string_view region;
  std::string_view service;
};

/// Derives the SigV4 signing key: four HMACs in a row.
Sha256Digest derive_signing_key(std::string_view secret, const CredentialScope& scope);

/// Remembers derived signing keys, so that a request costs one HMAC and not five.
///
/// Runs on:   any thread; a mutex guards the slots and is held for a lookup only, not while deriving.
/// Limits:    kSigningKeySlots; a key that falls on a taken slot replaces what is there.
/// Invariant: a key is found by the secret itself, so a secret that was changed never verifies by an old key.
class SigningKeyCache {
 public:
  static constexpr std::size_t kSigningKeySlots = 1024;

  SigningKeyCache() : slots_(kSigningKeySlots) {}
  Sha256Digest get(std::string_view secret, const CredentialScope& scope);

 private:
  struct Slot {
    std::string name;
    Sha256Digest key;
  };
  std::mutex mutex_;
  std::vector<Slot> slots_;
};

}  // namespace berth::auth
