#pragma once
#include "sim/cluster/cluster.h"

namespace berth::sim {

/// Asks the API for everything that it lists and counts, and holds it against what is durable: the rule
/// `shown`. To be called when all is quiet; whichever control plane answers must show the same.
void check_shown(Cluster& cluster);

}  // namespace berth::sim
