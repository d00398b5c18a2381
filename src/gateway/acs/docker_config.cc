#include "gateway/acs/docker_config.h"

#include <fmt/format.h>

#include <string>

namespace berth::gateway::acs {
namespace {

using model::ecs::NetworkMode;

constexpr std::int64_t kMebibyte = std::int64_t{1} << 20;
constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;

JsonArray to_array(const std::vector<std::string>& texts) {
  JsonArray array;
  for (const auto& text : texts) array.emplace_back(text);
  return array;
}

JsonObject to_object(const std::map<std::string, std::string>& texts) {
  JsonObject object;
  for (const auto& [key, text] : texts) object[key] = text;
  return object;
}

void put_texts(JsonObject& into, const char* name, const std::optional<std::vector<std::string>>& texts) {
  if (texts && !texts->empty()) into[name] = to_array(*texts);
}

JsonObject health_check(const model::ecs::HealthCheck& check) {
  auto command = check.command;
  // Docker takes the first word for one of its own and does not run the check; ECS takes it for the program.
  if (!command.empty() && command[0] != "CMD" && command[0] != "CMD-SHELL" && command[0] != "NONE")
    command.insert(command.begin(), "CMD");
  JsonObject out{{"Test", to_array(command)}};
  const auto seconds = [&](const char* name, const std::optional<std::int32_t>& value) {
    if (value) out[name] = *value * kNanosecondsPerSecond;
  };
  seconds("Interval", check.interval);
  seconds("Timeout", check.timeout);
  if (check.retries) out["Retries"] = *check.retries;
  seconds("StartPeriod", check.start_period);
  return out;
}

std::string permissions_of(const model::ecs::Device& device) {
  if (!device.permissions || device.permissions->empty()) return "rwm";
  std::string letters;
  for (const auto permission : *device.permissions) letters += to_string(permission).front();
  return letters;
}

void add_devices(JsonObject& host, const std::vector<model::ecs::Device>& devices) {
  JsonArray out;
  for (const auto& device : devices) {
    out.emplace_back(JsonObject{{"PathOnHost", device.host_path},
                                {"PathInContainer", device.container_path.value_or(device.host_path)},
                                {"CgroupPermissions", permissions_of(device)}});
  }
  if (!out.empty()) host["Devices"] = std::move(out);
}

void add_tmpfs(JsonObject& host, const std::vector<model::ecs::Tmpfs>& mounts) {
  JsonObject out;
  for (const auto& mount : mounts) {
    std::string options = fmt::format("size={}m", mount.size);
    if (mount.mount_options)
      for (const auto& option : *mount.mount_options) options += "," + option;
    out[mount.container_path] = options;
  }
  if (!out.empty()) host["Tmpfs"] = std::move(out);
}

void add_linux_parameters(JsonObject& host, const DockerConfigInput& input) {
  if (!input.container.linux_parameters) return;
  const auto& parameters = *input.container.linux_parameters;
  if (parameters.capabilities) {
    put_texts(host, "CapAdd", parameters.capabilities->add);
    put_texts(host, "CapDrop", parameters.capabilities->drop);
  }
  if (parameters.devices) add_devices(host, *parameters.devices);
  if (parameters.init_process_enabled) host["Init"] = *parameters.init_process_enabled;
  if (parameters.shared_memory_size) host["ShmSize"] = *parameters.shared_memory_size * kMebibyte;
  if (parameters.tmpfs) add_tmpfs(host, *parameters.tmpfs);
  // Docker counts memory and swap together; without a memory limit the setting means nothing.
  if (parameters.max_swap && input.memory.value_or(0) > 0)
    host["MemorySwap"] = (std::int64_t{*input.memory} + *parameters.max_swap) * kMebibyte;
  if (parameters.swappiness) host["MemorySwappiness"] = *parameters.swappiness;
}

void add_limits(JsonObject& host, const DockerConfigInput& input) {
  if (input.memory_reservation.value_or(0) > 0)
    host["MemoryReservation"] = *input.memory_reservation * kMebibyte;
  if (input.container.ulimits && !input.container.ulimits->empty()) {
    JsonArray out;
    for (const auto& limit : *input.container.ulimits) {
      out.emplace_back(JsonObject{
          {"Name", to_string(limit.name)}, {"Soft", limit.soft_limit}, {"Hard", limit.hard_limit}});
    }
    host["Ulimits"] = std::move(out);
  }
  if (input.container.system_controls) {
    JsonObject out;
    for (const auto& control : *input.container.system_controls)
      if (control.namespace_) out[*control.namespace_] = control.value.value_or("");
    if (!out.empty()) host["Sysctls"] = std::move(out);
  }
}

void add_network(JsonObject& host, const DockerConfigInput& input) {
  const auto mode = input.definition.network_mode;
  if (mode && *mode != NetworkMode::awsvpc) host["NetworkMode"] = to_string(*mode);
  put_texts(host, "Dns", input.container.dns_servers);
  put_texts(host, "DnsSearch", input.container.dns_search_domains);
  if (!input.container.extra_hosts || input.container.extra_hosts->empty()) return;
  JsonArray hosts;
  for (const auto& entry : *input.container.extra_hosts)
    hosts.emplace_back(entry.hostname + ":" + entry.ip_address);
  host["ExtraHosts"] = std::move(hosts);
}

void add_logging(JsonObject& host, const model::ecs::ContainerDefinition& container) {
  if (!container.log_configuration) return;
  const auto& log = *container.log_configuration;
  host["LogConfig"] = JsonObject{{"Type", to_string(log.log_driver)},
                                 {"Config", log.options ? to_object(*log.options) : JsonObject()}};
}

}  // namespace

JsonObject docker_container_config(const DockerConfigInput& input) {
  const auto& container = input.container;
  JsonObject config;
  if (container.user) config["User"] = *container.user;
  if (container.hostname) config["Hostname"] = *container.hostname;
  if (container.working_directory) config["WorkingDir"] = *container.working_directory;
  if (container.disable_networking) config["NetworkDisabled"] = *container.disable_networking;
  if (container.interactive) config["OpenStdin"] = *container.interactive;
  if (container.pseudo_terminal) config["Tty"] = *container.pseudo_terminal;
  if (container.docker_labels && !container.docker_labels->empty())
    config["Labels"] = to_object(*container.docker_labels);
  if (container.health_check) config["Healthcheck"] = health_check(*container.health_check);
  return config;
}

JsonObject docker_host_config(const DockerConfigInput& input) {
  const auto& container = input.container;
  JsonObject host;
  add_network(host, input);
  if (container.privileged) host["Privileged"] = *container.privileged;
  if (container.readonly_root_filesystem) host["ReadonlyRootfs"] = *container.readonly_root_filesystem;
  put_texts(host, "SecurityOpt", container.docker_security_options);
  add_limits(host, input);
  add_logging(host, container);
  add_linux_parameters(host, input);
  return host;
}

model::acs::DockerConfig docker_config(const DockerConfigInput& input) {
  model::acs::DockerConfig out;
  out.config = render_json(docker_container_config(input));
  out.host_config = render_json(docker_host_config(input));
  return out;
}

}  // namespace berth::gateway::acs
