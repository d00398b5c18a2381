#pragma once
#include <map>
#include <optional>
#include <string>

#include "agent/endpoints/endpoint_state.h"

/// Task metadata endpoint, versions 2 to 4 (developer guide: task metadata endpoint). All pure.
namespace berth::agent::endpoints {

enum class MetadataVersion { v2, v3, v4 };
enum class Tags { no, yes };

std::string render_container_metadata(const EndpointContainer& container, MetadataVersion version);
std::string render_task_metadata(const EndpointTask& task, MetadataVersion version, Tags tags);

/// Docker's statistics; version 4 adds network_rate_stats. `null` when there are none.
std::string render_stats(const std::optional<EndpointStats>& stats, MetadataVersion version);
/// By Docker id.
std::string render_task_stats(const std::map<std::string, std::optional<EndpointStats>>& stats,
                              MetadataVersion version);

}  // namespace berth::agent::endpoints
