#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "agent/engine/status.h"
#include "base/json.h"
#include "base/result.h"
#include "base/time.h"
#include "model/acs/types.h"

namespace berth::agent::engine {

/// What a task is made of, as the control plane sent it: checked, with defaults filled in. It never changes.

struct Dependency {
  std::size_t container = 0;  ///< Index into TaskSpec::containers.
  Condition condition = Condition::start;
  bool implicit = false;  ///< From links or volumesFrom: bounds creating, not pulling.
};

struct LinkSpec {
  std::string container;
  std::string alias;
};

struct PortSpec {
  std::int32_t container_port = 0;
  std::int32_t container_port_last = 0;  ///< Above container_port for a range.
  std::int32_t host_port = 0;            ///< 0: any free one.
  std::string protocol = "tcp";
};

struct MountSpec {
  std::string volume;
  std::string path;
  bool read_only = false;
};

struct VolumesFromSpec {
  std::string container;
  bool read_only = false;
};

struct RestartPolicy {
  std::vector<std::int32_t> ignored_exit_codes;
  Duration attempt_period = std::chrono::seconds(300);  ///< A run shorter than this is not restarted.
};

/// A value that lies outside the task definition.
struct SecretSpec {
  std::string name;        ///< Of the variable, or of the log driver's option.
  std::string value_from;  ///< ARN or name of the secret.
  bool parameter = true;   ///< Of a parameter store; else of a secrets manager.
  bool log_option = false;
};

struct ContainerSpec {
  std::string name;
  std::string image;
  std::int64_t cpu = 0;         ///< CPU units.
  std::int64_t memory_mib = 0;  ///< Hard limit; 0: none.
  std::optional<std::vector<std::string>> command;
  std::optional<std::vector<std::string>> entry_point;
  std::map<std::string, std::string> environment;
  bool essential = true;
  std::vector<LinkSpec> links;
  std::vector<PortSpec> ports;
  std::vector<MountSpec> mounts;
  std::vector<VolumesFromSpec> volumes_from;
  JsonObject docker_config;  ///< Docker's container configuration, merged over what the members above make.
  JsonObject host_config;    ///< Likewise Docker's HostConfig.
  std::vector<Dependency> depends_on;
  std::optional<Duration> start_timeout, stop_timeout;
  std::optional<RestartPolicy> restart;
  bool health_check = false;
  std::string arn;
  std::string registry_credentials;  ///< The secret of repositoryCredentials, or empty.
  std::vector<SecretSpec> secrets;
  std::vector<std::string> environment_files;  ///< ARNs, the first one wins.

  bool wants_secrets() const {
    return !secrets.empty() || !environment_files.empty() || !registry_credentials.empty();
  }
};

enum class VolumeKind {
  host_path,  ///< A folder of the host, bound in.
  scratch,    ///< Empty, lives as long as the task: a Docker volume that we make and remove.
  shared,     ///< A Docker volume known by its own name; never removed.
};

struct VolumeSpec {
  std::string name;
  VolumeKind kind = VolumeKind::scratch;
  std::string source_path;
  std::string driver = "local";
  std::map<std::string, std::string> driver_options;
  std::map<std::string, std::string> labels;
  bool autoprovision = true;
};

struct TaskSpec {
  std::string arn;
  std::string family;
  std::string version;
  std::vector<ContainerSpec> containers;
  std::vector<VolumeSpec> volumes;
  std::string credentials_id;            ///< Of the task role; empty without one.
  std::string execution_credentials_id;  ///< Of the execution role.
  double cpu = 0;                        ///< Limit of the whole task in vCPU; 0: none.
  std::int64_t memory_mib = 0;           ///< Likewise.
  std::string pid_mode, ipc_mode, network_mode;
  std::string launch_type;
  std::string service_name, group;
  /// Why the containers can never be brought up although each is readable (unknown link, a circle), as the
  /// task's reason.
  std::string setup_problem;
  /// With pidMode or ipcMode "task": the container whose namespaces the others join.
  std::optional<std::size_t> namespace_owner;

  /// The text after the last '/' of the ARN.
  std::string id() const;
  std::optional<std::size_t> find_container(std::string_view name) const;
  std::optional<std::size_t> find_volume(std::string_view name) const;
};

inline constexpr std::size_t kContainersPerTaskMax = 100;
inline constexpr std::size_t kVolumesPerTaskMax = 1000;

/// Checks a task from the control plane and fills in defaults.
///
/// Errors: `invalid`: the task makes no sense to this agent; the message says why, and is what follows
///         `UnrecogniedTaskError: Error loading task - `.
Result<TaskSpec> make_task_spec(const model::acs::Task& task);

}  // namespace berth::agent::engine
