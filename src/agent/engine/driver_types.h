#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/assert.h"
#include "base/json.h"
#include "base/time.h"

/// What the agent says to a container engine and hears from it, in terms of neither HTTP nor Docker's JSON.
namespace berth::agent::engine {

/// Why an operation of the container engine failed, as users read it in DescribeTasks: `<name>: <text>`.
struct DriverError {
  std::string name;  ///< CannotPullContainerError, CannotCreateContainerError, DockerTimeoutError, …
  std::string text;  ///< The engine's own words, e.g. `Error response from daemon: …`; no trailing newline.
  /// The object that was named does not exist (container, image, volume). Not an error for remove and stop.
  bool missing = false;
  /// Of a pull: the registry could not be reached at all, so that trying again at once is of no use.
  bool unreachable = false;
  /// The engine did not answer, within the call's limit or at all: whether the object is there, and whether
  /// what was asked for has been done, is not known.
  bool unanswered = false;
  friend bool operator==(const DriverError&, const DriverError&) = default;
};

struct Done {
  friend bool operator==(const Done&, const Done&) = default;
};

/// A value, or the DriverError that kept it from coming about.
template <class T>
class [[nodiscard]] DriverResult {
 public:
  DriverResult(T value) : state_(std::in_place_index<0>, std::move(value)) {}            // NOLINT
  DriverResult(DriverError error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT
  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }
  T& operator*() & { return check(ok(), "value of a failed DriverResult"), *std::get_if<0>(&state_); }
  const T& operator*() const& {
    return check(ok(), "value of a failed DriverResult"), *std::get_if<0>(&state_);
  }
  T&& operator*() && {
    return check(ok(), "value of a failed DriverResult"), std::move(*std::get_if<0>(&state_));
  }
  T* operator->() { return &**this; }
  const T* operator->() const { return &**this; }
  const DriverError& error() const {
    return check(!ok(), "error of a DriverResult with a value"), *std::get_if<1>(&state_);
  }

 private:
  std::variant<T, DriverError> state_;
};

/// What a registry wants to know of the puller. Never logged.
struct RegistryAuth {
  std::string username, password, email;
  std::string identity_token;
  std::string
      server_address;  ///< As in the configuration: `https://index.docker.io/v1/`, `registry.example:5000`.
};

/// One line of a pull's progress.
struct PullProgress {
  std::string layer;    ///< Id of the layer, or empty.
  std::string message;  ///< "Downloading", "Pull complete", "Digest: sha256:…"
  std::int64_t current_bytes = 0;
  std::int64_t total_bytes = 0;  ///< 0 when unknown.
};

struct ImageInfo {
  std::string id;                         ///< `sha256:…` of the configuration.
  std::vector<std::string> repo_tags;     ///< `busybox:latest`
  std::vector<std::string> repo_digests;  ///< `busybox@sha256:…`; empty for imported images.
  std::int64_t size_bytes = 0;
  std::optional<WallTime> created_at;
};

/// What to create: its name, and the body of Docker's POST /containers/create (made by docker_mapping.h). A
/// driver that is not Docker reads from the body what it needs: Image, Labels, HostConfig.PortBindings, …
struct ContainerConfig {
  std::string name;
  JsonObject body;
};

struct PortBinding {
  std::int32_t container_port = 0;
  std::string protocol = "tcp";
  std::string host_ip;
  std::int32_t host_port = 0;
  friend auto operator<=>(const PortBinding&, const PortBinding&) = default;
};

enum class HealthStatus { none, starting, healthy, unhealthy };

struct ContainerHealth {
  HealthStatus status = HealthStatus::none;  ///< none: the container has no health check.
  std::optional<WallTime> since;
  std::optional<std::int32_t> exit_code;  ///< Of the last check.
  std::string output;                     ///< Of the last check, at most 1 KiB.
  friend bool operator==(const ContainerHealth&, const ContainerHealth&) = default;
};

enum class ContainerPhase { created, running, paused, restarting, exited, dead, removing };

struct ContainerNetwork {
  std::string name;  ///< `bridge`
  std::vector<std::string> ipv4_addresses, ipv6_addresses;
  friend bool operator==(const ContainerNetwork&, const ContainerNetwork&) = default;
};

struct ContainerMount {
  std::string name;  ///< Of the volume; empty for a bind.
  std::string source;
  std::string destination;
  bool writable = true;
  friend bool operator==(const ContainerMount&, const ContainerMount&) = default;
};

/// A container as inspect shows it.
struct ContainerInfo {
  std::string id;    ///< 64 hex digits.
  std::string name;  ///< Without the leading slash.
  std::string image;
  std::string image_id;
  std::map<std::string, std::string> labels;
  ContainerPhase phase = ContainerPhase::created;
  std::int64_t pid = 0;
  bool oom_killed = false;
  std::int32_t exit_code = 0;  ///< Means something only when `finished_at` is set.
  std::string error;           ///< State.Error
  std::optional<WallTime> created_at, started_at, finished_at;
  ContainerHealth health;
  std::vector<PortBinding> ports;  ///< Published ones, ordered.
  std::string network_mode;
  std::vector<ContainerNetwork> networks;
  std::vector<ContainerMount> mounts;
  std::string log_driver;
  std::map<std::string, std::string> log_options;
};

/// One container of a list.
struct ContainerSummary {
  std::string id;
  std::string name;  ///< Without the leading slash.
  std::string image;
  std::string image_id;
  std::map<std::string, std::string> labels;
  ContainerPhase phase = ContainerPhase::created;
  std::optional<WallTime> created_at;
};

struct ContainerEvent {
  enum class Kind { created, started, died, oom, health, destroyed, other };
  Kind kind = Kind::other;
  std::string container_id;
  std::string action;                        ///< As Docker says it: "die", "health_status: healthy".
  std::optional<std::int32_t> exit_code;     ///< Of `died`.
  HealthStatus health = HealthStatus::none;  ///< Of `health`.
  std::map<std::string, std::string> labels;
  WallTime at;
};

/// One reading of a running container's counters.
struct ContainerStats {
  WallTime read_at;
  std::uint64_t cpu_total_ns = 0;
  std::uint32_t online_cpus = 0;
  std::uint64_t memory_usage_bytes = 0;
  std::uint64_t memory_cache_bytes = 0;  ///< cgroup v1: cache; v2: inactive_file.
  struct Network {
    std::uint64_t rx_bytes = 0, rx_packets = 0, rx_errors = 0, rx_dropped = 0;
    std::uint64_t tx_bytes = 0, tx_packets = 0, tx_errors = 0, tx_dropped = 0;
  };
  std::optional<Network> network;  ///< Absent with networkMode host and none.
  std::optional<std::uint64_t> storage_read_bytes, storage_write_bytes;
  std::string raw_json;  ///< The stats object itself, for the task metadata endpoint.
};

struct VolumeConfig {
  std::string name;
  std::string driver = "local";
  std::map<std::string, std::string> driver_options;
  std::map<std::string, std::string> labels;
};

struct VolumeInfo {
  std::string name;
  std::string driver;
  std::string mountpoint;
  std::map<std::string, std::string> driver_options;
  std::map<std::string, std::string> labels;
};

struct EngineVersion {
  std::string version;          ///< "20.10.24+dfsg1"
  std::string api_version;      ///< Highest that it speaks: "1.41"
  std::string min_api_version;  ///< "1.12"
  std::string os, architecture, kernel;
};

/// What the engine says of its host (GET /info).
struct EngineInfo {
  std::int32_t cpus = 0;
  std::int64_t memory_bytes = 0;
  std::string operating_system;
  std::string cgroup_driver;   ///< "systemd" or "cgroupfs"
  std::string cgroup_version;  ///< "1" or "2"
  std::string log_driver;      ///< Of containers that name none.
  std::vector<std::string> log_drivers;
  std::vector<std::string> volume_plugins;
  std::vector<std::string> security_options;
  std::string id;  ///< Of this engine on this host; stays over restarts.
};

}  // namespace berth::agent::engine
