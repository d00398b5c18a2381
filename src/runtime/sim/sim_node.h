#pragma once
#include <functional>
#include <memory>
#include <string>

#include "runtime/sim/sim_files.h"
#include "runtime/sim/sim_runtime.h"
#include "runtime/task_group.h"

namespace berth::runtime {

class SimNode;
class SimWorld;

/// What runs on a node: what a `*_main.cc` builds, with the simulator's parts.
class SimProcess {
 public:
  virtual ~SimProcess() = default;
  /// Cancels and drains everything the process started. Called once; the process is destroyed afterwards.
  virtual Async<void> stop() = 0;
};

/// One simulated machine: a clock, a disk, and at most one process at a time.
///
/// Owns:    the runtime and files of the current life; references to them are good until the next boot.
/// Runs on: the simulator's thread; kill() and restart() from any node's work or from outside a step.
class SimNode {
 public:
  using Boot = std::function<std::unique_ptr<SimProcess>(SimNode&)>;

  SimNode(SimWorld& world, std::size_t index, std::string name);
  ~SimNode();
  SimNode(const SimNode&) = delete;
  SimNode& operator=(const SimNode&) = delete;

  const std::string& name() const { return name_; }
  std::size_t index() const { return index_; }
  SimWorld& world() { return world_; }
  Executor executor() const { return executor_; }
  SimRuntime& runtime() { return machine_->runtime; }
  SimFiles& files() { return machine_->files; }
  SimProcess* process() { return process_.get(); }

  /// Starts a process now and remembers how, for restart(). The node must be up and empty, or down.
  void boot(Boot boot);
  /// Ends the life: first its interfaces do nothing any more, then its coroutines are cancelled and drained,
  /// and the process destroyed. That takes some steps, until down(). Nothing happens when it was killed
  /// before.
  void kill();
  /// Boots again, at once or as soon as the node is down.
  void restart();
  /// As it is now; and back to how it was, while the node is not up.
  SimDisk copy_disk() const { return disk_; }
  void restore_disk(SimDisk disk) { disk_ = std::move(disk); }
  /// A node without a process is up too: tests run their coroutines on it.
  bool up() const { return life_->alive; }
  bool down() const { return down_; }

  /// The wall clock jumps; the monotonic one does not.
  void step_wall(Duration by) { wall_.offset += by; }
  void set_drift_ppm(std::int64_t ppm) { wall_.drift_ppm = ppm; }

 private:
  struct Machine {
    Machine(SimWorld& world, SimNode& node, std::shared_ptr<const SimLife> life)
        : runtime(world, node.index_, node.name_, node.wall_, std::move(life)), files(node.disk_, runtime) {}
    SimRuntime runtime;
    SimFiles files;
  };
  static Async<void> tear_down(SimNode& node);
  void start_life();

  SimWorld& world_;
  std::size_t index_;
  std::string name_;
  Executor executor_;
  SimWallClock wall_;
  SimDisk disk_;
  std::shared_ptr<SimLife> life_;
  std::uint64_t lives_ = 0;
  std::unique_ptr<Machine> machine_;
  std::unique_ptr<SimProcess> process_;
  Boot boot_;
  bool down_ = false;
  bool restart_wanted_ = false;
  TaskGroup reaper_;
};

}  // namespace berth::runtime
