// The part of Workload that makes clusters and deletes them while others bring something into them.
#include <fmt/format.h>

#include "sim/run/workload.h"
#include "sim/run/workload_user.h"

namespace berth::sim {
namespace {

constexpr Duration kTick = std::chrono::seconds(2);
constexpr int kTriesMax = 1'000;
constexpr int kDeletesMax = 3;

JsonObject instance_request(const std::string& cluster, std::size_t user, std::int64_t tick) {
  JsonArray resources;
  for (const char* name : {"CPU", "MEMORY"})
    resources.push_back(JsonObject({{"name", name}, {"type", "INTEGER"}, {"integerValue", 4096}}));
  return JsonObject(
      {{"cluster", cluster},
       {"instanceIdentityDocument", fmt::format(R"({{"BERTH_INSTANCE_ID":"i-brief-{}-{}"}})", tick, user)},
       {"totalResources", std::move(resources)}});
}

std::string arn_of_instance(const JsonObject& answer) {
  const auto* instance = answer.if_contains("containerInstance");
  return instance && instance->is_object()
             ? agent::session::text_of(instance->get_object(), "containerInstanceArn")
             : std::string();
}

}  // namespace

Async<void> Workload::brief_cluster(User& user) {
  const std::int64_t tick = cluster_.world().now().ns / kTick.count() + 1;
  const std::string name = fmt::format("brief-{}", tick % 3);
  co_await until_tick(user);
  JsonObject cluster = JsonObject({{"clusterName", name}});
  static_cast<void>(co_await insist(user, "CreateCluster", std::move(cluster), kTriesMax));
  std::string instance;
  if (user.random.chance(2, 3)) {
    JsonObject request = instance_request(name, user.number, tick);
    const auto outcome = co_await insist(user, "RegisterContainerInstance", std::move(request), kTriesMax);
    if (const auto* answer = answer_of(outcome)) instance = arn_of_instance(*answer);
  }
  if (user.random.chance(2, 3)) {
    JsonObject request = JsonObject({{"cluster", name}, {"taskDefinition", "app"}, {"count", 2}});
    const auto outcome = co_await insist(user, "RunTask", std::move(request), kTriesMax);
    if (answer_of(outcome)) cluster_.world().probe("ran-in-brief-cluster");
  }
  if (!instance.empty()) {
    JsonObject request = JsonObject({{"cluster", name}, {"containerInstance", instance}, {"force", true}});
    static_cast<void>(co_await insist(user, "DeregisterContainerInstance", std::move(request), kTriesMax));
  }
  for (int i = 0; i < kDeletesMax; ++i) {
    JsonObject request = JsonObject({{"cluster", name}});
    const auto outcome = co_await insist(user, "DeleteCluster", std::move(request), kTriesMax);
    if (answer_of(outcome)) {
      cluster_.world().probe("cluster-deleted");
      co_return;
    }
  }
}

}  // namespace berth::sim
