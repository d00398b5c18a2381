#include "agent/engine/task_spec.h"

#include <algorithm>
#include <charconv>
#include <set>

namespace berth::agent::engine {
namespace {

namespace acs = model::acs;

template <class T>
T or_default(const std::optional<T>& value) {
  return value.value_or(T{});
}

/// The command of `overrides`, a JSON text that may hold nothing else: everything else was merged by the
/// control plane.
Result<std::optional<std::vector<std::string>>> parse_override(const std::string& text) {
  std::optional<std::vector<std::string>> command;
  if (text.empty()) return command;
  auto json = parse_json(text);
  if (!json) return json.error();
  if (json->is_null()) return command;
  if (!json->is_object()) return invalid("container overrides are not a JSON object");
  for (const auto& [key, value] : json->get_object()) {
    if (key != "command")
      return invalid("container overrides hold the unknown member '" + std::string(key) + "'");
    if (value.is_null()) continue;
    if (!value.is_array()) return invalid("container overrides: command is not a list");
    command.emplace();
    for (const JsonValue& word : value.get_array()) {
      if (!word.is_string())
        return invalid("container overrides: command holds something that is not a string");
      command->emplace_back(word.get_string());
    }
  }
  return command;
}

Result<JsonObject> parse_object(const std::optional<std::string>& text, const char* what) {
  if (!text || text->empty()) return JsonObject{};
  auto json = parse_json(*text);
  if (!json) return invalid(std::string("dockerConfig.") + what + ": " + json.error().message);
  if (json->is_null()) return JsonObject{};
  if (!json->is_object()) return invalid(std::string("dockerConfig.") + what + " is not a JSON object");
  return std::move(json->get_object());
}

bool parse_port(std::string_view text, std::int32_t& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc{} && end == text.data() + text.size() && out >= 1 && out <= 65535;
}

Result<PortSpec> make_port(const acs::PortMapping& mapping) {
  PortSpec port;
  port.host_port = or_default(mapping.host_port);
  if (mapping.protocol) port.protocol = to_string(*mapping.protocol);
  if (mapping.container_port_range) {
    const std::string& range = *mapping.container_port_range;
    const auto dash = range.find('-');
    if (dash == std::string::npos ||
        !parse_port(std::string_view(range).substr(0, dash), port.container_port) ||
        !parse_port(std::string_view(range).substr(dash + 1), port.container_port_last) ||
        port.container_port_last < port.container_port) {
      return invalid("container port range '" + range + "' is not FIRST-LAST");
    }
    return port;
  }
  port.container_port = or_default(mapping.container_port);
  if (port.container_port < 1 || port.container_port > 65535 || port.host_port < 0 ||
      port.host_port > 65535) {
    return invalid("port mapping " + std::to_string(port.container_port) + ":" +
                   std::to_string(port.host_port) + " is out of range");
  }
  port.container_port_last = port.container_port;
  return port;
}

Result<LinkSpec> make_link(const std::string& link) {
  const auto colon = link.find(':');
  if (colon == std::string::npos) return LinkSpec{link, link};
  if (link.find(':', colon + 1) != std::string::npos) return invalid("Invalid link format");
  return LinkSpec{link.substr(0, colon), link.substr(colon + 1)};
}

RestartPolicy make_restart(const acs::RestartPolicy& policy) {
  RestartPolicy restart;
  if (policy.ignored_exit_codes) restart.ignored_exit_codes = *policy.ignored_exit_codes;
  if (policy.restart_attempt_period)
    restart.attempt_period = std::chrono::seconds(*policy.restart_attempt_period);
  return restart;
}

std::optional<Duration> positive_seconds(const std::optional<std::int32_t>& seconds) {
  if (!seconds || *seconds <= 0) return std::nullopt;
  return std::chrono::seconds(*seconds);
}

/// The members that are lists of small things.
Result<void> fill_lists(const acs::Container& in, ContainerSpec& out) {
  for (const auto& mapping : or_default(in.port_mappings)) {
    auto port = make_port(mapping);
    if (!port) return port.error();
    out.ports.push_back(*port);
  }
  for (const auto& text : or_default(in.links)) {
    auto link = make_link(text);
    if (!link) return link.error();
    out.links.push_back(*link);
  }
  for (const auto& mount : or_default(in.mount_points)) {
    out.mounts.push_back(
        {or_default(mount.source_volume), or_default(mount.container_path), or_default(mount.read_only)});
  }
  for (const auto& from : or_default(in.volumes_from)) {
    out.volumes_from.push_back({or_default(from.source_container), or_default(from.read_only)});
  }
  return {};
}

/// What the container gets from outside its definition.
void fill_secrets(const acs::Container& in, ContainerSpec& out) {
  if (in.registry_authentication && in.registry_authentication->asm_auth_data) {
    out.registry_credentials = or_default(in.registry_authentication->asm_auth_data->credentials_parameter);
  }
  for (const auto& secret : or_default(in.secrets)) {
    out.secrets.push_back({or_default(secret.name), or_default(secret.value_from),
                           secret.provider != acs::SecretProvider::asm_,
                           secret.target == acs::SecretTarget::log_driver});
  }
  for (const auto& file : or_default(in.environment_files)) {
    out.environment_files.push_back(or_default(file.value));
  }
}

Result<ContainerSpec> make_container(const acs::Container& in) {
  ContainerSpec out;
  out.name = or_default(in.name);
  out.image = or_default(in.image);
  if (out.name.empty()) return invalid("a container has no name");
  out.cpu = or_default(in.cpu);
  out.memory_mib = or_default(in.memory);
  if (in.command && !in.command->empty()) out.command = in.command;
  out.entry_point = in.entry_point;
  out.environment = or_default(in.environment);
  out.essential = in.essential.value_or(true);
  if (auto filled = fill_lists(in, out); !filled) return filled.error();
  auto command = parse_override(or_default(in.overrides));
  if (!command) return command.error();
  if (*command) out.command = **command;
  if (in.docker_config) {
    auto config = parse_object(in.docker_config->config, "config");
    if (!config) return config.error();
    auto host = parse_object(in.docker_config->host_config, "hostConfig");
    if (!host) return host.error();
    out.docker_config = std::move(*config);
    out.host_config = std::move(*host);
  }
  out.start_timeout = positive_seconds(in.start_timeout);
  out.stop_timeout = positive_seconds(in.stop_timeout);
  if (in.restart_policy && or_default(in.restart_policy->enabled))
    out.restart = make_restart(*in.restart_policy);
  out.health_check = in.health_check_type.has_value();
  out.arn = or_default(in.container_arn);
  fill_secrets(in, out);
  return out;
}

Result<VolumeSpec> make_volume(const acs::Volume& in) {
  VolumeSpec out;
  out.name = or_default(in.name);
  if (out.name.empty()) return invalid("a volume has no name");
  if (in.docker_volume_configuration || in.type == acs::VolumeType::docker) {
    const auto config = or_default(in.docker_volume_configuration);
    out.kind = config.scope == acs::Scope::shared ? VolumeKind::shared : VolumeKind::scratch;
    if (config.driver && !config.driver->empty()) out.driver = *config.driver;
    out.driver_options = or_default(config.driver_opts);
    out.labels = or_default(config.labels);
    out.autoprovision = out.kind != VolumeKind::shared || or_default(config.autoprovision);
    return out;
  }
  if (in.type && *in.type != acs::VolumeType::host) {
    return invalid("unrecognized volume type: \"" + std::string(to_string(*in.type)) + "\"");
  }
  if (in.efs_volume_configuration || in.ebs_volume_configuration ||
      in.fsx_windows_file_server_volume_configuration) {
    return invalid("unrecognized volume type of volume \"" + out.name + "\"");
  }
  if (in.host && in.host->source_path && !in.host->source_path->empty()) {
    out.kind = VolumeKind::host_path;
    out.source_path = *in.host->source_path;
  }
  return out;
}

Condition make_condition(const std::optional<acs::ContainerCondition>& condition) {
  if (!condition) return Condition::start;
  switch (*condition) {
    case acs::ContainerCondition::start:
      return Condition::start;
    case acs::ContainerCondition::complete:
      return Condition::complete;
    case acs::ContainerCondition::success:
      return Condition::success;
    case acs::ContainerCondition::healthy:
      return Condition::healthy;
  }
  unreachable();
}

/// Adds the edge, or says what is wrong with it.
std::string add_dependency(TaskSpec& spec, std::size_t from, const std::string& to, Dependency edge,
                           const char* kind) {
  const auto index = spec.find_container(to);
  if (!index) {
    return "resource cannot be initialized for task " + spec.arn + ": could not find container for " + kind +
           " " + to;
  }
  edge.container = *index;
  spec.containers[from].depends_on.push_back(edge);
  return {};
}

std::string resolve_dependencies(TaskSpec& spec, const acs::Task& task) {
  for (std::size_t i = 0; i < spec.containers.size(); ++i) {
    std::string problem;
    for (const auto& dependency : or_default((*task.containers)[i].depends_on)) {
      const Dependency edge{0, make_condition(dependency.condition), false};
      if (problem.empty())
        problem = add_dependency(spec, i, or_default(dependency.container_name), edge, "dependency");
    }
    for (const auto& link : spec.containers[i].links) {
      if (problem.empty())
        problem = add_dependency(spec, i, link.container, {0, Condition::start, true}, "link");
    }
    for (const auto& from : spec.containers[i].volumes_from) {
      if (problem.empty())
        problem = add_dependency(spec, i, from.container, {0, Condition::create, true}, "volumesFrom");
    }
    if (!problem.empty()) return problem;
  }
  return {};
}

/// Containers that share namespaces join those of one of them: the first essential one that waits for nobody.
void share_namespaces(TaskSpec& spec) {
  if (spec.pid_mode != "task" && spec.ipc_mode != "task") return;
  const auto stands_alone = [](const ContainerSpec& c) { return c.essential && c.depends_on.empty(); };
  const auto owner = std::ranges::find_if(spec.containers, stands_alone);
  if (owner == spec.containers.end()) {
    spec.setup_problem =
        "resource cannot be initialized for task " + spec.arn +
        ": no essential container without dependencies, whose namespaces the others could join";
    return;
  }
  spec.namespace_owner = static_cast<std::size_t>(owner - spec.containers.begin());
  for (std::size_t i = 0; i < spec.containers.size(); ++i) {
    if (i != *spec.namespace_owner) {
      spec.containers[i].depends_on.push_back({*spec.namespace_owner, Condition::start, true});
    }
  }
}

/// Whether following the dependencies ever comes back to where it began.
bool has_circle(const TaskSpec& spec) {
  std::vector<std::size_t> open(spec.containers.size());  // dependencies not yet resolved, for each container
  for (std::size_t i = 0; i < open.size(); ++i) open[i] = spec.containers[i].depends_on.size();
  std::vector<std::size_t> ready;
  for (std::size_t i = 0; i < open.size(); ++i) {
    if (open[i] == 0) ready.push_back(i);
  }
  std::size_t resolved = 0;
  while (!ready.empty()) {
    const std::size_t done = ready.back();
    ready.pop_back();
    ++resolved;
    for (std::size_t i = 0; i < open.size(); ++i) {
      for (const Dependency& edge : spec.containers[i].depends_on) {
        if (edge.container == done && --open[i] == 0) ready.push_back(i);
      }
    }
  }
  return resolved < spec.containers.size();
}

Result<void> fill_parts(const acs::Task& task, TaskSpec& spec) {
  std::set<std::string> names;
  if (or_default(task.containers).size() > kContainersPerTaskMax) return invalid("too many containers");
  if (or_default(task.volumes).size() > kVolumesPerTaskMax) return invalid("too many volumes");
  for (const auto& container : or_default(task.containers)) {
    auto made = make_container(container);
    if (!made) return made.error();
    if (!names.insert(made->name).second) return invalid("two containers are named '" + made->name + "'");
    spec.containers.push_back(std::move(*made));
  }
  names.clear();
  for (const auto& volume : or_default(task.volumes)) {
    auto made = make_volume(volume);
    if (!made) return made.error();
    if (!names.insert(made->name).second) return invalid("two volumes are named '" + made->name + "'");
    spec.volumes.push_back(std::move(*made));
  }
  return {};
}

}  // namespace

std::string TaskSpec::id() const {
  return arn.substr(arn.rfind('/') + 1);
}

std::optional<std::size_t> TaskSpec::find_container(std::string_view name) const {
  const auto found = std::ranges::find(containers, name, &ContainerSpec::name);
  if (found == containers.end()) return std::nullopt;
  return static_cast<std::size_t>(found - containers.begin());
}

std::optional<std::size_t> TaskSpec::find_volume(std::string_view name) const {
  const auto found = std::ranges::find(volumes, name, &VolumeSpec::name);
  if (found == volumes.end()) return std::nullopt;
  return static_cast<std::size_t>(found - volumes.begin());
}

Result<TaskSpec> make_task_spec(const acs::Task& task) {
  TaskSpec spec;
  spec.arn = or_default(task.arn);
  if (spec.arn.find('/') == std::string::npos) return invalid("task has no ARN with an id");
  spec.family = or_default(task.family);
  spec.version = or_default(task.version);
  if (auto filled = fill_parts(task, spec); !filled) return filled.error();
  if (spec.containers.empty()) return invalid("task has no containers");
  if (task.role_credentials) spec.credentials_id = or_default(task.role_credentials->credentials_id);
  if (task.execution_role_credentials) {
    spec.execution_credentials_id = or_default(task.execution_role_credentials->credentials_id);
  }
  spec.cpu = or_default(task.cpu);
  spec.memory_mib = or_default(task.memory);
  spec.pid_mode = or_default(task.pid_mode);
  spec.ipc_mode = or_default(task.ipc_mode);
  spec.network_mode = or_default(task.network_mode);
  spec.launch_type = or_default(task.launch_type);
  spec.service_name = or_default(task.service_name);
  spec.group = or_default(task.group);
  if (spec.network_mode == "awsvpc") return invalid("network mode awsvpc is not supported by this agent");
  spec.setup_problem = resolve_dependencies(spec, task);
  if (spec.setup_problem.empty()) share_namespaces(spec);
  if (spec.setup_problem.empty() && has_circle(spec)) {
    spec.setup_problem = "Task dependencies cannot be resolved, taskArn: " + spec.arn;
  }
  return spec;
}

}  // namespace berth::agent::engine
