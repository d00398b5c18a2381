#pragma once
#include <optional>
#include <string>
#include <vector>

#include "agent/config/agent_config.h"
#include "agent/session/ecs_api.h"

namespace berth::agent::session {

/// What the host offers.
struct HostFacts {
  std::int32_t cpus = 1;
  std::int64_t memory_mib = 0;
  std::string machine_id;  ///< /etc/machine-id; may be empty.
  std::string architecture = "x86_64";
  std::string docker_version;      ///< "20.10.24"
  std::string docker_api_version;  ///< "1.41"
  std::vector<std::string> volume_plugins;
  /// Log drivers of the engine; empty: it does not say.
  std::vector<std::string> log_drivers;
  bool has_journald = false;
  bool has_syslog = false;  ///< Somebody reads /dev/log.
};

/// Who this agent is for the control plane, from registration on.
struct Registered {
  std::string cluster;  ///< The configured string, or the name of the default cluster.
  std::string container_instance_arn;
  std::string availability_zone;
  /// Tells this cluster from all others, of its name and of other control planes too, and stays the same when
  /// the control plane is restored from a backup. Empty: it is not one of Berth's.
  std::string cluster_id;
};

/// How a registration ended when it did not succeed.
struct RegistrationFailure {
  std::string message;
  bool terminal = false;  ///< Trying again is of no use (exit code 5); else a supervisor may (exit code 1).
};

/// `i-` and 17 hex digits of the machine id: the same after each start, without any metadata service.
std::string instance_id_of(const config::AgentConfig& config, const HostFacts& facts);

/// What containers of this host in this cluster are labelled with; empty when the control plane does not name
/// the cluster.
std::string host_label(const Registered& registered, const std::string& instance_id);

/// The attributes to send: capabilities, then the operator's own on the first registration
/// (agent-protocol 2.2).
std::vector<std::pair<std::string, std::string>> registration_attributes(const config::AgentConfig& config,
                                                                         const HostFacts& facts, bool first);

/// The body of RegisterContainerInstance. `saved_arn` is empty on the first registration. Pure.
std::string registration_request(const config::AgentConfig& config, const HostFacts& facts,
                                 const std::string& cluster, const std::string& saved_arn,
                                 const std::string& client_token);

/// What to do when the control plane does not know the saved ARN: it was restored from a backup that is
/// older.
enum class IfUnknown { give_up, register_anew };

/// Registers, or registers again under the saved ARN; makes the cluster `default` when none is configured and
/// it is missing. Tries again after passing faults until `patience` is over.
Async<std::variant<Registered, RegistrationFailure>> register_instance(
    EcsApi& api, const config::AgentConfig& config, const HostFacts& facts, std::string saved_arn,
    IfUnknown if_unknown, runtime::Runtime& runtime);

}  // namespace berth::agent::session
