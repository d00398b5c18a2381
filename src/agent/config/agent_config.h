#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/config/variable_reader.h"
#include "base/result.h"
#include "base/time.h"

namespace berth::agent::config {

enum class PullBehavior { default_, always, once, prefer_cached };

/// Where the agent's log goes (ECS_LOG…).
struct LogConfig {
  std::string level = "info";       ///< Of what is said on the standard error output.
  std::string file;                 ///< Takes everything from debug up; empty: no file.
  std::string level_on_instance;    ///< Of the file; empty: debug.
  std::string format = "logfmt";    ///< Or json, or guide-2015.
  std::string rollover = "hourly";  ///< Or size.
  std::int32_t file_size_mb_max = 10;
  std::int32_t rolled_max = 24;  ///< Older files that are kept.
};

/// Everything the agent can be told (guide p.40-42, and the names that agents of today added). Variables of
/// the environment win over /etc/ecs/ecs.config. Names of members follow the variables;
/// docs/ops/agent-configuration.md says what each does.
struct AgentConfig {
  std::string cluster;       ///< ECS_CLUSTER; empty: `default`, which the agent then makes if it is missing.
  std::string backend_host;  ///< ECS_BACKEND_HOST with a scheme.
  std::string region;        ///< AWS_DEFAULT_REGION.
  std::string access_key_id, secret_access_key, session_token;
  std::string docker_host = "unix:///var/run/docker.sock";
  std::vector<std::int32_t> reserved_ports = {22, 2375, 2376, 51678, 51679};
  std::vector<std::int32_t> reserved_ports_udp;
  std::int64_t reserved_memory_mib = 0;
  std::string engine_auth_type;  ///< "", dockercfg or docker.
  std::string engine_auth_data;  ///< Secret: never logged.
  std::string data_dir;          ///< Empty: /data/ if it is there.
  bool checkpoint = false;
  bool updates_enabled = false;
  std::string update_download_dir;
  std::string update_key_file = "/etc/ecs/update-key.pem";  ///< When it is there, updates must be signed.
  std::string trial_file;  ///< ECS_INIT_TRIAL_FILE: removed once this agent is connected.
  bool disable_metrics = false;
  LogConfig log;
  Duration task_cleanup_wait = std::chrono::hours(3);
  Duration task_cleanup_jitter = Duration(0);
  Duration container_stop_timeout = std::chrono::seconds(30);
  Duration container_start_timeout = std::chrono::minutes(3);
  Duration container_create_timeout = std::chrono::minutes(4);
  Duration manifest_pull_timeout = std::chrono::minutes(1);
  Duration image_pull_timeout = std::chrono::hours(2);
  Duration image_pull_inactivity_timeout = std::chrono::minutes(1);
  PullBehavior image_pull_behavior = PullBehavior::default_;
  bool pull_dependent_containers_upfront = false;
  bool disable_image_cleanup = false;
  Duration image_cleanup_interval = std::chrono::minutes(30);
  Duration image_minimum_cleanup_age = std::chrono::hours(1);
  std::int32_t images_delete_per_cycle = 5;
  bool enable_untracked_cleanup = false;
  Duration untracked_minimum_cleanup_age = std::chrono::hours(1);  ///< NON_ECS_IMAGE_MINIMUM_CLEANUP_AGE
  std::int32_t untracked_containers_per_cycle = 5;                 ///< NONECS_NUM_CONTAINERS_DELETE_PER_CYCLE
  std::vector<std::string> exclude_untracked_images;               ///< Names that are never removed.
  std::map<std::string, std::string> instance_attributes;          ///< ECS_INSTANCE_ATTRIBUTES
  std::map<std::string, std::string> instance_tags;                ///< ECS_CONTAINER_INSTANCE_TAGS
  /// As Amazon's installer sets them up. Unless they are given, only those count that work on the host.
  std::vector<std::string> logging_drivers = {"json-file", "syslog", "journald", "gelf",
                                              "fluentd",   "none",   "awslogs"};
  bool logging_drivers_given = false;
  bool disable_privileged = false;
  bool selinux_capable = false;
  bool apparmor_capable = false;
  bool enable_task_iam_role = true;
  bool enable_task_iam_role_network_host = true;
  bool enable_task_cpu_mem_limit = true;
  std::string cgroup_path = "/sys/fs/cgroup";
  bool enable_container_metadata = false;
  std::string host_data_dir = "/var/lib/ecs";
  bool disable_docker_health_check = false;
  bool exclude_ipv6_port_binding = true;
  /// ECS_DYNAMIC_HOST_PORT_RANGE, first and last; absent: the kernel's.
  std::optional<std::pair<std::int32_t, std::int32_t>> dynamic_host_port_range;
  std::string http_proxy, https_proxy, no_proxy;
  std::string ca_file;  ///< SSL_CERT_FILE
  /// Berth's own: what goes into the identity document.
  std::string instance_id, availability_zone, instance_type;
  /// Berth's own: the files that secrets of tasks are read from.
  std::string secrets_dir = "/etc/ecs/secrets";
  std::string environment_files_dir = "/etc/ecs/environment-files";
  bool metadata_route = true;                     ///< Lead 169.254.170.2 to the task server.
  std::string audit_log_file = "/log/audit.log";  ///< Of requests for credentials.
  bool audit_log_disabled = false;
  /// ECS_TASK_METADATA_RPS_LIMIT, steady and burst; absent: 40 and 60.
  std::optional<std::pair<std::int32_t, std::int32_t>> task_metadata_rps;
  bool disable_task_metadata_az = false;
  bool allow_offhost_introspection = false;
  std::int64_t task_pids_limit = 0;  ///< Of each container; 0: none.
  /// Berth's own: what a json-file log of a container may grow to whose task says nothing of it, and how many
  /// files of that size are kept. Empty: as far as it goes.
  std::string container_log_max_size = "20m";
  std::int32_t container_log_max_files = 5;
};

/// KEY=VALUE lines; blank lines and # comments are ignored, the last assignment wins, values are trimmed and
/// may be quoted, `export` may stand before. JSON stands as it is.
std::map<std::string, std::string> parse_config_file(std::string_view text);

/// Reads the configuration out of the variables. A value that makes no sense is an error that names its
/// variable; unknown variables are ignored; booleans that are neither are the default, as in the original.
Result<AgentConfig> make_config(const std::map<std::string, std::string>& variables);

/// Every variable that make_config() reads, with its default, in the order of the documentation.
std::vector<Variable> known_variables();

}  // namespace berth::agent::config
