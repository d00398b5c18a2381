#pragma once
#include <map>
#include <string>

#include "agent/engine/task_needs.h"
#include "agent/engine/task_state.h"

namespace berth::agent::engine {

/// What the agent's own configuration adds to every container.
struct MappingOptions {
  std::string cluster;                      ///< As configured: name or ARN.
  bool ipv6_ports = false;                  ///< Publish ports on IPv6 too.
  std::int64_t task_pids_limit = 0;         ///< 0: none.
  std::string container_instance_arn = {};  ///< Whose containers they are; empty: no label says so.
  /// The cluster and the host, whatever container instance the host is: session::host_label(). Empty:
  /// likewise.
  std::string host = {};
  std::string log_driver;    ///< The engine's, of containers that name none.
  std::string log_max_size;  ///< Of a json-file log, as Docker writes it ("20m"); empty: no bound.
  std::int32_t log_max_files = 1;
};

/// What a container gets that is neither in its definition nor in the configuration.
struct ContainerInputs {
  ContainerSecrets secrets;
  /// Folder of the host that holds the container's metadata file; empty: there is none.
  std::string metadata_folder;
  /// First host port of mappings, by their place in ContainerSpec::ports; absent: what the mapping says, and
  /// for 0 Docker chooses.
  std::map<std::size_t, std::int32_t> host_ports;
};

/// Where the metadata file stands inside a container: this folder, then its endpoint id.
inline constexpr std::string_view kMetadataFolder = "/opt/ecs/metadata/";
inline constexpr std::string_view kMetadataFileName = "ecs-container-metadata.json";

/// Docker refuses smaller hard limits; smaller ones are raised to it.
inline constexpr std::int64_t kMemoryMinMib = 6;
/// The kernel's least CPU weight: what a container without `cpu` gets.
inline constexpr std::int64_t kCpuSharesMin = 2;
/// Where containers find the task metadata and credentials endpoint.
inline constexpr std::string_view kMetadataBase = "http://169.254.170.2";

inline constexpr std::string_view kLabelTaskArn = "com.amazonaws.ecs.task-arn";
inline constexpr std::string_view kLabelContainerName = "com.amazonaws.ecs.container-name";
inline constexpr std::string_view kLabelFamily = "com.amazonaws.ecs.task-definition-family";
inline constexpr std::string_view kLabelVersion = "com.amazonaws.ecs.task-definition-version";
inline constexpr std::string_view kLabelCluster = "com.amazonaws.ecs.cluster";
/// Berth's own: by it an agent that has lost its memory knows its containers.
inline constexpr std::string_view kLabelInstance = "berth.container-instance-arn";
/// And those of the container instances that its host was before.
inline constexpr std::string_view kLabelHost = "berth.container-instance-host";

/// The log driver that is the agent's own (agent/logs).
inline constexpr std::string_view kAwslogs = "awslogs";

/// What Docker is to create for a container: the plain members of the task, dockerConfig merged over them,
/// and on top of all the labels and namespaces that must be ours. Volumes are named as `task` has them.
/// Variables of environment files are the weakest, then come those of the definition, then secrets. A task
/// whose limits no control group holds has them on each of its containers. Pure.
/// Errors: HostConfigError, DockerClientConfigError.
DriverResult<ContainerConfig> make_container_config(const TaskState& task, std::size_t container,
                                                    const MappingOptions& options,
                                                    const ContainerInputs& inputs = {});

/// Whether containers of the task have host ports of their own at all.
bool publishes_ports(const TaskSpec& spec);

/// What Docker is to create for a volume that is not a folder of the host.
VolumeConfig make_volume_config(const TaskState& task, std::size_t volume);

}  // namespace berth::agent::engine
