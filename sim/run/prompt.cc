#include "sim/run/prompt.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace berth::sim {
namespace {

using domain::TaskStatus;

// Commits, a watch of a shared store, and messages: far less than any period of anybody's looking.
constexpr Duration kAtOnce = std::chrono::seconds(3);
constexpr Duration kStarted = std::chrono::minutes(2);
constexpr int kPromptTriesMax = 20;

class Prompt {
 public:
  explicit Prompt(Cluster& cluster) : cluster_(cluster) {}

  void check() {
    check_tasks();
    check_service();
  }

 private:
  JsonObject call(const std::string& operation, const JsonObject& request) {
    auto& client = cluster_.client(0);
    for (int i = 0; i < kPromptTriesMax; ++i) {
      JsonObject copy = request;
      auto outcome = cluster_.world().run(client.node(), client.call(operation, std::move(copy)));
      if (const auto* answer = answer_of(outcome)) return *answer;
    }
    fail(operation + " is not answered");
    return {};
  }
  void fail(std::string text) { cluster_.violations().add("prompt", std::move(text)); }
  bool wait(const std::function<bool()>& done, Duration limit) {
    const auto end = cluster_.world().now() + limit;
    while (!done() && cluster_.world().now() < end) cluster_.world().run_for(std::chrono::milliseconds(100));
    return done();
  }

  void check_tasks() {
    std::vector<std::string> arns;
    const JsonObject answer = call("RunTask", JsonObject({{"taskDefinition", "app"}, {"count", 2}}));
    const auto* tasks = answer.if_contains("tasks");
    if (!tasks) return;
    for (const auto& task : tasks->get_array())
      arns.push_back(agent::session::text_of(task.get_object(), "taskArn"));
    const auto told = [&](bool stop) {
      return std::ranges::all_of(arns,
                                 [&](const auto& arn) { return cluster_.deliveries().was_told(arn, stop); });
    };
    const auto reached = [&](TaskStatus status) {
      return std::ranges::all_of(arns, [&](const auto& arn) {
        const auto* task = cluster_.ledger().find_task(arn);
        return task && task->last_status == status;
      });
    };
    if (!wait([&] { return told(false); }, kAtOnce)) fail("agents were not told at once to start tasks");
    if (!wait([&] { return reached(TaskStatus::running); }, kStarted)) fail("tasks did not start");
    for (const auto& arn : arns) call("StopTask", JsonObject({{"task", arn}}));
    if (!wait([&] { return told(true); }, kAtOnce)) fail("agents were not told at once to stop tasks");
    if (!wait([&] { return reached(TaskStatus::stopped); }, kStarted)) fail("tasks did not stop");
  }

  void check_service() {
    const domain::ServiceRecord* service = nullptr;
    for (const auto& [key, each] : cluster_.ledger().services())
      if (each->status == domain::ServiceStatus::active && each->desired_count > 0 &&
          each->scheduling_strategy == model::ecs::SchedulingStrategy::replica)
        service = each.get();
    if (!service) return;
    const std::string name = service->name;
    const std::int32_t wanted = service->desired_count;
    const auto count = [&](TaskStatus desired) {
      return std::ranges::count_if(cluster_.ledger().tasks(), [&](const auto& entry) {
        const auto& task = *entry.second;
        return task.service_name == name && task.last_status != TaskStatus::stopped &&
               task.desired_status == desired;
      });
    };
    const auto set = [&](std::int32_t desired) {
      call("UpdateService", JsonObject({{"service", name}, {"desiredCount", desired}}));
      if (!wait([&] { return count(TaskStatus::running) == desired; }, kAtOnce))
        fail(fmt::format("{} did not go to {} tasks at once", name, desired));
    };
    set(wanted - 1);
    wait([&] { return cluster_.unsettled().empty(); }, kStarted);
    set(wanted);
    if (!wait([&] { return cluster_.unsettled().empty(); }, kStarted))
      fail(name + " did not become steady again");
  }

  Cluster& cluster_;
};

}  // namespace

void check_prompt(Cluster& cluster) {
  Prompt(cluster).check();
}

}  // namespace berth::sim
