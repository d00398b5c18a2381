#include "bin/berth/cluster_state.h"

#include <fmt/format.h>

#include "base/short_ids.h"

namespace berth::cli {
namespace {

constexpr std::size_t kDescribedMax = 100;

std::string member(const JsonObject& object, std::string_view name) {
  const auto* found = object.if_contains(name);
  if (!found) return "-";
  return found->is_string() ? std::string(found->get_string()) : render_json(*found);
}

std::string last_part(const std::string& arn) {
  return arn.substr(arn.rfind('/') + 1);
}

// "1 task running", "2 tasks running".
std::string counted(const std::string& number, std::string_view thing) {
  return fmt::format("{} {}{}", number, thing, number == "1" ? "" : "s");
}

// Objects in `list` of an answer.
std::vector<JsonObject> objects_of(const JsonValue& answer, std::string_view list) {
  std::vector<JsonObject> objects;
  const auto* found = answer.is_object() ? answer.get_object().if_contains(list) : nullptr;
  if (found && found->is_array())
    for (const auto& one : found->get_array())
      if (one.is_object()) objects.push_back(one.get_object());
  return objects;
}

// Every ARN of a List… operation, page by page.
Async<Result<JsonArray>> list_all(ApiClient& client, std::string operation, std::string list,
                                  JsonObject request) {
  JsonArray arns;
  for (;;) {
    auto answer = co_await client.call(operation, request);
    if (!answer) co_return std::move(answer).error();
    if (!answer->is_object()) co_return invalid(operation + ": the answer is no object");
    const auto& object = answer->get_object();
    if (const auto* page = object.if_contains(list); page && page->is_array())
      for (const auto& arn : page->get_array()) arns.push_back(arn);
    const auto* next = object.if_contains("nextToken");
    if (!next || !next->is_string()) co_return arns;
    request["nextToken"] = next->get_string();
  }
}

// Describes `arns`, as many at a time as the API takes.
Async<Result<std::vector<JsonObject>>> describe_all(ApiClient& client, std::string operation,
                                                    std::string list, JsonObject request, JsonArray arns) {
  std::vector<JsonObject> described;
  for (std::size_t from = 0; from < arns.size(); from += kDescribedMax) {
    JsonArray some(arns.begin() + static_cast<std::ptrdiff_t>(from),
                   arns.begin() + static_cast<std::ptrdiff_t>(std::min(from + kDescribedMax, arns.size())));
    request[list] = std::move(some);
    auto answer = co_await client.call(operation, request);
    if (!answer) co_return std::move(answer).error();
    for (auto& one : objects_of(*answer, list)) described.push_back(std::move(one));
  }
  co_return described;
}

Async<Result<std::vector<JsonObject>>> read_instances(ApiClient& client, std::string cluster) {
  JsonObject request;
  request["cluster"] = cluster;
  auto arns = co_await list_all(client, "ListContainerInstances", "containerInstanceArns", request);
  if (!arns) co_return std::move(arns).error();
  auto described = co_await describe_all(client, "DescribeContainerInstances", "containerInstances",
                                         std::move(request), *std::move(arns));
  co_return described;
}

}  // namespace

std::string name_of(const ClusterState& state) {
  return member(state.cluster, "clusterName");
}

Async<Result<ClusterStates>> read_clusters(ApiClient& client) {
  ClusterStates states;
  JsonObject everything;
  auto arns = co_await list_all(client, "ListClusters", "clusterArns", everything);
  if (!arns) co_return std::move(arns).error();
  auto clusters =
      co_await describe_all(client, "DescribeClusters", "clusters", std::move(everything), *std::move(arns));
  if (!clusters) co_return std::move(clusters).error();
  for (auto& cluster : *clusters) {
    auto instances = co_await read_instances(client, member(cluster, "clusterArn"));
    if (!instances) co_return std::move(instances).error();
    states.push_back({std::move(cluster), *std::move(instances)});
  }
  co_return states;
}

std::string render_text(const ClusterStates& clusters) {
  std::string text;
  for (const auto& [cluster, instances] : clusters) {
    text += fmt::format("cluster {}: {}, {}, {} running, {} pending\n", member(cluster, "clusterName"),
                        member(cluster, "status"),
                        counted(member(cluster, "registeredContainerInstancesCount"), "container instance"),
                        counted(member(cluster, "runningTasksCount"), "task"),
                        member(cluster, "pendingTasksCount"));
    std::set<std::string> ids;
    for (const auto& instance : instances) ids.insert(last_part(member(instance, "containerInstanceArn")));
    const auto shortened = short_ids(ids);
    for (const auto& instance : instances)
      text += fmt::format(
          "  {} {}: {}, agent connected: {}, {} running, {} pending\n",
          shortened.at(last_part(member(instance, "containerInstanceArn"))),
          member(instance, "ec2InstanceId"), member(instance, "status"), member(instance, "agentConnected"),
          counted(member(instance, "runningTasksCount"), "task"), member(instance, "pendingTasksCount"));
  }
  return text;
}

JsonArray render_document(const ClusterStates& clusters) {
  JsonArray list;
  for (const auto& [cluster, instances] : clusters) {
    JsonObject one = cluster;
    JsonArray below;
    for (const auto& instance : instances) below.emplace_back(instance);
    one["containerInstances"] = std::move(below);
    list.emplace_back(std::move(one));
  }
  return list;
}

}  // namespace berth::cli
