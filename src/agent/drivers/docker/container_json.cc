#include "agent/drivers/docker/container_json.h"

#include <algorithm>
#include <charconv>

#include "agent/drivers/docker/docker_time.h"
#include "agent/drivers/docker/json_fields.h"

namespace berth::agent::drivers::docker {
namespace {

constexpr std::size_t kHealthOutputBytesMax = 1024;

std::string without_slash(std::string name) {
  if (name.starts_with('/')) name.erase(0, 1);
  return name;
}

engine::ContainerPhase parse_phase(std::string_view status) {
  using enum engine::ContainerPhase;
  if (status == "running") return running;
  if (status == "paused") return paused;
  if (status == "restarting") return restarting;
  if (status == "exited") return exited;
  if (status == "dead") return dead;
  if (status == "removing") return removing;
  return created;
}

/// Engines before API 1.21 have no Status, only flags.
engine::ContainerPhase phase_of(const JsonObject& state) {
  if (const std::string status = text_member(state, "Status"); !status.empty()) return parse_phase(status);
  if (truth_member(state, "Paused")) return engine::ContainerPhase::paused;
  if (truth_member(state, "Restarting")) return engine::ContainerPhase::restarting;
  if (truth_member(state, "Running")) return engine::ContainerPhase::running;
  if (truth_member(state, "Dead")) return engine::ContainerPhase::dead;
  return parse_docker_time(text_member(state, "FinishedAt")) ? engine::ContainerPhase::exited
                                                             : engine::ContainerPhase::created;
}

std::int32_t parse_port(std::string_view text) {
  std::int32_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc() && end == text.data() + text.size() && port >= 0 && port <= 65535 ? port : 0;
}

/// `{"80/tcp":[{"HostIp":"0.0.0.0","HostPort":"8080"}],"81/tcp":null}`; ports that are not published have
/// null.
std::vector<engine::PortBinding> parse_ports(const JsonObject& ports) {
  std::vector<engine::PortBinding> bindings;
  for (const auto& [key, value] : ports) {
    const std::string_view name = key;
    const auto slash = name.find('/');
    const auto* published = value.if_array();
    if (published == nullptr) continue;
    for (const auto& entry : *published) {
      const auto* binding = entry.if_object();
      if (binding == nullptr) continue;
      bindings.push_back({parse_port(name.substr(0, slash)),
                          slash == std::string_view::npos ? "tcp" : std::string(name.substr(slash + 1)),
                          text_member(*binding, "HostIp"), parse_port(text_member(*binding, "HostPort"))});
    }
  }
  std::sort(bindings.begin(), bindings.end());
  return bindings;
}

std::vector<engine::ContainerNetwork> parse_networks(const JsonObject& settings) {
  std::vector<engine::ContainerNetwork> networks;
  for (const auto& [name, value] : object_member(settings, "Networks")) {
    const auto* network = value.if_object();
    if (network == nullptr) continue;
    engine::ContainerNetwork& out = networks.emplace_back();
    out.name = name;
    if (std::string address = text_member(*network, "IPAddress"); !address.empty())
      out.ipv4_addresses.push_back(std::move(address));
    if (std::string address = text_member(*network, "GlobalIPv6Address"); !address.empty())
      out.ipv6_addresses.push_back(std::move(address));
  }
  return networks;
}

std::vector<engine::ContainerMount> parse_mounts(const JsonArray& mounts) {
  std::vector<engine::ContainerMount> out;
  for (const auto& value : mounts) {
    if (const auto* mount = value.if_object()) {
      out.push_back({text_member(*mount, "Name"), text_member(*mount, "Source"),
                     text_member(*mount, "Destination"), truth_member(*mount, "RW")});
    }
  }
  return out;
}

/// Docker does not say since when the status holds: it is when the current run of equal outcomes began, as
/// far as the log (five entries) goes back.
engine::ContainerHealth parse_health(const JsonObject& state) {
  engine::ContainerHealth health;
  const JsonObject& said = object_member(state, "Health");
  health.status = parse_health_status(text_member(said, "Status"));
  const JsonArray& log = array_member(said, "Log");
  if (health.status == engine::HealthStatus::none || log.empty() || !log.back().is_object()) return health;
  const JsonObject& last = log.back().get_object();
  health.exit_code = small_member(last, "ExitCode");
  health.output = text_member(last, "Output").substr(0, kHealthOutputBytesMax);
  for (auto entry = log.rbegin(); entry != log.rend(); ++entry) {
    const auto* check = entry->if_object();
    if (check == nullptr || (small_member(*check, "ExitCode") == 0) != (health.exit_code == 0)) break;
    health.since = parse_docker_time(text_member(*check, "End"));
  }
  return health;
}

void read_state(const JsonObject& state, engine::ContainerInfo& out) {
  out.phase = phase_of(state);
  out.pid = integer_member(state, "Pid");
  out.oom_killed = truth_member(state, "OOMKilled");
  out.exit_code = small_member(state, "ExitCode");
  out.error = text_member(state, "Error");
  out.started_at = parse_docker_time(text_member(state, "StartedAt"));
  out.finished_at = parse_docker_time(text_member(state, "FinishedAt"));
  out.health = parse_health(state);
}

engine::ContainerInfo read_container(const JsonObject& json) {
  engine::ContainerInfo out;
  const JsonObject& config = object_member(json, "Config");
  const JsonObject& host = object_member(json, "HostConfig");
  const JsonObject& network = object_member(json, "NetworkSettings");
  out.id = text_member(json, "Id");
  out.name = without_slash(text_member(json, "Name"));
  out.image = text_member(config, "Image");
  out.image_id = text_member(json, "Image");
  out.labels = text_map(object_member(config, "Labels"));
  out.created_at = parse_docker_time(text_member(json, "Created"));
  read_state(object_member(json, "State"), out);
  out.ports = parse_ports(object_member(network, "Ports"));
  out.network_mode = text_member(host, "NetworkMode");
  out.networks = parse_networks(network);
  out.mounts = parse_mounts(array_member(json, "Mounts"));
  const JsonObject& log = object_member(host, "LogConfig");
  out.log_driver = text_member(log, "Type");
  out.log_options = text_map(object_member(log, "Config"));
  return out;
}

}  // namespace

engine::HealthStatus parse_health_status(std::string_view text) {
  using enum engine::HealthStatus;
  if (text == "starting") return starting;
  if (text == "healthy") return healthy;
  if (text == "unhealthy") return unhealthy;
  return none;
}

Result<engine::ContainerInfo> parse_container_info(std::string_view text) {
  auto json = parse_json(text);
  if (!json) return json.error();
  if (!json->is_object()) return invalid("a container is not a JSON object");
  auto info = read_container(json->get_object());
  if (info.id.empty()) return invalid("a container without Id");
  return info;
}

Result<std::vector<engine::ContainerSummary>> parse_container_list(std::string_view text) {
  auto json = parse_json(text);
  if (!json) return json.error();
  if (!json->is_array()) return invalid("the list of containers is not a JSON array");
  std::vector<engine::ContainerSummary> list;
  for (const auto& value : json->get_array()) {
    const auto* container = value.if_object();
    if (container == nullptr) return invalid("a container of the list is not a JSON object");
    engine::ContainerSummary& out = list.emplace_back();
    out.id = text_member(*container, "Id");
    // Links add names like `/other/alias`; the container's own has one slash.
    for (const auto& name : array_member(*container, "Names")) {
      std::string own = without_slash(text_of(name));
      if (own.find('/') == std::string::npos) out.name = std::move(own);
    }
    out.image = text_member(*container, "Image");
    out.image_id = text_member(*container, "ImageID");
    out.labels = text_map(object_member(*container, "Labels"));
    out.phase = parse_phase(text_member(*container, "State"));
    if (const auto created = integer_member(*container, "Created"); created > 0 && created < (1LL << 40))
      out.created_at = WallTime{created * 1000};
  }
  return list;
}

}  // namespace berth::agent::drivers::docker
