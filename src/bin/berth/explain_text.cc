#include "bin/berth/explain_text.h"

#include <fmt/format.h>

#include <map>
#include <set>
#include <vector>

#include "base/short_ids.h"
#include "simulate/text_table.h"

namespace berth::cli {
namespace {

using simulate::TextTable;

// Documents come from berthd, maybe of another version: what is absent reads as empty.
const JsonValue* find(const JsonObject& object, std::string_view key) {
  return object.if_contains(key);
}

std::string text(const JsonObject& object, std::string_view key) {
  const auto* value = find(object, key);
  if (!value || value->is_null()) return "";
  if (value->is_string()) return std::string(value->get_string());
  return render_json(*value);
}

std::int64_t number(const JsonObject& object, std::string_view key) {
  const auto* value = find(object, key);
  return value && value->is_int64() ? value->get_int64() : 0;
}

const JsonObject& object_at(const JsonObject& object, std::string_view key) {
  static const JsonObject none;
  const auto* value = find(object, key);
  return value && value->is_object() ? value->get_object() : none;
}

std::vector<JsonObject> objects(const JsonObject& object, std::string_view key) {
  std::vector<JsonObject> list;
  const auto* value = find(object, key);
  if (value && value->is_array())
    for (const auto& one : value->get_array())
      if (one.is_object()) list.push_back(one.get_object());
  return list;
}

std::string id_of(const std::string& arn) {
  return arn.substr(arn.rfind('/') + 1);
}

std::string joined(const JsonObject& object, std::string_view key) {
  std::string list;
  const auto* value = find(object, key);
  if (value && value->is_array())
    for (const auto& one : value->get_array())
      list +=
          (list.empty() ? "" : ", ") + (one.is_string() ? std::string(one.get_string()) : render_json(one));
  return list;
}

// The container instances of a decision, as short as tells them apart.
using Shortened = std::map<std::string, std::string, std::less<>>;
Shortened short_instances(const JsonObject& decision) {
  std::set<std::string> ids;
  for (const auto& instance : objects(decision, "instances"))
    ids.insert(id_of(text(instance, "containerInstanceArn")));
  return short_ids(ids);
}

// As the table of the decision shows it.
std::string brief(const Shortened& shortened, const std::string& arn) {
  const auto found = shortened.find(id_of(arn));
  return found == shortened.end() ? id_of(arn) : found->second;
}

std::string free_of(const JsonObject& instance, std::string_view what) {
  return fmt::format("{}/{}", number(object_at(instance, "remaining"), what),
                     number(object_at(instance, "registered"), what));
}

std::string result_of(const JsonObject& instance) {
  std::string result;
  for (const auto& reason : objects(instance, "reasons"))
    result += (result.empty() ? "" : "; ") + text(reason, "detail");
  if (!result.empty()) return result;
  result = fmt::format("fits, rank {}", number(instance, "rank"));
  for (const auto& value : objects(instance, "rankedBy"))
    result += fmt::format("{} {} {}", result.find(':') == std::string::npos ? ":" : ",",
                          number(value, "value"), text(value, "key"));
  return result;
}

std::string needs_text(const JsonObject& needs) {
  std::string line = fmt::format("{} CPU units, {} MiB", number(needs, "cpu"), number(needs, "memory"));
  for (const char* key : {"hostPorts", "attributes", "constraints"})
    if (const auto list = joined(needs, key); !list.empty())
      line += fmt::format("; {} {}", key == std::string_view("hostPorts") ? "host ports" : key, list);
  return line;
}

std::string decision_text(const JsonObject& decision) {
  if (decision.empty()) return "";
  std::string lines =
      fmt::format("needs     {}\nstrategy  {}\n{}\n", needs_text(object_at(decision, "needs")),
                  text(decision, "strategy"), text(decision, "summary"));
  TextTable table({"INSTANCE", "HOST", "ZONE", "CPU FREE", "MEMORY FREE", "TASKS", "OF GROUP", "RESULT"});
  const auto shortened = short_instances(decision);
  for (const auto& instance : objects(decision, "instances")) {
    table.add({brief(shortened, text(instance, "containerInstanceArn")), text(instance, "ec2InstanceId"),
               text(instance, "availabilityZone"), free_of(instance, "cpu"), free_of(instance, "memory"),
               text(instance, "tasks"), text(instance, "groupTasks"), result_of(instance)});
    for (const auto& reason : objects(instance, "reasons")) table.note("to fit: " + text(reason, "remedy"));
  }
  return table.empty() ? lines : lines + table.render();
}

std::string waits_text(const JsonObject& document) {
  std::string lines;
  for (const auto& wait : objects(document, "waits")) {
    lines += fmt::format("  {:<11} {}\n", text(wait, "code"), text(wait, "text"));
    if (const auto tasks = joined(wait, "tasks"); !tasks.empty())
      lines += fmt::format("              {}\n", tasks);
  }
  return lines.empty() ? "" : "waits for\n" + lines;
}

std::string placement_text(const JsonObject& document) {
  std::string lines = fmt::format("{} of {}, {} wanted\n", text(document, "taskDefinition"),
                                  text(document, "cluster"), number(document, "count"));
  const auto shortened = short_instances(object_at(document, "decision"));
  for (const auto& placed : objects(document, "placed"))
    lines +=
        fmt::format("  {} on {} ({})\n", number(placed, "tasks"),
                    brief(shortened, text(placed, "containerInstanceArn")), text(placed, "availabilityZone"));
  if (number(document, "unplaced") > 0)
    lines +=
        fmt::format("  {} nowhere: {}\n", number(document, "unplaced"), text(document, "unplacedBecause"));
  return lines + "\n" + decision_text(object_at(document, "decision"));
}

std::string task_text(const JsonObject& document) {
  const auto& instance = object_at(document, "instance");
  const auto& why = object_at(document, "why");
  const auto shortened = short_instances(object_at(why, "decision"));
  std::string lines = fmt::format("task {} ({}, {})\n{}\n", id_of(text(document, "taskArn")),
                                  id_of(text(document, "taskDefinitionArn")), text(document, "group"),
                                  text(document, "summary"));
  lines +=
      fmt::format("status    {}, wanted {}\n", text(document, "lastStatus"), text(document, "desiredStatus"));
  lines += fmt::format(
      "instance  {} {} in {}: {}, agent {}\n", brief(shortened, text(instance, "containerInstanceArn")),
      text(instance, "ec2InstanceId"), text(instance, "availabilityZone"), text(instance, "status"),
      text(instance, "agentConnected") == "true" ? "connected" : "not connected");
  lines += waits_text(document);
  TextTable timeline({"WHEN", "WHAT"});
  for (const auto& step : objects(document, "timeline")) timeline.add({text(step, "at"), text(step, "what")});
  lines += "\n" + timeline.render();
  TextTable containers({"CONTAINER", "STATUS", "EXIT", "REASON"});
  for (const auto& one : objects(document, "containers"))
    containers.add({text(one, "name"), text(one, "status"), text(one, "exitCode"), text(one, "reason")});
  lines += "\n" + containers.render();
  return lines + fmt::format("\nWhy there? {}\n{}\n", text(why, "verdict"), text(why, "note")) +
         decision_text(object_at(why, "decision"));
}

std::string counts_text(const JsonObject& counts) {
  return fmt::format("{} running ({} healthy), {} pending, {} stopping", number(counts, "running"),
                     number(counts, "healthy"), number(counts, "pending"), number(counts, "stopping"));
}

std::string deployments_text(const JsonObject& document) {
  TextTable table({"DEPLOYMENT", "STATUS", "TASK DEFINITION", "ROLLOUT", "DESIRED", "RUNNING", "HEALTHY",
                   "PENDING", "FAILED", "NEXT START"});
  for (const auto& one : objects(document, "deployments")) {
    const auto& tasks = object_at(one, "tasks");
    const auto& breaker = object_at(one, "circuitBreaker");
    const auto failed =
        text(breaker, "enabled") == "true"
            ? fmt::format("{} of {}", number(breaker, "failedTasks"), number(breaker, "threshold"))
            : text(breaker, "failedTasks");
    table.add({text(one, "id"), text(one, "status"), id_of(text(one, "taskDefinition")),
               text(one, "rolloutState"), text(one, "desired"), text(tasks, "running"),
               text(tasks, "healthy"), text(tasks, "pending"), failed, text(one, "nextStartAt")});
  }
  return table.empty() ? "" : "\n" + table.render();
}

std::string service_text(const JsonObject& document) {
  const auto& bounds = object_at(document, "bounds");
  const auto& next = object_at(document, "next");
  std::string lines =
      fmt::format("service {} in {}: {}, {}\n{}\n", text(document, "service"), text(document, "cluster"),
                  text(document, "status"), text(document, "schedulingStrategy"), text(document, "summary"));
  lines += fmt::format("tasks     {} desired, {}\n", number(document, "desired"),
                       counts_text(object_at(document, "tasks")));
  lines += fmt::format("bounds    at least {} healthy ({}%), at most {} at a time ({}%)\n",
                       number(bounds, "healthyMin"), number(bounds, "minimumHealthyPercent"),
                       number(bounds, "tasksMax"), number(bounds, "maximumPercent"));
  lines +=
      fmt::format("next      starts {}, stops {}", number(next, "starts"), objects(next, "stops").size());
  if (const auto again = text(next, "lookAgainAt"); !again.empty())
    lines += fmt::format("; looks again at {}", again);
  lines += "\n" + waits_text(document) + deployments_text(document);
  for (const auto& failure : objects(document, "failures"))
    lines += fmt::format("\nfailed at {}: task {}: {}", text(failure, "stoppedAt"),
                         id_of(text(failure, "taskArn")), text(failure, "stoppedReason"));
  if (!objects(document, "failures").empty()) lines += "\n";
  if (!objects(document, "events").empty()) lines += "\nnewest events\n";
  for (const auto& event : objects(document, "events"))
    lines += fmt::format("  {}  {}\n", text(event, "createdAt"), text(event, "message"));
  return lines + "\nWhere the next task would go\n" + decision_text(object_at(document, "decision"));
}

}  // namespace

std::string render_explanation(const JsonObject& document) {
  const auto kind = text(document, "kind");
  if (kind == "task") return task_text(document);
  if (kind == "service") return service_text(document);
  if (kind == "placement") return placement_text(document);
  return render_json(JsonValue(document)) + "\n";
}

}  // namespace berth::cli
