#include "agent/secrets/secret_files.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/arn.h"
#include "base/json.h"

namespace berth::agent::secrets {
namespace {

constexpr std::size_t kSuffixLength = 7;  // "-AbCdEf"

/// Whether every part of a relative path is a plain name.
bool stays_inside(std::string_view path) {
  while (!path.empty()) {
    const auto slash = path.find('/');
    const std::string_view part = path.substr(0, slash);
    if (part.empty() || part == "." || part == "..") return false;
    if (slash == std::string_view::npos) return true;
    path.remove_prefix(slash + 1);
  }
  return false;
}

std::string_view without_leading_slash(std::string_view name) {
  if (name.starts_with('/')) name.remove_prefix(1);
  return name;
}

/// One line break at the end belongs to the editor, not to the secret.
void drop_line_break(std::string& text) {
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
}

Result<std::string> pick_member(const std::string& text, const std::string& key) {
  auto json = parse_json(text);
  if (!json || !json->is_object()) return invalid("the secret is not a JSON object");
  const JsonValue* value = json->get_object().if_contains(key);
  if (value == nullptr) return invalid("the secret has no JSON key " + key);
  return value->is_string() ? std::string(value->get_string()) : render_json(*value);
}

/// What AWS says of a secret that it does not have.
std::string describe(const engine::SecretSpec& secret, const Error& error) {
  const bool missing = error.code == ErrorCode::not_found;
  if (secret.parameter) {
    return missing ? "unable to retrieve secrets from ssm: invalid parameters: " + secret.value_from
                   : "unable to retrieve secrets from ssm: " + secret.value_from + ": " + error.message;
  }
  return "unable to retrieve secret from asm: secret " + secret.value_from + ": " +
         (missing ? "ResourceNotFoundException: Secrets Manager can't find the specified secret."
                  : error.message);
}

constexpr const char* kPullFailed =
    "unable to pull secrets or registry auth: execution resource retrieval failed: ";

}  // namespace

Result<SecretReference> parse_secret_reference(std::string_view value_from) {
  SecretReference reference;
  std::string_view name = value_from;
  if (value_from.starts_with("arn:")) {
    const auto arn = parse_arn(value_from);
    if (!arn) return invalid("it is not an ARN");
    std::string_view resource = arn->resource;
    if (arn->service == "ssm" && resource.starts_with("parameter")) {
      resource.remove_prefix(std::string_view("parameter").size());
      reference.path = without_leading_slash(resource);
    } else if (arn->service == "secretsmanager" && resource.starts_with("secret:")) {
      resource.remove_prefix(std::string_view("secret:").size());
      const auto colon = resource.find(':');
      reference.path = resource.substr(0, colon);
      if (colon != std::string_view::npos) {
        const std::string_view rest = resource.substr(colon + 1);
        reference.json_key = rest.substr(0, rest.find(':'));
      }
    } else {
      return invalid("its ARN names neither a parameter nor a secret");
    }
  } else {
    reference.path = without_leading_slash(name);
  }
  if (!stays_inside(reference.path)) return invalid("it names no file in the folder of secrets");
  return reference;
}

std::string without_suffix(const std::string& path) {
  if (path.size() <= kSuffixLength || path[path.size() - kSuffixLength] != '-') return {};
  const auto is_letter = [](unsigned char c) { return std::isalnum(c) != 0; };
  if (!std::all_of(path.end() - (kSuffixLength - 1), path.end(), is_letter)) return {};
  return path.substr(0, path.size() - kSuffixLength);
}

Result<std::map<std::string, std::string>> parse_environment_file(std::string_view text) {
  std::map<std::string, std::string> variables;
  for (int number = 1; !text.empty(); ++number) {
    const auto end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    const auto first = line.find_first_not_of(" \t");
    if (first == std::string_view::npos || line[first] == '#') continue;
    const auto equals = line.find('=');
    if (equals == std::string_view::npos || equals <= first)
      return invalid(fmt::format("line {} is not VARIABLE=VALUE", number));
    variables.emplace(line.substr(first, equals - first), line.substr(equals + 1));
  }
  return variables;
}

Result<std::string> parse_environment_file_arn(std::string_view arn) {
  const auto parsed = parse_arn(arn);
  if (!parsed || parsed->service != "s3" || !stays_inside(parsed->resource) ||
      parsed->resource.find('/') == std::string::npos)
    return invalid("it is not the ARN of an object");
  return parsed->resource;
}

Result<std::string> SecretFiles::read_secret(std::string_view value_from) {
  const auto reference = parse_secret_reference(value_from);
  if (!reference) return reference.error();
  auto text = files_.read(secrets_ + "/" + reference->path, kSecretBytesMax);
  const std::string shorter = without_suffix(reference->path);
  if (!text && text.error().code == ErrorCode::not_found && !shorter.empty())
    text = files_.read(secrets_ + "/" + shorter, kSecretBytesMax);
  if (!text) return text;
  if (!reference->json_key.empty()) return pick_member(*text, reference->json_key);
  drop_line_break(*text);
  return text;
}

Result<engine::RegistryAuth> SecretFiles::read_registry(const std::string& parameter) {
  const auto text = read_secret(parameter);
  if (!text) return text.error();
  const auto json = parse_json(*text);
  engine::RegistryAuth auth;
  if (json && json->is_object()) {
    for (const auto& [name, into] : {std::pair("username", &auth.username), {"password", &auth.password}}) {
      const JsonValue* value = json->get_object().if_contains(name);
      if (value != nullptr && value->is_string()) *into = std::string(value->get_string());
    }
  }
  if (auth.username.empty() || auth.password.empty())
    return invalid("the secret is not a JSON object with username and password");
  return auth;
}

Result<void> SecretFiles::read_environment(const std::string& arn, std::map<std::string, std::string>& into) {
  const auto path = parse_environment_file_arn(arn);
  if (!path) return path.error();
  const auto text = files_.read(environment_ + "/" + *path, kEnvironmentFileBytesMax);
  if (!text) return text.error();
  auto variables = parse_environment_file(*text);
  if (!variables) return variables.error();
  into.merge(*variables);
  return {};
}

Result<engine::ContainerSecrets> SecretFiles::fetch(const engine::ContainerSpec& container) {
  engine::ContainerSecrets found;
  for (const engine::SecretSpec& secret : container.secrets) {
    auto value = read_secret(secret.value_from);
    if (!value) return invalid(kPullFailed + describe(secret, value.error()));
    (secret.log_option ? found.log_options : found.environment)[secret.name] = *std::move(value);
  }
  if (!container.registry_credentials.empty()) {
    auto auth = read_registry(container.registry_credentials);
    if (!auth) {
      const engine::SecretSpec secret{"", container.registry_credentials, false, false};
      return invalid(kPullFailed + describe(secret, auth.error()));
    }
    found.registry = *std::move(auth);
  }
  for (const std::string& arn : container.environment_files) {
    const auto read = read_environment(arn, found.environment_file);
    if (read) continue;
    const bool missing = read.error().code == ErrorCode::not_found;
    return invalid("failed to download env files: " + arn + ": " +
                   (missing ? "NotFound: there is no such file" : read.error().message));
  }
  return found;
}

}  // namespace berth::agent::secrets
