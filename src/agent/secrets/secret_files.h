#pragma once
#include <string>
#include <string_view>

#include "agent/engine/host_services.h"
#include "runtime/files.h"

namespace berth::agent::secrets {

/// A secret, and what of it is meant.
struct SecretReference {
  std::string path;      ///< Of its file, below the folder of secrets.
  std::string json_key;  ///< Empty: all of it.
};

/// Reads `valueFrom` and `credentialsParameter`: the ARN of a parameter (`arn:…:ssm:…:parameter/prod/db`:
/// file `prod/db`), that of a secret (`arn:…:secretsmanager:…:secret:db-AbCdEf:password::`: file `db-AbCdEf`,
/// its JSON member `password`), or a bare name.
/// Errors: `invalid`: it names no file, or one outside the folder.
Result<SecretReference> parse_secret_reference(std::string_view value_from);

/// `db` of `db-AbCdEf`: Secrets Manager ends its ARNs in six random characters, which a file need not have.
/// Empty when there are none.
std::string without_suffix(const std::string& path);

/// VARIABLE=VALUE lines; blank lines and those that begin with # are ignored. The first of two assignments
/// wins, as on AWS.
/// Errors: `invalid`, with the number of a line that is neither; never with its text.
Result<std::map<std::string, std::string>> parse_environment_file(std::string_view text);

/// The path below the folder of environment files of `arn:aws:s3:::bucket/key`: `bucket/key`.
Result<std::string> parse_environment_file_arn(std::string_view arn);

/// Largest secret, and largest environment file.
inline constexpr std::size_t kSecretBytesMax = 64U << 10;
inline constexpr std::size_t kEnvironmentFileBytesMax = 256U << 10;

/// Secrets and environment files from two folders of the host: BERTH_SECRETS_DIR and
/// BERTH_ENVIRONMENT_FILES_DIR. Read anew for each task, so that a changed secret reaches the next one.
///
/// Borrows: files.
/// Runs on: the agent's executor; blocks for as long as the disk does.
/// Errors: words of AWS, without any value: `unable to pull secrets or registry auth: …`, `failed to download
///   env files: …`.
class SecretFiles final : public engine::SecretsSource {
 public:
  SecretFiles(runtime::Files& files, std::string secrets_folder, std::string environment_folder)
      : files_(files), secrets_(std::move(secrets_folder)), environment_(std::move(environment_folder)) {}
  Result<engine::ContainerSecrets> fetch(const engine::ContainerSpec& container) override;

 private:
  Result<std::string> read_secret(std::string_view value_from);
  Result<engine::RegistryAuth> read_registry(const std::string& parameter);
  Result<void> read_environment(const std::string& arn, std::map<std::string, std::string>& into);

  runtime::Files& files_;
  std::string secrets_, environment_;
};

}  // namespace berth::agent::secrets
