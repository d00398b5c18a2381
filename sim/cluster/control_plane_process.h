#pragma once
#include <memory>
#include <optional>
#include <string>

#include "auth/sigv4.h"
#include "control_plane/control_plane.h"
#include "runtime/sim/sim_node.h"
#include "runtime/sim/sim_world.h"
#include "sim/cluster/mutants.h"
#include "sim/cluster/plane_store.h"
#include "sim/cluster/store_disk.h"
#include "store/committer.h"

namespace berth::sim {

/// `berthd` on a simulated node: the same ControlPlane, on the shared StoreDisk.
///
/// Listens on `address` once the store is loaded.
/// Borrows: everything that is passed by reference, for the whole run.
class ControlPlaneProcess final : public runtime::SimProcess {
 public:
  struct Deps {
    runtime::SimWorld& world;
    StoreDisk& disk;
    const control_plane::Settings& settings;
    const Mutant& mutant;
    auth::KeyLookup find_key;
    std::string address;
    const Ledger& ledger;
    Violations& violations;
  };
  ControlPlaneProcess(runtime::SimNode& node, Deps deps);
  Async<void> stop() override;

  bool ready() const { return ready_; }
  store::Committer& committer() { return committer_; }
  gateway::Gateway& gateway() { return plane_.gateway(); }

 private:
  static Async<void> start(ControlPlaneProcess& self);

  runtime::SimNode& node_;
  Deps deps_;
  StoreConnection engine_;
  store::Committer committer_;
  PlaneStore store_;
  control_plane::ControlPlane plane_;
  runtime::TaskGroup starter_;
  bool ready_ = false;
};

}  // namespace berth::sim
