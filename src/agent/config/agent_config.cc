#include "agent/config/agent_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/text.h"

namespace berth::agent::config {
namespace {

using Variables = std::map<std::string, std::string>;

void read_identity(VariableReader& reader, AgentConfig& config) {
  reader.text("ECS_CLUSTER", config.cluster);
  reader.text("ECS_BACKEND_HOST", config.backend_host);
  reader.text("AWS_DEFAULT_REGION", config.region);
  reader.derived_text("AWS_REGION", config.region);
  reader.text("AWS_ACCESS_KEY_ID", config.access_key_id);
  reader.text("AWS_SECRET_ACCESS_KEY", config.secret_access_key);
  reader.text("AWS_SESSION_TOKEN", config.session_token);
  reader.text("BERTH_INSTANCE_ID", config.instance_id);
  reader.text("BERTH_AVAILABILITY_ZONE", config.availability_zone);
  reader.text("BERTH_INSTANCE_TYPE", config.instance_type);
  reader.pairs("ECS_INSTANCE_ATTRIBUTES", config.instance_attributes);
  reader.pairs("ECS_CONTAINER_INSTANCE_TAGS", config.instance_tags);
  reader.text("HTTP_PROXY", config.http_proxy);
  reader.text("HTTPS_PROXY", config.https_proxy);
  reader.text("NO_PROXY", config.no_proxy);
  reader.text("SSL_CERT_FILE", config.ca_file);
  if (!config.backend_host.empty() && config.backend_host.find("://") == std::string::npos)
    config.backend_host = "https://" + config.backend_host;
}

void read_log(VariableReader& reader, LogConfig& log) {
  log.level = reader.choice("ECS_LOGLEVEL", {"info", "debug", "warn", "error", "crit", "none"});
  reader.text("ECS_LOGFILE", log.file);
  reader.text("ECS_LOGLEVEL_ON_INSTANCE", log.level_on_instance);
  log.format = reader.choice("ECS_LOG_OUTPUT_FORMAT", {"logfmt", "json", "guide-2015"});
  log.rollover = reader.choice("ECS_LOG_ROLLOVER_TYPE", {"hourly", "size"});
  reader.number("ECS_LOG_MAX_FILE_SIZE_MB", log.file_size_mb_max, 1, 10'000);
  reader.number("ECS_LOG_MAX_ROLL_COUNT", log.rolled_max, 0, 10'000);
}

using Pair = std::pair<std::int32_t, std::int32_t>;

// "1<between>2", both at least 1 and the second not below the first. Absent for anything else.
std::optional<Pair> parse_pair(std::string_view text, char between, std::int32_t most) {
  Pair pair{0, 0};
  const char* const end = text.data() + text.size();
  const auto first = std::from_chars(text.data(), end, pair.first);
  const bool parted = first.ec == std::errc() && first.ptr != end && *first.ptr == between;
  const auto last = std::from_chars(parted ? first.ptr + 1 : end, end, pair.second);
  const bool whole = last.ec == std::errc() && last.ptr == end;
  if (!whole || pair.first < 1 || pair.second < pair.first || pair.second > most) return std::nullopt;
  return pair;
}

void read_pair(VariableReader& reader, const char* name, std::optional<Pair>& into, char between,
               std::int32_t most, const char* wanted) {
  std::string text;
  reader.text(name, text);
  if (text.empty()) return;
  into = parse_pair(text, between, most);
  if (!into) reader.fail(name, fmt::format("'{}' must be {}", text, wanted));
}

void read_ports(VariableReader& reader, AgentConfig& config) {
  reader.ports("ECS_RESERVED_PORTS", config.reserved_ports);
  reader.ports("ECS_RESERVED_PORTS_UDP", config.reserved_ports_udp);
  reader.flag("ECS_EXCLUDE_IPV6_PORTBINDING", config.exclude_ipv6_port_binding);
  read_pair(reader, "ECS_DYNAMIC_HOST_PORT_RANGE", config.dynamic_host_port_range, '-', 65535,
            "two ports, such as 49153-65535");
  read_pair(reader, "ECS_TASK_METADATA_RPS_LIMIT", config.task_metadata_rps, ',', 1'000'000,
            "two numbers, such as 40,60");
  reader.flag("ECS_DISABLE_TASK_METADATA_AZ", config.disable_task_metadata_az);
  reader.flag("ECS_ALLOW_OFFHOST_INTROSPECTION_ACCESS", config.allow_offhost_introspection);
}

void read_host(VariableReader& reader, AgentConfig& config) {
  reader.text("DOCKER_HOST", config.docker_host);
  reader.number("ECS_RESERVED_MEMORY", config.reserved_memory_mib, 0, 65535);
  reader.text("ECS_ENGINE_AUTH_TYPE", config.engine_auth_type);
  reader.text("ECS_ENGINE_AUTH_DATA", config.engine_auth_data);
  reader.text("ECS_DATADIR", config.data_dir);
  config.checkpoint = !config.data_dir.empty();
  reader.flag("ECS_CHECKPOINT", config.checkpoint);
  reader.flag("ECS_UPDATES_ENABLED", config.updates_enabled);
  reader.text("ECS_UPDATE_DOWNLOAD_DIR", config.update_download_dir);
  reader.text("BERTH_UPDATE_KEY_FILE", config.update_key_file);
  reader.text("ECS_INIT_TRIAL_FILE", config.trial_file);
  reader.flag("ECS_DISABLE_METRICS", config.disable_metrics);
  reader.text("ECS_HOST_DATA_DIR", config.host_data_dir);
  reader.text("ECS_CGROUP_PATH", config.cgroup_path);
  reader.text("BERTH_SECRETS_DIR", config.secrets_dir);
  reader.text("BERTH_ENVIRONMENT_FILES_DIR", config.environment_files_dir);
  reader.flag("BERTH_METADATA_ROUTE", config.metadata_route);
  reader.text("ECS_AUDIT_LOGFILE", config.audit_log_file);
  reader.flag("ECS_AUDIT_LOGFILE_DISABLED", config.audit_log_disabled);
  reader.number("ECS_TASK_PIDS_LIMIT", config.task_pids_limit, 1, 4'194'304);
}

// "20m", as Docker writes sizes.
bool is_log_size(std::string_view text) {
  if (!text.empty() && std::string_view("kmg").find(text.back()) != std::string_view::npos)
    text.remove_suffix(1);
  return !text.empty() && text.front() != '0' &&
         std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

void read_container_logs(VariableReader& reader, AgentConfig& config) {
  constexpr const char* kSize = "BERTH_CONTAINER_LOG_MAX_SIZE";
  reader.text(kSize, config.container_log_max_size);
  reader.number("BERTH_CONTAINER_LOG_MAX_FILES", config.container_log_max_files, 1, 1000);
  if (config.container_log_max_size == "-1") {
    config.container_log_max_size.clear();
  } else if (!is_log_size(config.container_log_max_size)) {
    reader.fail(kSize, fmt::format("'{}' must be a size, such as 20m, or -1", config.container_log_max_size));
  }
}

void read_containers(VariableReader& reader, AgentConfig& config) {
  using namespace std::chrono_literals;
  reader.duration("ECS_ENGINE_TASK_CLEANUP_WAIT_DURATION", config.task_cleanup_wait, 1s);
  reader.duration("ECS_ENGINE_TASK_CLEANUP_WAIT_DURATION_JITTER", config.task_cleanup_jitter, 0s);
  reader.duration("ECS_CONTAINER_STOP_TIMEOUT", config.container_stop_timeout, 1s);
  reader.duration("ECS_CONTAINER_START_TIMEOUT", config.container_start_timeout, 45s);
  reader.duration("ECS_CONTAINER_CREATE_TIMEOUT", config.container_create_timeout, 1min);
  reader.texts("ECS_AVAILABLE_LOGGING_DRIVERS", config.logging_drivers);
  config.logging_drivers_given = reader.says("ECS_AVAILABLE_LOGGING_DRIVERS");
  reader.flag("ECS_DISABLE_PRIVILEGED", config.disable_privileged);
  reader.flag("ECS_SELINUX_CAPABLE", config.selinux_capable);
  reader.flag("ECS_APPARMOR_CAPABLE", config.apparmor_capable);
  reader.flag("ECS_ENABLE_TASK_IAM_ROLE", config.enable_task_iam_role);
  reader.flag("ECS_ENABLE_TASK_IAM_ROLE_NETWORK_HOST", config.enable_task_iam_role_network_host);
  reader.flag("ECS_ENABLE_TASK_CPU_MEM_LIMIT", config.enable_task_cpu_mem_limit);
  reader.flag("ECS_ENABLE_CONTAINER_METADATA", config.enable_container_metadata);
  reader.flag("ECS_DISABLE_DOCKER_HEALTH_CHECK", config.disable_docker_health_check);
  read_container_logs(reader, config);
}

void read_images(VariableReader& reader, AgentConfig& config) {
  using namespace std::chrono_literals;
  const auto behavior =
      reader.choice("ECS_IMAGE_PULL_BEHAVIOR", {"default", "always", "once", "prefer-cached"});
  if (behavior == "always") config.image_pull_behavior = PullBehavior::always;
  if (behavior == "once") config.image_pull_behavior = PullBehavior::once;
  if (behavior == "prefer-cached") config.image_pull_behavior = PullBehavior::prefer_cached;
  reader.flag("ECS_PULL_DEPENDENT_CONTAINERS_UPFRONT", config.pull_dependent_containers_upfront);
  reader.duration("ECS_MANIFEST_PULL_TIMEOUT", config.manifest_pull_timeout, 30s);
  reader.duration("ECS_IMAGE_PULL_TIMEOUT", config.image_pull_timeout, 1s);
  reader.duration("ECS_IMAGE_PULL_INACTIVITY_TIMEOUT", config.image_pull_inactivity_timeout, 1min);
  reader.flag("ECS_DISABLE_IMAGE_CLEANUP", config.disable_image_cleanup);
  reader.duration("ECS_IMAGE_CLEANUP_INTERVAL", config.image_cleanup_interval, 10min);
  reader.duration("ECS_IMAGE_MINIMUM_CLEANUP_AGE", config.image_minimum_cleanup_age, 1s);
  reader.number("ECS_NUM_IMAGES_DELETE_PER_CYCLE", config.images_delete_per_cycle, 1, 1000);
  reader.names("ECS_EXCLUDE_UNTRACKED_IMAGE", config.exclude_untracked_images);
  reader.flag("ECS_ENABLE_UNTRACKED_IMAGE_CLEANUP", config.enable_untracked_cleanup);
  reader.duration("NON_ECS_IMAGE_MINIMUM_CLEANUP_AGE", config.untracked_minimum_cleanup_age, 1s);
  reader.number("NONECS_NUM_CONTAINERS_DELETE_PER_CYCLE", config.untracked_containers_per_cycle, 1, 1000);
}

// Known, accepted, and without effect: of machines that Berth does not bring, or of ways of working that it
// does not need.
constexpr const char* kIgnored[] = {
    "AWS_EC2_METADATA_DISABLED",
    "AWS_EC2_METADATA_SERVICE_ENDPOINT",
    "ECS_AGENT_HEALTHCHECK_HOST",
    "ECS_ALTERNATE_CREDENTIAL_PROFILE",
    "ECS_AWSVPC_ADDITIONAL_LOCAL_ROUTES",
    "ECS_AWSVPC_BLOCK_IMDS",
    "ECS_CGROUP_CPU_PERIOD",
    "ECS_CNI_PLUGINS_PATH",
    "ECS_CONTAINER_INSTANCE_PROPAGATE_TAGS_FROM",
    "ECS_DOCKER_GRAPHPATH",
    "ECS_DOCKER_GRAPH_PATH",
    "ECS_EBSTA_SUPPORTED",
    "ECS_ENABLE_AWSLOGS_EXECUTIONROLE_OVERRIDE",
    "ECS_ENABLE_GPU_SUPPORT",
    "ECS_ENABLE_HIGH_DENSITY_ENI",
    "ECS_ENABLE_INF_SUPPORT",
    "ECS_ENABLE_PROMETHEUS_METRICS",
    "ECS_ENABLE_RUNTIME_STATS",
    "ECS_ENABLE_SPOT_INSTANCE_DRAINING",
    "ECS_ENABLE_TASK_ENI",
    "ECS_EXTERNAL",
    "ECS_FSX_WINDOWS_FILE_SERVER_SUPPORTED",
    "ECS_GMSA_SUPPORTED",
    "ECS_LOG_DRIVER",
    "ECS_LOG_OPTS",
    "ECS_NVIDIA_RUNTIME",
    "ECS_POLLING_METRICS_WAIT_DURATION",
    "ECS_POLL_METRICS",
    "ECS_SHARED_VOLUME_MATCH_FULL_CONFIG",
    "ECS_VOLUME_PLUGIN_CAPABILITIES",
    "ECS_WARM_POOLS_CHECK",
};

void read_everything(VariableReader& reader, AgentConfig& config) {
  read_identity(reader, config);
  read_host(reader, config);
  read_ports(reader, config);
  read_log(reader, config.log);
  read_containers(reader, config);
  read_images(reader, config);
  // Read by the program: where this configuration comes from, and the credentials.
  reader.mention("ECS_AGENT_CONFIG_FILE_PATH", "/etc/ecs/ecs.config");
  reader.mention("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials");
  reader.mention("AWS_PROFILE", "default");
  for (const char* name : kIgnored) reader.mention(name);
}

}  // namespace

std::map<std::string, std::string> parse_config_file(std::string_view text) {
  Variables variables;
  while (!text.empty()) {
    const auto end = text.find('\n');
    std::string_view line = trim(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.starts_with("export ")) line = trim(line.substr(7));
    const auto equals = line.find('=');
    if (line.empty() || line[0] == '#' || equals == std::string_view::npos || equals == 0) continue;
    std::string_view value = trim(line.substr(equals + 1));
    if (value.size() >= 2 && (value.front() == '"' || value.front() == '\'') && value.back() == value.front())
      value = value.substr(1, value.size() - 2);
    variables[std::string(trim(line.substr(0, equals)))] = std::string(value);
  }
  return variables;
}

Result<AgentConfig> make_config(const Variables& variables) {
  AgentConfig config;
  VariableReader reader(variables);
  read_everything(reader, config);
  if (reader.error()) return *reader.error();
  if (config.region.empty())
    return invalid("AWS_DEFAULT_REGION: it must be set, as a plain host has no metadata service");
  if (config.backend_host.empty())
    return invalid(
        "ECS_BACKEND_HOST: it must be set, to the address of the control plane, such as "
        "https://control-plane.example:5167");
  return config;
}

std::vector<Variable> known_variables() {
  AgentConfig config;
  const Variables none;
  VariableReader reader(none);
  read_everything(reader, config);
  return reader.seen();
}

}  // namespace berth::agent::config
