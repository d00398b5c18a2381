#include "runtime/sim/sim_node.h"

#include "base/assert.h"
#include "runtime/sim/sim_world.h"

namespace berth::runtime {

SimNode::SimNode(SimWorld& world, std::size_t index, std::string name)
    : world_(world),
      index_(index),
      name_(std::move(name)),
      executor_(SimExecutor(world.context(), index)),
      reaper_(executor_) {
  start_life();
}

SimNode::~SimNode() = default;

void SimNode::start_life() {
  life_ = std::make_shared<SimLife>();
  life_->number = ++lives_;
  machine_ = std::make_unique<Machine>(world_, *this, life_);
  down_ = false;
}

void SimNode::boot(Boot boot) {
  check(process_ == nullptr, "a node runs one process at a time");
  check(up() || down_, "a node boots only when the last life is torn down");
  boot_ = std::move(boot);
  if (down_) start_life();
  world_.context().trace("boot " + name_);
  process_ = boot_(*this);
}

void SimNode::kill() {
  if (!life_->alive) return;
  life_->alive = false;
  world_.context().trace("kill " + name_);
  Prng faults = world_.stream("crash/" + name_ + "/" + std::to_string(lives_));
  disk_.crash(faults);
  world_.network().drop_node(index_);
  reaper_.spawn(tear_down(*this));
}

Async<void> SimNode::tear_down(SimNode& node) {
  co_await SimNetwork::drain_node(node.world_.network(), node.index_);
  if (node.process_) co_await node.process_->stop();
  node.process_.reset();
  node.down_ = true;
  if (std::exchange(node.restart_wanted_, false)) node.restart();
}

void SimNode::restart() {
  if (life_->alive) return;
  if (!down_) {
    restart_wanted_ = true;
    return;
  }
  if (boot_) return boot(boot_);
  start_life();
}

}  // namespace berth::runtime
