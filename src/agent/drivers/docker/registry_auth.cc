#include "agent/drivers/docker/registry_auth.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "agent/drivers/docker/image_json.h"
#include "agent/drivers/docker/json_fields.h"
#include "base/encoding.h"

namespace berth::agent::drivers::docker {
namespace {

constexpr std::string_view kHub = "index.docker.io";

/// Docker Hub under one name.
std::string canonical_host(std::string host) {
  std::transform(host.begin(), host.end(), host.begin(), [](unsigned char c) { return std::tolower(c); });
  static constexpr std::array<std::string_view, 3> kHubNames = {"docker.io", "registry-1.docker.io",
                                                                "registry.hub.docker.com"};
  if (std::find(kHubNames.begin(), kHubNames.end(), host) != kHubNames.end()) return std::string(kHub);
  return host;
}

std::string canonical(std::string_view host_and_path) {
  const auto slash = host_and_path.find('/');
  std::string out = canonical_host(std::string(host_and_path.substr(0, slash)));
  if (slash != std::string_view::npos) out += host_and_path.substr(slash);
  return out;
}

/// `https://index.docker.io/v1/` -> `index.docker.io`.
std::string canonical_registry(std::string_view key) {
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (key.starts_with(scheme)) key.remove_prefix(scheme.size());
  }
  while (key.ends_with('/')) key.remove_suffix(1);
  for (const std::string_view version : {"/v1", "/v2"}) {
    if (key.ends_with(version)) key.remove_suffix(version.size());
  }
  return canonical(key);
}

/// Registry and path of an image, with Docker Hub spelled out.
std::string canonical_image(std::string_view image) {
  const std::string repository = split_image_name(image).repository;
  const auto slash = repository.find('/');
  if (slash == std::string::npos) return std::string(kHub) + "/library/" + repository;
  const std::string_view first = std::string_view(repository).substr(0, slash);
  // Docker's own rule for telling a registry from an account.
  const bool registry = first.find_first_of(".:") != std::string_view::npos || first == "localhost";
  return registry ? canonical(repository) : std::string(kHub) + "/" + repository;
}

/// Splits `user:password` of a dockercfg; false when it is none.
bool read_basic(std::string_view encoded, engine::RegistryAuth& auth) {
  const auto plain = decode_base64(encoded);
  if (!plain) return false;
  const auto colon = plain->find(':');
  if (colon == std::string::npos) return false;
  auth.username = plain->substr(0, colon);
  auth.password = plain->substr(colon + 1);
  while (auth.password.ends_with('\0')) auth.password.pop_back();
  return true;
}

}  // namespace

Result<RegistryAuths> RegistryAuths::parse(std::string_view type, std::string_view data) {
  RegistryAuths out;
  if (type.empty()) return out;
  if (type != "docker" && type != "dockercfg") return invalid("unknown type of registry credentials");
  const auto json = parse_json(data);
  if (!json || !json->is_object()) return invalid("the registry credentials are not a JSON object");
  const JsonObject* registries = &json->get_object();
  if (const auto* auths = find_member(*registries, "auths"); auths != nullptr && auths->is_object()) {
    registries = &auths->get_object();
  }
  for (const auto& [key, value] : *registries) {
    const auto* entry = value.if_object();
    if (entry == nullptr) return invalid("the credentials of a registry are not a JSON object");
    engine::RegistryAuth auth;
    auth.username = text_member(*entry, "username");
    auth.password = text_member(*entry, "password");
    auth.email = text_member(*entry, "email");
    auth.identity_token = text_member(*entry, "identitytoken");
    auth.server_address = key;
    const std::string basic = type == "dockercfg" ? text_member(*entry, "auth") : std::string();
    if (!basic.empty() && !read_basic(basic, auth)) {
      return invalid("the `auth` of a registry is not the base64 of user:password");
    }
    out.auths_.insert_or_assign(canonical_registry(key), std::move(auth));
  }
  return out;
}

std::optional<engine::RegistryAuth> RegistryAuths::find(std::string_view image) const {
  std::string prefix = canonical_image(image);
  while (true) {
    if (const auto found = auths_.find(prefix); found != auths_.end()) return found->second;
    const auto slash = prefix.rfind('/');
    if (slash == std::string::npos) return {};
    prefix.erase(slash);
  }
}

std::string render_registry_auth(const engine::RegistryAuth& auth) {
  JsonObject json;
  if (!auth.identity_token.empty()) {
    json["identitytoken"] = auth.identity_token;
  } else {
    json["username"] = auth.username;
    json["password"] = auth.password;
    if (!auth.email.empty()) json["email"] = auth.email;
  }
  json["serveraddress"] = auth.server_address;
  std::string header = encode_base64url(render_json(json));
  while (header.size() % 4 != 0) header += '=';  // Docker decodes with padding.
  return header;
}

}  // namespace berth::agent::drivers::docker
