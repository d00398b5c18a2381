#pragma once
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "agent/engine/container_runtime.h"
#include "base/random.h"
#include "runtime/sim/sim_node.h"
#include "runtime/sim/sim_world.h"
#include "runtime/sync.h"

namespace berth::sim {

/// Who is told what containers do: the checkers.
class ContainerWatcher {
 public:
  virtual ~ContainerWatcher() = default;
  struct Container {
    std::string host;
    std::string docker_id;
    std::string task_arn;  ///< Of the label; empty for what is not ours.
    std::string name;      ///< Of the container in its task.
  };
  virtual void started(const Container& container) = 0;
  /// `asked`: somebody called stop or remove.
  enum class Why { by_itself, asked, host_lost };
  virtual void ended(const Container& container, Why why, std::int32_t exit_code) = 0;
  /// An answer about it was lost, or somebody said of it what is not so: what is said of it later may be
  /// wrong.
  virtual void doubted(const Container& container) = 0;
  /// It could not start, as a running container of `holder` has its host port.
  virtual void port_taken(const Container& container, const Container& holder) = 0;
  /// Somebody else has started a container again that had ended.
  virtual void returned(const Container& container) = 0;
  /// The agent asked for a stop of a running container.
  virtual void stop_asked(const Container& container) = 0;
};

/// What goes wrong in a container engine, in parts of 1000 calls or events. May be changed at any time.
struct DockerFaults {
  unsigned reply_lost = 0;   ///< The call took effect and answers an error all the same: create, start, stop.
  unsigned refused = 0;      ///< The call answers an error and had no effect.
  unsigned slow = 0;         ///< The call takes up to `slow_max`.
  unsigned events_lost = 0;  ///< The event never comes.
  unsigned events_mixed = 0;  ///< The event overtakes the one before it.
  Duration slow_max = std::chrono::seconds(20);
  bool registry_down = false;  ///< No image can be pulled.
};

/// The container engine of one host: images, containers, events. It outlives the agents that use it.
///
/// What a container does is in its image's name: `app` runs until it is stopped, `job-30` ends after 30 s
/// with exit code 0, `fail-5` after 5 s with 1, `hog-20` is killed after 20 s for lack of memory, `deaf`
/// ignores SIGTERM.
///
/// Runs on: the simulator's thread. Must outlive the world.
class DockerHost {
 public:
  struct Container {
    agent::engine::ContainerInfo info;
    std::string task_arn;
    std::string container_name;
    std::uint64_t run = 0;  ///< Rises with each start, so that old timers do nothing.
    bool asked = false;     ///< A stop was asked for in this run.
    bool returned = false;  ///< This run was begun by somebody else.
  };
  struct Stream {
    std::deque<agent::engine::ContainerEvent> events;
    bool broken = false;
    runtime::Notifier wake;
  };

  DockerHost(runtime::SimWorld& world, runtime::SimNode& node, ContainerWatcher* watcher);

  DockerFaults faults;

  const std::map<std::string, Container>& containers() const { return containers_; }
  std::size_t running() const;
  /// The daemon goes down for `pause`; its containers survive, or not (no live-restore).
  enum class Containers { survive, die };
  void restart_daemon(Duration pause, Containers containers);
  /// The machine loses power: every container ends, the daemon is away until power_on().
  void power_off();
  void power_on();
  /// A running container ends by itself: code 1, or out of memory. False: none runs.
  bool fail_one(bool out_of_memory);
  /// Somebody starts a container that has ended, of a task of which `over` says that it has STOPPED. False:
  /// there is none.
  bool return_one(const std::function<bool(const std::string& task_arn)>& over);
  bool reachable() const { return reachable_; }

  // For SimContainerRuntime.
  runtime::SimNode& node() { return node_; }
  Prng& random() { return random_; }
  WallTime now() const { return node_.runtime().clock().wall(); }
  Container* find(const std::string& id_or_name);
  agent::engine::DriverResult<std::string> create(const agent::engine::ContainerConfig& config);
  /// False: another running container has one of its host ports.
  bool start(Container& container);
  void doubt(const Container& container);
  /// SIGTERM; the container ends by itself a little later, or by SIGKILL after `grace`. Says when.
  Duration terminate(Container& container, Duration grace);
  void remove(const std::string& id);
  std::shared_ptr<Stream> open_stream(std::optional<WallTime> since);
  std::set<std::string> images;
  std::set<std::string> volumes;

 private:
  void end(Container& container, std::int32_t code, bool out_of_memory, ContainerWatcher::Why why);
  void end_later(Container& container, Duration after, std::int32_t code, bool out_of_memory);
  void emit(agent::engine::ContainerEvent::Kind kind, const char* action, const Container& container);
  void break_streams();
  const Container* port_holder(const Container& container) const;
  ContainerWatcher::Container shown(const Container& container) const;

  runtime::SimWorld& world_;
  runtime::SimNode& node_;
  ContainerWatcher* watcher_;
  Prng random_;
  std::map<std::string, Container> containers_;  ///< By id.
  std::deque<agent::engine::ContainerEvent> history_;
  std::vector<std::weak_ptr<Stream>> streams_;
  std::uint64_t created_ = 0;
  std::int32_t next_port_ = 32768;
  bool reachable_ = true;
  bool powered_ = true;
  std::uint64_t outage_ = 0;
};

}  // namespace berth::sim
