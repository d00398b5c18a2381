#pragma once
#include "model/ecs/types.h"
#include "store/view.h"

namespace berth::services::ecs {

/// What of a cluster a request asked for with `include`.
struct ClusterFields {
  bool settings = false, statistics = false, tags = false, configurations = false, attachments = false;
};
model::ecs::Cluster render_cluster(const store::View& view, const domain::ClusterRecord& cluster,
                                   ClusterFields fields);

}  // namespace berth::services::ecs
