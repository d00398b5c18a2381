#include "sim/run/shown.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace berth::sim {
namespace {

using domain::InstanceStatus;
using domain::TaskRecord;
using domain::TaskStatus;
using Arns = std::set<std::string>;

constexpr int kShownTriesMax = 20;
// Where the hosts are; the workload makes others, which come and go.
constexpr std::string_view kCluster = "default";
constexpr std::size_t kInstancesLookedAt = 10;
// Smaller than most lists are, so that there is more than one page.
constexpr std::int64_t kPage = 5;

class Shown {
 public:
  explicit Shown(Cluster& cluster) : cluster_(cluster) {}

  void check() {
    check_tasks();
    check_instances();
    check_services();
    check_cluster();
  }

 private:
  using Each = std::function<bool(const TaskRecord&)>;

  JsonObject call(const std::string& operation, const JsonObject& request) {
    auto& client = cluster_.client(0);
    for (int i = 0; i < kShownTriesMax; ++i) {
      JsonObject copy = request;
      copy["cluster"] = kCluster;
      if (operation == "DescribeClusters") copy.erase("cluster");
      auto outcome = cluster_.world().run(client.node(), client.call(operation, std::move(copy)));
      if (const auto* answer = answer_of(outcome)) return *answer;
    }
    fail(operation + " is not answered");
    return {};
  }
  void fail(std::string text) { cluster_.violations().add("shown", std::move(text)); }

  Arns list(const std::string& operation, const char* member, JsonObject request) {
    Arns arns;
    request["maxResults"] = kPage;
    for (;;) {
      const JsonObject answer = call(operation, request);
      const auto* found = answer.if_contains(member);
      if (!found) return arns;
      for (const auto& arn : found->get_array())
        if (!arns.insert(std::string(arn.get_string())).second) fail(operation + " lists one twice");
      const auto token = agent::session::text_of(answer, "nextToken");
      if (token.empty()) return arns;
      request["nextToken"] = token;
    }
  }

  void same(const std::string& what, const Arns& shown, const Arns& durable) {
    if (shown == durable) return;
    Arns missing;
    std::ranges::set_difference(durable, shown, std::inserter(missing, missing.end()));
    fail(fmt::format("{} shows {}, durable are {}{}", what, shown.size(), durable.size(),
                     missing.empty() ? "" : "; missing is " + *missing.begin()));
  }
  void same(const std::string& what, const JsonObject& shown, const char* member, std::int64_t durable) {
    const auto* value = shown.if_contains(member);
    const std::int64_t number = value && value->is_number() ? value->to_number<std::int64_t>() : -1;
    if (number != durable) fail(fmt::format("{}: {} is shown as {}, is {}", what, member, number, durable));
  }

  Arns tasks(const Each& each) const {
    Arns arns;
    for (const auto& [key, task] : cluster_.ledger().tasks())
      if (task->cluster == kCluster && each(*task)) arns.insert(task->arn);
    return arns;
  }
  void compare_tasks(const std::string& what, JsonObject filter, const Each& each) {
    for (const auto desired : {TaskStatus::running, TaskStatus::stopped}) {
      filter["desiredStatus"] = std::string(to_string(desired));
      const auto wanted = [&](const auto& task) { return task.desired_status == desired && each(task); };
      const Arns before = tasks(wanted);
      const Arns shown = list("ListTasks", "taskArns", filter);
      const Arns after = tasks(wanted);
      // Retention goes on meanwhile.
      const bool deleted = after.size() < before.size() && std::ranges::includes(before, shown) &&
                           std::ranges::includes(shown, after);
      if (!deleted) same(fmt::format("ListTasks {} {}", what, to_string(desired)), shown, after);
    }
  }

  void check_tasks() {
    compare_tasks("", {}, [](const auto&) { return true; });
    std::set<std::string> families, starters;
    for (const auto& [key, task] : cluster_.ledger().tasks()) {
      families.insert(task->family);
      if (task->started_by && starters.size() < 2) starters.insert(*task->started_by);
    }
    for (const auto& family : families)
      compare_tasks("family " + family, JsonObject({{"family", family}}),
                    [&](const auto& task) { return task.family == family; });
    for (const auto& starter : starters)
      compare_tasks("startedBy " + starter, JsonObject({{"startedBy", starter}}),
                    [&](const auto& task) { return task.started_by == starter; });
  }

  void check_instances() {
    const auto with = [&](std::optional<InstanceStatus> status) {
      Arns arns;
      for (const auto& [key, instance] : cluster_.ledger().instances())
        if (instance->cluster == kCluster &&
            (status ? instance->status == *status : instance->status != InstanceStatus::inactive))
          arns.insert(instance->arn);
      return arns;
    };
    const Arns all = list("ListContainerInstances", "containerInstanceArns", {});
    same("ListContainerInstances", all, with(std::nullopt));
    for (const auto status : {InstanceStatus::active, InstanceStatus::draining})
      same(fmt::format("ListContainerInstances {}", to_string(status)),
           list("ListContainerInstances", "containerInstanceArns",
                JsonObject({{"status", std::string(to_string(status))}})),
           with(status));
    // Of a large cluster some are enough.
    const std::size_t step = cluster_.ledger().instances().size() / kInstancesLookedAt + 1;
    std::size_t number = 0;
    for (const auto& [key, instance] : cluster_.ledger().instances())
      if (number++ % step == 0 && instance->cluster == kCluster &&
          instance->status != InstanceStatus::inactive)
        check_instance(*instance);
  }

  void check_instance(const domain::ContainerInstanceRecord& instance) {
    const auto here = [&](const auto& task) { return task.instance_id == instance.id; };
    compare_tasks("on " + instance.id, JsonObject({{"containerInstance", instance.arn}}), here);
    JsonArray names;
    names.emplace_back(instance.arn);
    const JsonObject answer =
        call("DescribeContainerInstances", JsonObject({{"containerInstances", std::move(names)}}));
    const auto* found = answer.if_contains("containerInstances");
    if (!found || found->get_array().size() != 1) return fail(instance.arn + " is not described");
    const JsonObject& shown = found->get_array().at(0).get_object();
    std::int64_t running = 0, pending = 0, cpu = instance.cpu, memory = instance.memory;
    for (const auto& [key, task] : cluster_.ledger().tasks()) {
      if (!here(*task) || task->last_status == TaskStatus::stopped) continue;
      (task->last_status == TaskStatus::running ? running : pending) += 1;
      cpu -= task->cpu;
      memory -= task->memory;
    }
    same(instance.id, shown, "runningTasksCount", running);
    same(instance.id, shown, "pendingTasksCount", pending);
    for (const auto& resource : shown.at("remainingResources").get_array()) {
      const JsonObject& object = resource.get_object();
      const std::string name = agent::session::text_of(object, "name");
      if (name == "CPU") same(instance.id + " CPU", object, "integerValue", cpu);
      if (name == "MEMORY") same(instance.id + " MEMORY", object, "integerValue", memory);
    }
  }

  void check_services() {
    Arns active;
    for (const auto& [key, service] : cluster_.ledger().services()) {
      if (service->status == domain::ServiceStatus::inactive) continue;
      if (service->status == domain::ServiceStatus::active) active.insert(service->arn);
      const std::string name = service->name;
      const auto its = [&](const auto& task) { return task.service_name == name; };
      compare_tasks("of " + name, JsonObject({{"serviceName", name}}), its);
      JsonArray names;
      names.emplace_back(name);
      const JsonObject answer = call("DescribeServices", JsonObject({{"services", std::move(names)}}));
      const auto* found = answer.if_contains("services");
      if (!found || found->get_array().size() != 1) {
        fail(name + " is not described");
        continue;
      }
      const JsonObject& shown = found->get_array().at(0).get_object();
      std::int64_t running = 0;
      for (const auto& [task_key, task] : cluster_.ledger().tasks())
        running += its(*task) && task->last_status == TaskStatus::running ? 1 : 0;
      same(name, shown, "runningCount", running);
      same(name, shown, "pendingCount", 0);
      if (service->scheduling_strategy == model::ecs::SchedulingStrategy::replica)
        same(name, shown, "desiredCount", service->desired_count);
    }
    same("ListServices", list("ListServices", "serviceArns", {}), active);
  }

  void check_cluster() {
    JsonArray names;
    names.emplace_back("default");
    const JsonObject answer = call("DescribeClusters", JsonObject({{"clusters", std::move(names)}}));
    const auto* found = answer.if_contains("clusters");
    if (!found || found->get_array().size() != 1) return fail("the cluster is not described");
    const JsonObject& shown = found->get_array().at(0).get_object();
    std::int64_t running = 0, instances = 0, services = 0;
    for (const auto& [key, task] : cluster_.ledger().tasks())
      running += task->last_status == TaskStatus::running ? 1 : 0;
    for (const auto& [key, instance] : cluster_.ledger().instances())
      instances += instance->cluster != kCluster || instance->status == InstanceStatus::inactive ? 0 : 1;
    for (const auto& [key, service] : cluster_.ledger().services())
      services += service->status == domain::ServiceStatus::active ? 1 : 0;
    same("the cluster", shown, "runningTasksCount", running);
    same("the cluster", shown, "registeredContainerInstancesCount", instances);
    same("the cluster", shown, "activeServicesCount", services);
  }

  Cluster& cluster_;
};

}  // namespace

void check_shown(Cluster& cluster) {
  Shown(cluster).check();
}

}  // namespace berth::sim
