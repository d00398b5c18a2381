#include <fmt/format.h>

#include "bin/berth/commands.h"
#include "bin/berth/instances.h"

namespace berth::cli {
namespace {

std::string text(const JsonObject& object, std::string_view name) {
  const auto* member = object.if_contains(name);
  if (!member) return "-";
  if (member->is_string()) return std::string(member->get_string());
  return render_json(*member);
}

Async<Result<void>> show_cluster(ApiClient& client, std::string arn) {
  JsonObject named;
  named["clusters"] = JsonArray{JsonValue(arn)};
  auto described = co_await client.call("DescribeClusters", named);
  if (!described) co_return std::move(described).error();
  for (const auto& cluster : described->as_object().at("clusters").as_array()) {
    const auto& object = cluster.as_object();
    fmt::print("cluster {}: {}, {} container instances, {} tasks running, {} pending\n",
               text(object, "clusterName"), text(object, "status"),
               text(object, "registeredContainerInstancesCount"), text(object, "runningTasksCount"),
               text(object, "pendingTasksCount"));
  }
  JsonObject request;
  request["cluster"] = arn;
  auto list = co_await client.call("ListContainerInstances", request);
  if (!list) co_return std::move(list).error();
  auto arns = list->as_object().at("containerInstanceArns").as_array();
  if (arns.empty()) co_return Result<void>();
  request["containerInstances"] = std::move(arns);
  auto instances = co_await client.call("DescribeContainerInstances", request);
  if (!instances) co_return std::move(instances).error();
  for (const auto& instance : instances->as_object().at("containerInstances").as_array()) {
    const auto& object = instance.as_object();
    fmt::print("  {} {}: {}, agent connected: {}, {} tasks running\n", text(object, "ec2InstanceId"),
               text(object, "containerInstanceArn"), text(object, "status"), text(object, "agentConnected"),
               text(object, "runningTasksCount"));
  }
  co_return Result<void>();
}

}  // namespace

Async<int> status(CommandContext& context) {
  auto credentials = read_credentials(context.files, context.installation);
  if (!credentials) {
    fmt::print(stderr, "berth: {}\n", credentials.error().message);
    co_return 1;
  }
  ApiClient client(context.installation, *credentials, context.runtime, context.executor);
  const bool healthy = co_await client.healthy();
  fmt::print("berthd: {} on {}\n", healthy ? "serving" : "not answering", context.installation.endpoint());
  print_instances(context);
  if (!healthy) co_return 1;
  JsonObject everything;
  const auto clusters = co_await client.call("ListClusters", std::move(everything));
  if (!clusters) {
    fmt::print(stderr, "berth: {}\n", clusters.error().message);
    co_return 1;
  }
  for (const auto& arn : clusters->as_object().at("clusterArns").as_array()) {
    const auto shown = co_await show_cluster(client, std::string(arn.as_string()));
    if (!shown) {
      fmt::print(stderr, "berth: {}\n", shown.error().message);
      co_return 1;
    }
  }
  co_return 0;
}

}  // namespace berth::cli
