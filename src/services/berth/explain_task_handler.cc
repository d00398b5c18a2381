#include <fmt/format.h>

#include "base/short_ids.h"
#include "controllers/service/facts.h"
#include "domain/build_task.h"
#include "scheduling/service_rules.h"
#include "scheduling/task_writes.h"
#include "services/berth/instance_document.h"
#include "services/berth/operations.h"
#include "services/ecs/core/lookup.h"

namespace berth::services::control {
namespace {

using domain::ContainerInstanceRecord;
using domain::ContainerStatus;
using domain::TaskRecord;
using domain::TaskStatus;
using model::control::ExplainTaskRequest;
using model::control::ExplainTaskResponse;

struct TaskWait {
  std::string code;
  std::string text;
};

std::string since_text(const std::optional<WallTime>& since, WallTime now) {
  return since ? fmt::format("since {} ({})", render_iso8601(*since), render_age(now - *since))
               : "for an unknown time";
}

std::string containers_in(const TaskRecord& task, ContainerStatus status) {
  std::string names;
  for (const auto& container : task.containers)
    if (container.status == status) names += (names.empty() ? "" : ", ") + container.name;
  return names;
}

std::vector<TaskWait> waits_of(const TaskRecord& task, const ContainerInstanceRecord* host, WallTime now) {
  std::vector<TaskWait> waits;
  if (task.last_status == TaskStatus::stopped) return waits;
  if (!host) {
    waits.push_back({"instance", "Its container instance is gone."});
    return waits;
  }
  if (!host->agent_connected)
    waits.push_back(
        {"agent", fmt::format("The agent of {} is not connected {}: nothing is heard of the task before "
                              "it is back. After --instance-grace the task is given up.",
                              host->ec2_instance_id, since_text(host->disconnected_at, now))});
  if (task.desired_status == TaskStatus::stopped) {
    waits.push_back({"stop", fmt::format("It was told to stop {} and has not stopped yet ({}).",
                                         since_text(task.stopping_at, now),
                                         task.stopped_reason.value_or("no reason given"))});
  } else if (task.last_status != TaskStatus::running) {
    if (!task.delivered)
      waits.push_back(
          {"delivery", fmt::format("The agent has not acknowledged the task yet, which was placed {} ago.",
                                   render_age(now - task.created_at))});
    else if (task.pull_started_at && !task.pull_stopped_at)
      waits.push_back(
          {"pull", fmt::format("Its images are being pulled {}.", since_text(task.pull_started_at, now))});
    else
      waits.push_back({"start", fmt::format("The agent has it; not running yet: {}.",
                                            containers_in(task, ContainerStatus::pending))});
  } else if (task.health_status == model::ecs::HealthStatus::unhealthy) {
    waits.push_back({"health", "It runs, and its container health check says UNHEALTHY."});
  }
  return waits;
}

JsonArray timeline_of(const TaskRecord& task) {
  JsonArray array;
  const auto add = [&](const std::optional<WallTime>& time, std::string_view what) {
    if (!time) return;
    JsonObject one;
    one["at"] = time_value(time);
    one["what"] = what;
    array.push_back(std::move(one));
  };
  add(task.created_at, "placed");
  add(task.pull_started_at, "pull started");
  add(task.pull_stopped_at, "pull ended");
  add(task.started_at, "running");
  add(task.stopping_at, "told to stop");
  add(task.execution_stopped_at, "containers stopped");
  add(task.stopped_at, "stopped");
  return array;
}

JsonArray containers_of(const TaskRecord& task) {
  JsonArray array;
  for (const auto& container : task.containers) {
    JsonObject one;
    one["name"] = container.name;
    one["status"] = to_string(container.status);
    if (container.exit_code) one["exitCode"] = *container.exit_code;
    if (container.reason) one["reason"] = *container.reason;
    if (container.health_status) one["healthStatus"] = to_string(*container.health_status);
    array.push_back(std::move(one));
  }
  return array;
}

JsonObject head_of(const TaskRecord& task, WallTime now) {
  JsonObject document;
  document["kind"] = "task";
  document["at"] = time_value(now);
  document["cluster"] = task.cluster;
  document["taskArn"] = task.arn;
  document["taskDefinitionArn"] = task.task_definition_arn;
  document["group"] = task.group;
  if (task.started_by) document["startedBy"] = *task.started_by;
  if (task.service_name) document["service"] = *task.service_name;
  document["lastStatus"] = to_string(task.last_status);
  document["desiredStatus"] = to_string(task.desired_status);
  document["holds"] = [&] {
    JsonObject holds;
    holds["cpu"] = task.cpu;
    holds["memory"] = task.memory;
    JsonArray ports;
    for (const auto port : task.tcp_ports) ports.emplace_back(fmt::format("{}/tcp", port));
    for (const auto port : task.udp_ports) ports.emplace_back(fmt::format("{}/udp", port));
    holds["hostPorts"] = std::move(ports);
    return holds;
  }();
  if (task.stop_code || task.stopped_reason) {
    JsonObject stop;
    if (task.stop_code) stop["code"] = to_string(*task.stop_code);
    stop["reason"] = task.stopped_reason.value_or("");
    document["stop"] = std::move(stop);
  }
  return document;
}

JsonObject instance_of(const TaskRecord& task, const ContainerInstanceRecord* host) {
  JsonObject object;
  object["containerInstanceArn"] = task.instance_arn;
  object["availabilityZone"] = task.availability_zone.value_or("");
  if (!host) return object;
  object["ec2InstanceId"] = host->ec2_instance_id;
  object["status"] = to_string(host->status);
  object["agentConnected"] = host->agent_connected;
  if (!host->agent_connected) object["agentDisconnectedAt"] = time_value(host->disconnected_at);
  return object;
}

// The request that the scheduler, or RunTask, would make for this task. What RunTask was asked for beyond the
// definition is not recorded.
Result<placement::PlacementRequest> request_of(const store::View& view, const TaskRecord& task,
                                               const domain::TaskPlan& plan, const domain::Limits& limits) {
  const domain::Realm realm{task.account, task.region};
  const auto* service =
      task.service_name
          ? view.find<domain::ServiceRecord>(store::service_key(realm, task.cluster, *task.service_name))
          : nullptr;
  if (!service) return scheduling::placement_request(plan, {}, {}, limits);
  auto request =
      scheduling::placement_request(plan, controllers::service::raw_constraints(*service->record),
                                    controllers::service::raw_strategies(*service->record), limits);
  if (request) request->default_strategy = placement::DefaultStrategy::zones_then_hosts;
  return request;
}

// "rank 1 of 3: …", "would not be chosen now: …".
std::string verdict(const JsonObject& decision, const std::string& instance_arn, std::string_view what) {
  for (const auto& one : decision.at("instances").as_array()) {
    const auto& instance = one.as_object();
    if (instance.at("containerInstanceArn").as_string() != instance_arn) continue;
    if (!instance.at("fits").as_bool())
      return fmt::format(
          "Its instance would not take it now: {}.",
          std::string_view(instance.at("reasons").as_array().at(0).as_object().at("detail").as_string()));
    const auto rank = instance.at("rank").as_int64();
    if (rank == 1)
      return fmt::format("{} would choose its instance again, or one that is equally good (rank 1 of {}).",
                         what, decision.at("fitting").as_int64());
    return fmt::format("{} would choose another instance now: its own has rank {} of {}.", what, rank,
                       decision.at("fitting").as_int64());
  }
  return "Its instance is gone.";
}

JsonObject why_document(const Call& call, const store::View& view, const domain::ClusterRecord& cluster,
                        const TaskRecord& task) {
  JsonObject why;
  why["recorded"] = false;
  why["note"] =
      task.service_name
          ? "Ranks are not recorded when a task is placed: this is the same decision made again on what is "
            "there now, without the task."
          : "Ranks, and the constraints and strategy of the RunTask call, are not recorded: this is the "
            "decision by the task definition alone, made again on what is there now, without the task.";
  const auto* definition = view.find<domain::TaskDefinitionRecord>(
      store::task_definition_key(call.realm, task.family, task.revision));
  if (!definition) {
    why["verdict"] = "Its task definition does not exist any more.";
    return why;
  }
  domain::TaskPlan plan{cluster, *definition->record};
  plan.group = task.group;
  plan.overrides = task.overrides ? &**task.overrides : nullptr;
  auto request = request_of(view, task, plan, call.deps.limits);
  if (!request) {
    why["verdict"] = request.error().message;
    return why;
  }
  const bool gone = task.last_status == TaskStatus::stopped;
  const ClusterSnapshot snapshot(view, call.realm, cluster.name, gone ? nullptr : &task);
  auto decision = decision_document(snapshot, *request, call.now);
  why["verdict"] = verdict(decision, task.instance_arn, task.service_name ? "The scheduler" : "RunTask");
  why["decision"] = std::move(decision);
  return why;
}

std::string summary_of(const TaskRecord& task, const std::vector<TaskWait>& waits, WallTime now) {
  if (task.last_status == TaskStatus::stopped)
    return fmt::format("It stopped {} ago: {}", render_age(now - task.stopped_at.value_or(now)),
                       task.stopped_reason.value_or("no reason given"));
  if (!waits.empty()) return waits.front().text;
  return fmt::format("It runs, for {}.", render_age(now - task.started_at.value_or(now)));
}

// The task that an id or ARN names, or a beginning of an id that no other task of the cluster has. Null when
// MISSING. Errors: InvalidParameterException, naming those that a beginning fits.
ApiResult<const store::Stored<TaskRecord>*> find_named(const Call& call, const store::View& view,
                                                       const domain::ClusterRecord& cluster,
                                                       const std::string& name) {
  if (const auto* exact = find_task(call, view, cluster, name)) return exact;
  const store::Stored<TaskRecord>* found = nullptr;
  std::string another;
  if (!may_be_short_id(name)) return found;
  const auto beginning = store::task_key(call.realm, cluster.name, name);
  view.walk<TaskRecord>(beginning, [&](const store::Stored<TaskRecord>& task) {
    if (!task.key.starts_with(beginning)) return false;
    if (found) another = task.record->id;
    if (!found) found = &task;
    return another.empty();
  });
  if (another.empty()) return found;
  return model::ecs::invalid_parameter_exception(
      fmt::format("{} is the beginning of several tasks, {} and {} among them: type more of it.", name,
                  found->record->id, another));
}

ApiResult<JsonObject> document_of(const Call& call, const store::View& view,
                                  const ExplainTaskRequest& request) {
  auto cluster = find_active_cluster_of(call, view, request.cluster, "task", request.task);
  if (!cluster) return cluster.take_error();
  auto named = find_named(call, view, **cluster, request.task);
  if (!named) return named.take_error();
  const auto* stored = *named;
  if (!stored)
    return model::ecs::invalid_parameter_exception(
        fmt::format("There is no task {} in cluster {}. Stopped tasks are forgotten after a while; a task "
                    "that could not be "
                    "placed never had an id: ask for the placement of its task definition.",
                    request.task, (*cluster)->name));
  const auto& task = *stored->record;
  const auto* found =
      view.find<ContainerInstanceRecord>(store::instance_key(call.realm, task.cluster, task.instance_id));
  const ContainerInstanceRecord* host = found ? found->record.get() : nullptr;
  const auto waits = waits_of(task, host, call.now);

  JsonObject document = head_of(task, call.now);
  document["summary"] = summary_of(task, waits, call.now);
  JsonArray list;
  for (const auto& wait : waits) {
    JsonObject one;
    one["code"] = wait.code;
    one["text"] = wait.text;
    list.push_back(std::move(one));
  }
  document["waits"] = std::move(list);
  document["instance"] = instance_of(task, host);
  document["timeline"] = timeline_of(task);
  document["containers"] = containers_of(task);
  document["why"] = why_document(call, view, **cluster, task);
  return document;
}

}  // namespace

Decision<ExplainTaskResponse> explain_task(const Call& call, const store::View& view,
                                           const ExplainTaskRequest& request) {
  auto document = document_of(call, view, request);
  if (!document) return document.take_error();
  ExplainTaskResponse response;
  response.document = render_json(JsonValue(std::move(*document)));
  return response;
}

}  // namespace berth::services::control
