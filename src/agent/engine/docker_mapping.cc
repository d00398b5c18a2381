#include "agent/engine/docker_mapping.h"

#include <algorithm>
#include <cmath>

namespace berth::agent::engine {
namespace {

constexpr std::int64_t kCpuPeriodMicroseconds = 100'000;

JsonArray to_array(const std::vector<std::string>& words) {
  JsonArray array;
  for (const std::string& word : words) array.emplace_back(word);
  return array;
}

/// `over` onto `base`: objects member by member, everything else replaced.
void merge(JsonObject& base, const JsonObject& over) {
  for (const auto& [key, value] : over) {
    JsonValue* old = base.if_contains(key);
    if (old != nullptr && old->is_object() && value.is_object()) {
      merge(old->get_object(), value.get_object());
    } else {
      base[key] = value;
    }
  }
}

JsonArray make_environment(const TaskState& task, const ContainerSpec& spec, const ContainerState& state,
                           const ContainerInputs& inputs) {
  std::map<std::string, std::string> environment = inputs.secrets.environment;
  environment.insert(spec.environment.begin(), spec.environment.end());
  environment.insert(inputs.secrets.environment_file.begin(), inputs.secrets.environment_file.end());
  const std::string base(kMetadataBase);
  environment["ECS_CONTAINER_METADATA_URI"] = base + "/v3/" + state.endpoint_id;
  environment["ECS_CONTAINER_METADATA_URI_V4"] = base + "/v4/" + state.endpoint_id;
  environment["ECS_AGENT_URI"] = base + "/api/" + state.endpoint_id;
  if (!task.spec.credentials_id.empty()) {
    environment["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] = "/v2/credentials/" + task.spec.credentials_id;
  }
  if (!inputs.metadata_folder.empty()) {
    environment["ECS_CONTAINER_METADATA_FILE"] =
        std::string(kMetadataFolder) + state.endpoint_id + "/" + std::string(kMetadataFileName);
  }
  JsonArray array;
  for (const auto& [key, value] : environment) array.emplace_back(key + "=" + value);
  return array;
}

/// The host port for `number`, a container port of a mapping; 0: Docker chooses.
std::int32_t host_port_for(const PortSpec& port, std::int32_t number, std::optional<std::int32_t> chosen) {
  if (chosen) return *chosen + number - port.container_port;
  return port.container_port_last == port.container_port ? port.host_port : 0;
}

void add_ports(const TaskSpec& task, const ContainerSpec& spec, const MappingOptions& options,
               const ContainerInputs& inputs, JsonObject& body, JsonObject& host) {
  JsonObject exposed;
  JsonObject bindings;
  for (std::size_t i = 0; i < spec.ports.size(); ++i) {
    const PortSpec& port = spec.ports[i];
    const auto found = inputs.host_ports.find(i);
    const auto chosen = found == inputs.host_ports.end() ? std::nullopt : std::optional(found->second);
    for (std::int32_t number = port.container_port; number <= port.container_port_last; ++number) {
      const std::string key = std::to_string(number) + "/" + port.protocol;
      exposed[key] = JsonObject{};
      JsonObject binding{{"HostIp", options.ipv6_ports ? "" : "0.0.0.0"},
                         {"HostPort", std::to_string(host_port_for(port, number, chosen))}};
      JsonValue& list = bindings[key];
      if (list.is_null()) list = JsonArray{};
      list.get_array().push_back(std::move(binding));
    }
  }
  if (exposed.empty()) return;
  body["ExposedPorts"] = std::move(exposed);
  if (publishes_ports(task)) host["PortBindings"] = std::move(bindings);
}

std::optional<DriverError> add_mounts(const TaskState& task, std::size_t container,
                                      const ContainerInputs& inputs, JsonObject& host) {
  const ContainerSpec& spec = task.spec.containers[container];
  JsonArray binds;
  for (const MountSpec& mount : spec.mounts) {
    const auto volume = task.spec.find_volume(mount.volume);
    if (!volume) return DriverError{"HostConfigError", "Invalid volume referenced: " + mount.volume, false};
    const bool folder = task.spec.volumes[*volume].kind == VolumeKind::host_path;
    const std::string& source =
        folder ? task.spec.volumes[*volume].source_path : task.volumes[*volume].docker_name;
    if (source.empty() || mount.path.empty()) {
      return DriverError{"HostConfigError",
                         "Unable to resolve volume mounts; invalid path: " + spec.name + " " + mount.volume +
                             "; " + source + " -> " + mount.path,
                         false};
    }
    binds.emplace_back(source + ":" + mount.path + (mount.read_only ? ":ro" : ""));
  }
  if (!inputs.metadata_folder.empty()) {
    binds.emplace_back(inputs.metadata_folder + ":" + std::string(kMetadataFolder) +
                       task.containers[container].endpoint_id);
  }
  if (!binds.empty()) host["Binds"] = std::move(binds);
  return std::nullopt;
}

std::optional<DriverError> add_neighbours(const TaskState& task, const ContainerSpec& spec,
                                          JsonObject& host) {
  JsonArray links;
  for (const LinkSpec& link : spec.links) {
    const auto target = task.spec.find_container(link.container);
    if (!target) return DriverError{"HostConfigError", "Link target not available: " + link.container, false};
    links.emplace_back(task.containers[*target].docker_name + ":" + link.alias);
  }
  if (!links.empty()) host["Links"] = std::move(links);
  JsonArray sources;
  for (const VolumesFromSpec& from : spec.volumes_from) {
    const auto source = task.spec.find_container(from.container);
    if (!source)
      return DriverError{"HostConfigError", "Volume target not available: " + from.container, false};
    sources.emplace_back(task.containers[*source].docker_name + (from.read_only ? ":ro" : ""));
  }
  if (!sources.empty()) host["VolumesFrom"] = std::move(sources);
  return std::nullopt;
}

void add_namespaces(const TaskState& task, std::size_t container, JsonObject& host) {
  const TaskSpec& spec = task.spec;
  if (spec.network_mode == "host" || spec.network_mode == "none") host["NetworkMode"] = spec.network_mode;
  const bool joins = spec.namespace_owner && *spec.namespace_owner != container;
  const std::string owner = joins ? "container:" + task.containers[*spec.namespace_owner].docker_name : "";
  if (spec.pid_mode == "host") host["PidMode"] = "host";
  if (spec.pid_mode == "task" && joins) host["PidMode"] = owner;
  if (spec.ipc_mode == "host" || spec.ipc_mode == "none") host["IpcMode"] = spec.ipc_mode;
  if (spec.ipc_mode == "task") host["IpcMode"] = joins ? owner : "shareable";
}

void add_labels(const TaskState& task, const ContainerSpec& spec, const MappingOptions& options,
                JsonObject& body) {
  JsonValue& labels = body["Labels"];
  if (!labels.is_object()) labels = JsonObject{};
  JsonObject& object = labels.get_object();
  object[kLabelTaskArn] = task.spec.arn;
  object[kLabelContainerName] = spec.name;
  object[kLabelFamily] = task.spec.family;
  object[kLabelVersion] = task.spec.version;
  object[kLabelCluster] = options.cluster;
  if (!options.container_instance_arn.empty()) object[kLabelInstance] = options.container_instance_arn;
  if (!options.host.empty()) object[kLabelHost] = options.host;
}

void add_limits(const TaskState& task, const ContainerSpec& spec, const MappingOptions& options,
                JsonObject& host) {
  host["CpuShares"] = std::max(spec.cpu, kCpuSharesMin);
  if (spec.memory_mib > 0) host["Memory"] = std::max(spec.memory_mib, kMemoryMinMib) << 20;
  if (options.task_pids_limit > 0) host["PidsLimit"] = options.task_pids_limit;
  if (!task.cgroup_parent.empty()) {
    host["CgroupParent"] = task.cgroup_parent;
    return;
  }
  if (!task.wants_cgroup) return;
  // The host has no group for the task: no container may have more than the whole task.
  if (task.spec.memory_mib > 0 && !host.contains("Memory"))
    host["Memory"] = std::max(task.spec.memory_mib, kMemoryMinMib) << 20;
  if (task.spec.cpu > 0) {
    host["CpuPeriod"] = kCpuPeriodMicroseconds;
    host["CpuQuota"] = std::llround(task.spec.cpu * kCpuPeriodMicroseconds);
  }
}

/// Docker bounds no json-file log by itself: a container that talks fills the disk. What the task says of
/// sizes holds.
void add_log_bound(const MappingOptions& options, JsonObject& host) {
  constexpr std::string_view kBounded = "json-file";
  if (options.log_max_size.empty()) return;
  const JsonValue* said = host.if_contains("LogConfig");
  JsonObject log = said != nullptr && said->is_object() ? said->get_object() : JsonObject{};
  const JsonValue* type = log.if_contains("Type");
  const bool named = type != nullptr && type->is_string() && !type->get_string().empty();
  if ((named ? std::string_view(type->get_string()) : std::string_view(options.log_driver)) != kBounded)
    return;
  log["Type"] = kBounded;
  JsonValue& config = log["Config"];
  if (!config.is_object()) config = JsonObject{};
  JsonObject& values = config.get_object();
  if (!values.contains("max-size")) {
    values["max-size"] = options.log_max_size;
    if (!values.contains("max-file")) values["max-file"] = std::to_string(options.log_max_files);
  }
  host["LogConfig"] = std::move(log);
}

/// The agent reads the output of awslogs containers itself, from a local log: no endpoint for logs can keep a
/// container from starting, or make it wait. What is not sent yet is kept by that log, within its bounds.
void replace_awslogs(JsonObject& host) {
  JsonValue* log = host.if_contains("LogConfig");
  if (log == nullptr || !log->is_object()) return;
  const JsonValue* type = log->get_object().if_contains("Type");
  if (type == nullptr || !type->is_string() || type->get_string() != kAwslogs) return;
  *log = JsonObject{{"Type", "json-file"}, {"Config", JsonObject{}}};
}

/// Options of the log driver that are secrets.
void add_log_options(const ContainerInputs& inputs, JsonObject& host) {
  JsonValue* log = host.if_contains("LogConfig");
  if (inputs.secrets.log_options.empty() || log == nullptr || !log->is_object()) return;
  JsonValue& options = log->get_object()["Config"];
  if (!options.is_object()) options = JsonObject{};
  for (const auto& [name, value] : inputs.secrets.log_options) options.get_object()[name] = value;
}

}  // namespace

DriverResult<ContainerConfig> make_container_config(const TaskState& task, std::size_t container,
                                                    const MappingOptions& options,
                                                    const ContainerInputs& inputs) {
  const ContainerSpec& spec = task.spec.containers[container];
  const ContainerState& state = task.containers[container];
  JsonObject body{{"Image", spec.image}};
  if (spec.command) body["Cmd"] = to_array(*spec.command);
  if (spec.entry_point && !spec.entry_point->empty()) body["Entrypoint"] = to_array(*spec.entry_point);
  body["Env"] = make_environment(task, spec, state, inputs);
  JsonObject host;
  add_limits(task, spec, options, host);
  add_ports(task.spec, spec, options, inputs, body, host);
  if (auto error = add_mounts(task, container, inputs, host)) return *error;
  if (auto error = add_neighbours(task, spec, host)) return *error;

  merge(body, spec.docker_config);
  merge(host, spec.host_config);
  replace_awslogs(host);
  add_log_bound(options, host);
  add_log_options(inputs, host);
  if (spec.health_check && !body.contains("Healthcheck")) {
    return DriverError{"DockerClientConfigError",
                       "docker health check is nil while container health check type is DOCKER", false};
  }
  add_labels(task, spec, options, body);
  add_namespaces(task, container, host);
  body["HostConfig"] = std::move(host);
  return ContainerConfig{state.docker_name, std::move(body)};
}

bool publishes_ports(const TaskSpec& spec) {
  return spec.network_mode != "host" && spec.network_mode != "none";
}

TaskLimits limits_of(const TaskSpec& spec) {
  TaskLimits limits{.cpu = spec.cpu, .cpu_shares = 0, .memory_mib = spec.memory_mib};
  for (const ContainerSpec& container : spec.containers) limits.cpu_shares += container.cpu;
  limits.cpu_shares = std::max(limits.cpu_shares, kCpuSharesMin);
  return limits;
}

VolumeConfig make_volume_config(const TaskState& task, std::size_t volume) {
  const VolumeSpec& spec = task.spec.volumes[volume];
  VolumeConfig config{.name = task.volumes[volume].docker_name,
                      .driver = spec.driver,
                      .driver_options = spec.driver_options,
                      .labels = spec.labels};
  if (spec.kind == VolumeKind::scratch) config.labels[std::string(kLabelTaskArn)] = task.spec.arn;
  return config;
}

}  // namespace berth::agent::engine
