#pragma once
#include <string>
#include <vector>

#include "domain/records.h"
#include "model/ecs/types.h"
#include "store/view.h"

namespace berth::services::ecs {

/// Records as the API shows them. `tags` are left out unless asked for with include=TAGS.
enum class WithTags { no, yes };

model::ecs::Task render_task(const domain::TaskRecord& task, WithTags tags);

/// With the counts and remaining resources of the moment of the view.
model::ecs::ContainerInstance render_instance(const store::View& view,
                                              const store::Stored<domain::ContainerInstanceRecord>& instance,
                                              WithTags tags);

/// What of a cluster a request asked for with `include`.
struct ClusterFields {
  bool settings = false, statistics = false, tags = false, configurations = false, attachments = false;
};
model::ecs::Cluster render_cluster(const store::View& view, const domain::ClusterRecord& cluster,
                                   ClusterFields fields);

model::ecs::TaskDefinition render_definition(const domain::TaskDefinitionRecord& record);

/// {arn, reason} of failures[].
model::ecs::Failure failure(std::string arn, std::string reason, std::string detail = {});

}  // namespace berth::services::ecs
