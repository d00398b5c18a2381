#pragma once
#include <memory>
#include <optional>
#include <string>

#include "auth/sigv4.h"
#include "bin/berthd/switchboard.h"
#include "controllers/controllers.h"
#include "frontend/front_end.h"
#include "gateway/gateway.h"
#include "runtime/sim/sim_node.h"
#include "runtime/sim/sim_world.h"
#include "services/core/registry.h"
#include "sim/cluster/mutants.h"
#include "sim/cluster/plane_store.h"
#include "sim/cluster/store_disk.h"
#include "store/committer.h"

namespace berth::sim {

/// The operations that `berthd` serves. One registry serves all control planes of a run.
services::HandlerRegistry make_registry();

/// What operators may choose, and what a run may vary.
struct PlaneSettings {
  controllers::Options controllers;
  gateway::GatewayLimits gateway;
  bool sole = true;
};

/// `berthd` on a simulated node: constructs what bin/berthd/server.cc constructs, on the shared StoreDisk.
///
/// Listens on `address` once the store is loaded.
/// Borrows: everything that is passed by reference, for the whole run.
class ControlPlaneProcess final : public runtime::SimProcess {
 public:
  struct Deps {
    runtime::SimWorld& world;
    StoreDisk& disk;
    const services::HandlerRegistry& registry;
    const PlaneSettings& settings;
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
  gateway::Gateway& gateway() { return gateway_; }

 private:
  static Async<void> start(ControlPlaneProcess& self);

  runtime::SimNode& node_;
  Deps deps_;
  StoreConnection engine_;
  store::Committer committer_;
  PlaneStore store_;
  services::Services services_;
  gateway::Gateway gateway_;
  controllers::Controllers controllers_;
  services::HandlerRegistry registry_;
  frontend::FrontEnd front_end_;
  berthd::Switchboard switchboard_;
  runtime::TaskGroup starter_;
  bool started_ = false;
  bool ready_ = false;
};

}  // namespace berth::sim
