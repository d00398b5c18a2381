#include "auth/signing_key.h"

#include "base/random.h"

namespace berth::auth {

Sha256Digest derive_signing_key(std::string_view secret, const CredentialScope& scope) {
  std::string prefixed = "AWS4";
  prefixed += secret;
  const Sha256Digest date_key = hmac_sha256(prefixed, {scope.date});
  const Sha256Digest region_key = hmac_sha256(bytes_of(date_key), {scope.region});
  const Sha256Digest service_key = hmac_sha256(bytes_of(region_key), {scope.service});
  return hmac_sha256(bytes_of(service_key), {"aws4_request"});
}

Sha256Digest SigningKeyCache::get(std::string_view secret, const CredentialScope& scope) {
  // The scope's parts hold no '/', so the joined name is unambiguous whatever the secret holds.
  thread_local std::string name;
  name.clear();
  name.append(scope.date).append(1, '/').append(scope.region).append(1, '/').append(scope.service);
  name.append(1, '/').append(secret);
  const std::size_t index = hash_bytes(name) % kSigningKeySlots;
  {
    const std::lock_guard lock(mutex_);
    const Slot& slot = slots_[index];
    if (slot.name == name) return slot.key;
  }
  const Sha256Digest key = derive_signing_key(secret, scope);
  const std::lock_guard lock(mutex_);
  slots_[index] = Slot{name, key};
  return key;
}

}  // namespace berth::auth
