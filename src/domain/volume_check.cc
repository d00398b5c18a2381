#include <fmt/format.h>

#include <set>

#include "domain/names.h"
#include "domain/task_definition.h"

namespace berth::domain {
namespace {

using model::ecs::EFSAuthorizationConfigIAM;
using model::ecs::EFSTransitEncryption;
using model::ecs::EFSVolumeConfiguration;
using model::ecs::Volume;

Result<void> check_efs(const std::string& name, const EFSVolumeConfiguration& efs) {
  const bool encrypted = efs.transit_encryption == EFSTransitEncryption::enabled;
  if (efs.transit_encryption_port && !encrypted)
    return invalid(fmt::format(
        "Volume '{}': transitEncryptionPort is only allowed when transitEncryption is ENABLED.", name));
  if (!efs.authorization_config) return {};
  const auto& authorization = *efs.authorization_config;
  const std::string root = efs.root_directory.value_or("");
  const bool access_point = !authorization.access_point_id.value_or("").empty();
  if (access_point && !root.empty() && root != "/")
    return invalid("Root Directory can not be set when using an EFS Access Point.");
  if ((access_point || authorization.iam == EFSAuthorizationConfigIAM::enabled) && !encrypted)
    return invalid(
        fmt::format("Volume '{}': transitEncryption must be ENABLED with an EFS access point or "
                    "IAM authorization.",
                    name));
  return {};
}

Result<void> check_volume(const Volume& volume) {
  const std::string name = volume.name.value_or("");
  const int kinds = (volume.host && volume.host->source_path ? 1 : 0) +
                    (volume.docker_volume_configuration ? 1 : 0) + (volume.efs_volume_configuration ? 1 : 0) +
                    (volume.s3files_volume_configuration ? 1 : 0) +
                    (volume.fsx_windows_file_server_volume_configuration ? 1 : 0) +
                    (volume.configured_at_launch.value_or(false) ? 1 : 0);
  if (kinds > 1) return invalid(fmt::format("Volume '{}' may have only one kind of configuration.", name));
  const auto& docker = volume.docker_volume_configuration;
  if (docker && docker->autoprovision && docker->scope != model::ecs::Scope::shared)
    return invalid(fmt::format("Volume '{}': autoprovision is only allowed with scope 'shared'.", name));
  if (volume.efs_volume_configuration) return check_efs(name, *volume.efs_volume_configuration);
  return {};
}

}  // namespace

Result<void> check_volumes(const model::ecs::RegisterTaskDefinitionRequest& request, const Limits& limits) {
  std::set<std::string> seen;
  if (!request.volumes) return {};
  const auto characters_max = static_cast<std::size_t>(limits.name_characters);
  for (const auto& volume : *request.volumes) {
    const std::string name = volume.name.value_or("");
    if (name.empty()) return invalid("Volume.name should not be null or empty.");
    if (name.size() > characters_max)
      return invalid(fmt::format("Volume.name longer than {}.", characters_max));
    if (!is_name(name, characters_max)) return invalid("Volume.name contains invalid characters.");
    if (!seen.insert(name).second) return invalid(fmt::format("Duplicate volume name '{}'.", name));
    if (auto checked = check_volume(volume); !checked) return checked;
  }
  return {};
}

}  // namespace berth::domain
