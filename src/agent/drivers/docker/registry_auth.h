#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "agent/engine/driver_types.h"
#include "base/result.h"

namespace berth::agent::drivers::docker {

/// Credentials by registry, as configured. Never logged.
class RegistryAuths {
 public:
  /// Reads ECS_ENGINE_AUTH_TYPE and ECS_ENGINE_AUTH_DATA. `type` "dockercfg":
  /// `{"registry":{"auth":base64,"email":…}}`, also inside `{"auths":{…}}` as in ~/.docker/config.json;
  /// "docker": `{"registry":{"username","password","email"}}`; empty: no credentials, whatever `data` says.
  /// Errors: `invalid`; the message holds nothing of `data`.
  static Result<RegistryAuths> parse(std::string_view type, std::string_view data);

  /// The credentials of the registry, or of the longest leading part of registry and path, that `image` is
  /// of. Images without a registry are Docker Hub's, which is known by several names
  /// (`https://index.docker.io/v1/`, `docker.io`, …).
  std::optional<engine::RegistryAuth> find(std::string_view image) const;
  bool empty() const { return auths_.empty(); }

 private:
  std::map<std::string, engine::RegistryAuth>
      auths_;  ///< By registry without scheme, version and last slash.
};

/// The X-Registry-Auth header of a pull: base64url of JSON.
std::string render_registry_auth(const engine::RegistryAuth& auth);

}  // namespace berth::agent::drivers::docker
