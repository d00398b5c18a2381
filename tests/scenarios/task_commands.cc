#include <fmt/format.h>

#include <map>

#include "scenario_world.h"
#include "scheduling/task_writes.h"

namespace berth::scenarios {
namespace {

using domain::TaskRecord;
using domain::TaskStatus;

const std::string kClusterKey = "123456789012/us-east-1/default";

// Where the task of a group is looked up: "web" is the service, "family:job" what RunTask started.
std::string group_of(const std::string& word) {
  return word.find(':') == std::string::npos ? "service:" + word : word;
}

model::ecs::ContainerDefinition container(const ScriptLine& line, const std::string& name) {
  model::ecs::ContainerDefinition container;
  container.name = name;
  container.image = line.text("image").value_or("busybox");
  container.cpu = line.number("cpu").value_or(10);
  container.memory = line.number("memory").value_or(16);
  container.essential = true;
  if (line.has("health")) container.health_check.emplace().command = {"CMD-SHELL", "true"};
  return container;
}

}  // namespace

std::string ScenarioWorld::define(const ScriptLine& line) {
  model::ecs::RegisterTaskDefinitionRequest request;
  request.family = line.word(0);
  const auto names = split(line.text("containers").value_or("main"), ',');
  for (const auto& name : names) request.container_definitions.push_back(container(line, name));
  for (const auto& port : line.all("port")) {
    auto& mappings = request.container_definitions.front().port_mappings;
    if (!mappings) mappings.emplace();
    mappings->push_back({.container_port = stoi(port), .host_port = stoi(port)});
  }
  const auto answer = call(services::ecs::register_task_definition, std::move(request));
  if (!answer) return error(answer.error());
  return fmt::format("{}:{}\n", line.word(0), answer->task_definition->revision.value_or(0));
}

std::string ScenarioWorld::deregister_definition(const ScriptLine& line) {
  const auto answer = call(services::ecs::deregister_task_definition, {.task_definition = line.word(0)});
  return answer ? std::string() : error(answer.error());
}

std::string ScenarioWorld::started(const std::optional<std::vector<model::ecs::Task>>& tasks) {
  std::map<std::string, int> counts;
  if (tasks)
    for (const auto& task : *tasks) {
      const std::string arn = task.container_instance_arn.value_or("");
      ++counts[readable(arn.substr(arn.rfind('/') + 1))];
    }
  std::string printed;
  for (const auto& [name, count] : counts) printed += fmt::format("{} x{}\n", name, count);
  return printed;
}

std::string ScenarioWorld::run_task(const ScriptLine& line) {
  std::map<std::string, int> reasons;
  std::vector<model::ecs::Task> all;
  std::string printed;
  for (int i = 0; i < line.number("times").value_or(1); ++i) {
    model::ecs::RunTaskRequest request;
    request.task_definition = line.word(0);
    request.count = line.number("count").value_or(1);
    request.placement_constraints = constraints_of(line);
    const auto answer = call(services::ecs::run_task, std::move(request));
    if (!answer) return error(answer.error());
    all.insert(all.end(), answer->tasks->begin(), answer->tasks->end());
    for (const auto& failed : split(failures(answer->failures), '\n'))
      if (!failed.empty()) ++reasons[failed];
  }
  printed = started(all);
  for (const auto& [reason, count] : reasons)
    printed += count == 1 ? reason + "\n" : fmt::format("{} ({} times)\n", reason, count);
  return printed;
}

std::string ScenarioWorld::start_task(const ScriptLine& line) {
  model::ecs::StartTaskRequest request;
  request.task_definition = line.word(0);
  for (const auto& name : split(line.text("on").value_or(""), ',')) {
    const auto found = instance_ids_.find(name);
    request.container_instances.push_back(found == instance_ids_.end() ? name : found->second);
  }
  const auto answer = call(services::ecs::start_task, std::move(request));
  return answer ? started(answer->tasks) + failures(answer->failures) : error(answer.error());
}

std::string ScenarioWorld::find_running(const std::string& group, const std::string& instance) {
  std::string found;
  look([&](const store::View& view) {
    view.walk<TaskRecord>("", [&](const store::Stored<TaskRecord>& task) {
      const bool fits = task.record->group == group && task.record->last_status == TaskStatus::running &&
                        task.record->desired_status == TaskStatus::running &&
                        (instance.empty() || task.record->instance_id == instance_ids_[instance]);
      if (fits) found = task.key;
      return !fits;
    });
  });
  return found;
}

std::string ScenarioWorld::stop_task(const ScriptLine& line) {
  const std::string key = find_running(group_of(line.word(0)), line.text("on").value_or(""));
  if (key.empty()) return "there is no such task\n";
  const auto answer =
      call(services::ecs::stop_task,
           {.cluster = "default", .task = key.substr(key.rfind('/') + 1), .reason = line.text("reason")});
  return answer ? std::string() : error(answer.error());
}

std::string ScenarioWorld::kill(const ScriptLine& line) {
  const std::string key = find_running(group_of(line.word(0)), line.text("on").value_or(""));
  if (key.empty()) return "there is no such task\n";
  agents_.kill(key);
  return {};
}

std::string ScenarioWorld::tasks(const ScriptLine& line) {
  std::map<std::string, std::map<std::string, int>> hosts;
  std::map<std::string, std::string> zones;
  look([&](const store::View& view) {
    for (const auto& [sort, task] : view.group(store::kUnstoppedTasks, kClusterKey)) {
      const TaskRecord& record = *task->record;
      if (record.group != group_of(line.word(0))) continue;
      const bool leaving = record.desired_status == TaskStatus::stopped;
      const auto what = fmt::format("{} {}:{}", leaving ? "stopping" : to_string(record.last_status),
                                    record.family, record.revision);
      const std::string name = readable(record.instance_id);
      ++hosts[name][what];
      zones[name] = record.availability_zone.value_or("");
    }
  });
  std::string printed;
  for (const auto& [name, states] : hosts) {
    printed += fmt::format("{} ({}):", name, zones[name]);
    for (const auto& [what, count] : states) printed += fmt::format(" {} {}", count, what);
    printed += "\n";
  }
  return printed.empty() ? "none\n" : printed;
}

std::string ScenarioWorld::stopped(const ScriptLine& line) {
  std::map<std::string, int> reasons;
  look([&](const store::View& view) {
    view.walk<TaskRecord>("", [&](const store::Stored<TaskRecord>& task) {
      const TaskRecord& record = *task.record;
      if (record.last_status != TaskStatus::stopped || record.group != group_of(line.word(0))) return true;
      auto text = fmt::format("{}: {}", record.stop_code ? to_string(*record.stop_code) : "",
                              record.stopped_reason.value_or(""));
      const auto& exit_code = record.containers.front().exit_code;
      if (exit_code) text += fmt::format(" (exit code {})", *exit_code);
      ++reasons[readable(std::move(text))];
      return true;
    });
  });
  std::string printed;
  for (const auto& [reason, count] : reasons) printed += fmt::format("{} x {}\n", count, reason);
  return printed.empty() ? "none\n" : printed;
}

}  // namespace berth::scenarios
