#pragma once
#include "sim/cluster/cluster.h"

namespace berth::sim {

/// When nothing fails, what is asked for begins at once: agents are told of tasks, and services start and
/// stop theirs, within seconds and not when somebody happens to look. The rule `prompt`; to be called when
/// all is quiet, which it is again in the end.
void check_prompt(Cluster& cluster);

}  // namespace berth::sim
