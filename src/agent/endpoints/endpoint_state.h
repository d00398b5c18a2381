#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/engine/driver_types.h"
#include "agent/engine/status.h"
#include "runtime/async.h"

/// What the local HTTP endpoints show, and where they get it from.
namespace berth::agent::endpoints {

struct AgentMetadata {
  std::string cluster;  ///< Name or ARN, as configured.
  std::string container_instance_arn;
  std::string version;  ///< "Amazon ECS Agent - v1.2.3 (abcdef12)": scripts look for these words.
};

struct EndpointContainer {
  std::string endpoint_id;  ///< Of the metadata URIs.
  std::string docker_id, docker_name, name;
  std::string image, image_id;
  std::vector<engine::PortBinding> ports;
  std::map<std::string, std::string> labels;
  engine::Status desired = engine::Status::running;
  engine::Status known = engine::Status::none;
  std::optional<std::int32_t> exit_code;
  std::int64_t cpu = 0;  ///< CPU units.
  std::int64_t memory_mib = 0;
  std::optional<WallTime> created_at, started_at, finished_at;
  engine::ContainerHealth health;
  std::vector<engine::ContainerMount> mounts;
  std::string log_driver;
  std::map<std::string, std::string> log_options;
  std::string arn;
  std::string network_mode;
  std::vector<engine::ContainerNetwork> networks;
  std::optional<std::int32_t> restart_count;  ///< With a restart policy only.
};

struct EndpointTask {
  std::string arn, family, version;
  std::string cluster;  ///< As configured.
  engine::Status desired = engine::Status::running;
  engine::Status known = engine::Status::none;
  bool stop_asked = false;  ///< By the control plane; else it ended by itself.
  std::vector<EndpointContainer> containers;
  double cpu = 0;  ///< vCPU; 0: no limit.
  std::int64_t memory_mib = 0;
  std::optional<WallTime> pull_started_at, pull_stopped_at, execution_stopped_at;
  std::string availability_zone, launch_type, service_name, network_mode;
  std::map<std::string, std::string> task_tags, instance_tags;
};

/// Docker's statistics of a container, and how busy its network was between the last two readings.
struct EndpointStats {
  std::string raw_json;
  std::optional<double> rx_bytes_per_sec, tx_bytes_per_sec;
};

/// The agent's state as the endpoints see it.
/// Runs on: the servers' executor, which is the agent's.
class EndpointState {
 public:
  virtual ~EndpointState() = default;
  virtual AgentMetadata metadata() const = 0;
  /// All tasks that have not been cleaned up, in the order in which they came.
  virtual std::vector<EndpointTask> tasks() const = 0;
  /// The ARN of the task that has a container with this endpoint id, or at this address of its own; else
  /// empty.
  virtual std::string task_of_endpoint(std::string_view endpoint_id) const = 0;
  virtual std::string task_of_address(std::string_view address) const = 0;
  /// Nothing when the container does not run or Docker does not answer.
  virtual Async<std::optional<EndpointStats>> stats(std::string docker_id) = 0;
};

/// Credentials of a task's role. Never logged.
struct RoleCredentials {
  std::string role_arn, access_key_id, secret_access_key, session_token;
  std::string expiration;  ///< As the control plane wrote it.
};

class CredentialsSource {
 public:
  virtual ~CredentialsSource() = default;
  /// Nothing when no task has that id; empty keys when the control plane has not sent them yet.
  virtual std::optional<RoleCredentials> find_credentials(std::string_view id) const = 0;
  /// The task that these credentials are of; empty when there is none.
  virtual std::string task_of_credentials(std::string_view) const { return {}; }
};

/// What an endpoint answers.
struct EndpointAnswer {
  int status = 200;
  std::string body;
  std::string content_type = "application/json";
};

}  // namespace berth::agent::endpoints
