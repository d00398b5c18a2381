#pragma once
#include <string>
#include <vector>

#include "base/json.h"
#include "bin/berth/api_client.h"

namespace berth::cli {

/// Clusters as DescribeClusters tells them, each with its container instances as DescribeContainerInstances
/// does.
struct ClusterState {
  JsonObject cluster;
  std::vector<JsonObject> instances;
};
using ClusterStates = std::vector<ClusterState>;

std::string name_of(const ClusterState& state);

/// All of them, page by page.
/// Errors: those of ApiClient::call().
Async<Result<ClusterStates>> read_clusters(ApiClient& client);

/// A line for each cluster, and one for each instance: its id as short as tells it apart, its EC2 instance id
/// …
std::string render_text(const ClusterStates& clusters);
JsonArray render_document(const ClusterStates& clusters);

}  // namespace berth::cli
