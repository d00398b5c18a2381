#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "agent/session/ecs_api.h"
#include "sim/checkers/container_checker.h"
#include "sim/checkers/delivery_checker.h"
#include "sim/checkers/ledger.h"
#include "sim/cluster/agent_process.h"
#include "sim/cluster/control_plane_process.h"

namespace berth::sim {

struct ClusterOptions {
  std::uint64_t seed = 1;
  int planes = 1;
  int agents = 3;
  int zones = 3;
  std::int32_t cpus = 4;           ///< Of each host.
  std::int64_t memory_mib = 4096;  ///< Of each host.
  bool metrics = false;            ///< Agents publish telemetry.
  Duration task_cleanup_wait = std::chrono::minutes(3);
  Duration stop_timeout = std::chrono::seconds(30);
  control_plane::Settings plane;
  std::string mutant;
};

/// A host with its container engine and its agent.
struct AgentHost {
  AgentHost(runtime::SimWorld& world, runtime::SimNode& n, ContainerWatcher& watcher)
      : node(n), docker(world, n, &watcher) {}
  runtime::SimNode& node;
  DockerHost docker;
  agent::config::AgentConfig config;
  agent::session::HostFacts facts;
  bool lost = false;           ///< The machine is away: nobody may start its agent.
  bool gone = false;           ///< And does not come back in this run.
  bool kept_draining = false;  ///< At the end of the run its instance is DRAINING and stays so.
};

/// A signed API client on a node of its own.
///
/// Runs on: its node's executor.
class Client {
 public:
  Client(runtime::SimWorld& world, runtime::SimNode& node, const std::vector<std::string>& addresses,
         const Mutant& mutant);
  runtime::SimNode& node() { return node_; }
  Async<agent::session::ApiOutcome> call(std::string operation, JsonObject request);

 private:
  runtime::SimNode& node_;
  const Mutant& mutant_;
  BalancedCaller caller_;
  agent::session::EcsApi api_;
};

/// A whole cluster in a world of its own: control planes on one simulated store, hosts with agents, clients,
/// and the checkers that follow every commit and every container.
///
/// Agents and control planes that end are started again by a supervisor, as systemd would.
/// Runs on: the simulator's thread. Coroutines on clients' nodes must have ended before.
class Cluster {
 public:
  explicit Cluster(const ClusterOptions& options);
  ~Cluster();
  Cluster(const Cluster&) = delete;
  Cluster& operator=(const Cluster&) = delete;

  runtime::SimWorld& world() { return world_; }
  const Ledger& ledger() const { return ledger_; }
  ContainerChecker& containers() { return containers_; }
  const DeliveryChecker& deliveries() const { return deliveries_; }
  Violations& violations() { return violations_; }
  StoreDisk& disk() { return disk_; }
  const ClusterOptions& options() const { return options_; }
  const std::vector<std::unique_ptr<AgentHost>>& hosts() const { return hosts_; }
  const std::vector<runtime::SimNode*>& planes() const { return planes_; }
  Client& client(std::size_t number) { return *clients_.at(number); }
  Client& add_client();

  /// Null while it is not up.
  ControlPlaneProcess* plane(std::size_t number);
  AgentProcess* agent(std::size_t number);
  /// Agents that hold a control socket, by what is durable.
  std::size_t connected() const;
  /// The instance that a host's agent registered and that is not INACTIVE; null when there is none.
  const domain::ContainerInstanceRecord* instance_of(std::size_t host) const;
  /// Hosts that tasks can be placed on: there, connected, ACTIVE; of a zone ("us-east-1a") unless that is
  /// empty.
  std::size_t usable_hosts(const std::string& zone = {}) const;
  std::size_t hosts_gone() const;
  /// Kills the host's agent and starts it again with the disk that it had before.
  void fall_back(AgentHost& host, runtime::SimDisk before);
  /// Everything that is not as it should be when nothing fails and nobody asks for anything, one line each;
  /// empty when all is settled.
  std::vector<std::string> unsettled();
  /// Compares what each control plane holds, in its tables and in their indexes, with what is durable.
  void check_views();

 private:
  void check_services(std::vector<std::string>& waits) const;
  void check_instances(std::vector<std::string>& waits) const;
  void check_view_of(std::size_t number);
  void boot_plane(std::size_t number);
  void boot_agent(AgentHost& host);
  Async<void> supervise();
  AgentHost& add_host(std::size_t number);

  ClusterOptions options_;
  Mutant mutant_;
  runtime::SimWorld world_;
  Violations violations_;
  Ledger ledger_;
  ContainerChecker containers_;
  DeliveryChecker deliveries_;
  StoreDisk disk_;
  std::vector<std::string> addresses_;
  std::vector<runtime::SimNode*> planes_;
  std::vector<std::unique_ptr<AgentHost>> hosts_;
  std::vector<std::unique_ptr<Client>> clients_;
  runtime::SimNode& supervisor_;
  runtime::TaskGroup supervision_;
};

/// Members of an answer, or null.
const JsonObject* answer_of(const agent::session::ApiOutcome& outcome);
/// The exception's name; "" for success, "no answer" when there was none.
std::string failure_of(const agent::session::ApiOutcome& outcome);

}  // namespace berth::sim
