#include "agent/config/agent_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/json.h"

namespace berth::agent::config {
namespace {

using Variables = std::map<std::string, std::string>;

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

// Reads variables one by one; the first that makes no sense is kept as the error.
class Reader {
 public:
  explicit Reader(const Variables& variables) : variables_(variables) {}

  void text(const char* name, std::string& into) const {
    if (const auto* value = find(name)) into = *value;
  }
  void flag(const char* name, bool& into) const {
    const auto* value = find(name);
    if (!value) return;
    for (const char* yes : {"1", "t", "T", "TRUE", "true", "True"})
      if (*value == yes) into = true;
    for (const char* no : {"0", "f", "F", "FALSE", "false", "False"})
      if (*value == no) into = false;
  }
  void duration(const char* name, Duration& into, Duration least) {
    const auto* value = find(name);
    if (!value) return;
    const auto parsed = parse_go_duration(*value);
    if (!parsed) return fail(name, parsed.error().message);
    // Below the least, the default stays, as users of the original know it.
    if (*parsed >= least) into = *parsed;
  }
  void number(const char* name, std::int64_t& into, std::int64_t low, std::int64_t high) {
    const auto* value = find(name);
    if (!value) return;
    std::int64_t parsed = 0;
    const auto [end, error] = std::from_chars(value->data(), value->data() + value->size(), parsed);
    if (error != std::errc() || end != value->data() + value->size() || parsed < low || parsed > high)
      return fail(name, fmt::format("'{}' must be a number from {} to {}", *value, low, high));
    into = parsed;
  }
  void ports(const char* name, std::vector<std::int32_t>& into) {
    const auto* array = json_array(name);
    if (!array) return;
    std::vector<std::int32_t> ports;
    for (const auto& item : *array) {
      if (!item.is_int64() || item.get_int64() < 1 || item.get_int64() > 65535)
        return fail(name, "it must be a JSON array of ports, such as [22,80]");
      ports.push_back(static_cast<std::int32_t>(item.get_int64()));
    }
    into = std::move(ports);
  }
  void texts(const char* name, std::vector<std::string>& into) {
    const auto* array = json_array(name);
    if (!array) return;
    std::vector<std::string> texts;
    for (const auto& item : *array) {
      if (!item.is_string()) return fail(name, "it must be a JSON array of strings");
      texts.emplace_back(item.get_string());
    }
    into = std::move(texts);
  }
  void pairs(const char* name, std::map<std::string, std::string>& into) {
    const auto* value = find(name);
    if (!value) return;
    auto parsed = parse_json(*value);
    if (!parsed || !parsed->is_object())
      return fail(name, "it must be a JSON object of strings, such as {\"stack\":\"prod\"}");
    for (const auto& [key, item] : parsed->get_object()) {
      if (!item.is_string()) return fail(name, "it must be a JSON object of strings");
      into[std::string(key)] = std::string(item.get_string());
    }
  }
  const std::string* find(const char* name) const {
    const auto found = variables_.find(name);
    return found == variables_.end() || trim(found->second).empty() ? nullptr : &found->second;
  }
  void fail(const char* name, const std::string& what) {
    if (!error_) error_ = invalid(fmt::format("{}: {}", name, what));
  }
  const std::optional<Error>& error() const { return error_; }

 private:
  const JsonArray* json_array(const char* name) {
    const auto* value = find(name);
    if (!value) return nullptr;
    auto parsed = parse_json(*value);
    if (!parsed || !parsed->is_array()) return fail(name, "it must be a JSON array"), nullptr;
    parsed_.push_back(*std::move(parsed));
    return &parsed_.back().get_array();
  }

  const Variables& variables_;
  std::vector<JsonValue> parsed_;
  std::optional<Error> error_;
};

void read_identity(Reader& reader, AgentConfig& config) {
  reader.text("ECS_CLUSTER", config.cluster);
  reader.text("ECS_BACKEND_HOST", config.backend_host);
  reader.text("AWS_DEFAULT_REGION", config.region);
  reader.text("AWS_REGION", config.region);
  reader.text("AWS_ACCESS_KEY_ID", config.access_key_id);
  reader.text("AWS_SECRET_ACCESS_KEY", config.secret_access_key);
  reader.text("AWS_SESSION_TOKEN", config.session_token);
  reader.text("BERTH_INSTANCE_ID", config.instance_id);
  reader.text("BERTH_AVAILABILITY_ZONE", config.availability_zone);
  reader.text("BERTH_INSTANCE_TYPE", config.instance_type);
  reader.pairs("ECS_INSTANCE_ATTRIBUTES", config.instance_attributes);
  reader.pairs("ECS_CONTAINER_INSTANCE_TAGS", config.instance_tags);
  if (!config.backend_host.empty() && config.backend_host.find("://") == std::string::npos)
    config.backend_host = "https://" + config.backend_host;
}

void read_host(Reader& reader, AgentConfig& config) {
  reader.text("DOCKER_HOST", config.docker_host);
  reader.ports("ECS_RESERVED_PORTS", config.reserved_ports);
  reader.ports("ECS_RESERVED_PORTS_UDP", config.reserved_ports_udp);
  reader.number("ECS_RESERVED_MEMORY", config.reserved_memory_mib, 0, 65535);
  reader.text("ECS_ENGINE_AUTH_TYPE", config.engine_auth_type);
  reader.text("ECS_ENGINE_AUTH_DATA", config.engine_auth_data);
  reader.text("ECS_DATADIR", config.data_dir);
  config.checkpoint = !config.data_dir.empty();
  reader.flag("ECS_CHECKPOINT", config.checkpoint);
  reader.flag("ECS_UPDATES_ENABLED", config.updates_enabled);
  reader.text("ECS_UPDATE_DOWNLOAD_DIR", config.update_download_dir);
  reader.flag("ECS_DISABLE_METRICS", config.disable_metrics);
  reader.text("ECS_LOGLEVEL", config.log_level);
  reader.text("ECS_LOGFILE", config.log_file);
  reader.text("ECS_HOST_DATA_DIR", config.host_data_dir);
  reader.text("HTTP_PROXY", config.http_proxy);
  reader.text("NO_PROXY", config.no_proxy);
  reader.text("SSL_CERT_FILE", config.ca_file);
}

void read_containers(Reader& reader, AgentConfig& config) {
  using namespace std::chrono_literals;
  reader.duration("ECS_ENGINE_TASK_CLEANUP_WAIT_DURATION", config.task_cleanup_wait, 1s);
  reader.duration("ECS_CONTAINER_STOP_TIMEOUT", config.container_stop_timeout, 1s);
  reader.duration("ECS_CONTAINER_START_TIMEOUT", config.container_start_timeout, 45s);
  reader.duration("ECS_CONTAINER_CREATE_TIMEOUT", config.container_create_timeout, 1min);
  reader.duration("ECS_IMAGE_PULL_TIMEOUT", config.image_pull_timeout, 1s);
  reader.duration("ECS_IMAGE_CLEANUP_INTERVAL", config.image_cleanup_interval, 10min);
  reader.duration("ECS_IMAGE_MINIMUM_CLEANUP_AGE", config.image_minimum_cleanup_age, 1s);
  std::int64_t per_cycle = config.images_delete_per_cycle;
  reader.number("ECS_NUM_IMAGES_DELETE_PER_CYCLE", per_cycle, 1, 1000);
  config.images_delete_per_cycle = static_cast<std::int32_t>(per_cycle);
  reader.flag("ECS_DISABLE_IMAGE_CLEANUP", config.disable_image_cleanup);
  reader.flag("ECS_PULL_DEPENDENT_CONTAINERS_UPFRONT", config.pull_dependent_containers_upfront);
  reader.texts("ECS_AVAILABLE_LOGGING_DRIVERS", config.logging_drivers);
  reader.flag("ECS_DISABLE_PRIVILEGED", config.disable_privileged);
  reader.flag("ECS_SELINUX_CAPABLE", config.selinux_capable);
  reader.flag("ECS_APPARMOR_CAPABLE", config.apparmor_capable);
  reader.flag("ECS_ENABLE_TASK_IAM_ROLE", config.enable_task_iam_role);
  reader.flag("ECS_ENABLE_TASK_IAM_ROLE_NETWORK_HOST", config.enable_task_iam_role_network_host);
  reader.flag("ECS_ENABLE_TASK_CPU_MEM_LIMIT", config.enable_task_cpu_mem_limit);
  reader.flag("ECS_ENABLE_CONTAINER_METADATA", config.enable_container_metadata);
  reader.flag("ECS_DISABLE_DOCKER_HEALTH_CHECK", config.disable_docker_health_check);
  const auto* behavior = reader.find("ECS_IMAGE_PULL_BEHAVIOR");
  if (!behavior || *behavior == "default") return;
  if (*behavior == "always")
    config.image_pull_behavior = PullBehavior::always;
  else if (*behavior == "once")
    config.image_pull_behavior = PullBehavior::once;
  else if (*behavior == "prefer-cached")
    config.image_pull_behavior = PullBehavior::prefer_cached;
  else
    reader.fail("ECS_IMAGE_PULL_BEHAVIOR",
                fmt::format("'{}' must be default, always, once or prefer-cached", *behavior));
}

}  // namespace

Result<Duration> parse_go_duration(std::string_view text) {
  const std::string_view whole = text;
  Duration total{0};
  if (text == "0") return total;
  if (text.empty()) return invalid("a duration such as 10s or 1h30m is wanted");
  static constexpr std::pair<std::string_view, double> kUnits[] = {{"ms", 1e6}, {"us", 1e3}, {"ns", 1},
                                                                   {"s", 1e9},  {"m", 60e9}, {"h", 3600e9}};
  while (!text.empty()) {
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || number < 0 || number > 1e6)
      return invalid(fmt::format("'{}' is not a duration such as 10s or 1h30m", whole));
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    const auto unit = std::find_if(std::begin(kUnits), std::end(kUnits),
                                   [&](const auto& candidate) { return text.starts_with(candidate.first); });
    if (unit == std::end(kUnits))
      return invalid(fmt::format("'{}' is not a duration such as 10s or 1h30m", whole));
    text.remove_prefix(unit->first.size());
    total += Duration(static_cast<std::int64_t>(number * unit->second));
  }
  return total;
}

std::map<std::string, std::string> parse_config_file(std::string_view text) {
  Variables variables;
  while (!text.empty()) {
    const auto end = text.find('\n');
    const std::string_view line = trim(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    const auto equals = line.find('=');
    if (line.empty() || line[0] == '#' || equals == std::string_view::npos) continue;
    std::string_view value = trim(line.substr(equals + 1));
    if (value.size() >= 2 && (value.front() == '"' || value.front() == '\'') && value.back() == value.front())
      value = value.substr(1, value.size() - 2);
    variables[std::string(trim(line.substr(0, equals)))] = std::string(value);
  }
  return variables;
}

Result<AgentConfig> make_config(const Variables& variables) {
  AgentConfig config;
  Reader reader(variables);
  read_identity(reader, config);
  read_host(reader, config);
  read_containers(reader, config);
  if (reader.error()) return *reader.error();
  if (config.region.empty())
    return invalid("AWS_DEFAULT_REGION: it must be set, as a plain host has no metadata service");
  if (config.backend_host.empty())
    config.backend_host = fmt::format("https://ecs.{}.amazonaws.com", config.region);
  return config;
}

}  // namespace berth::agent::config
