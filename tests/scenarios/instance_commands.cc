#include <fmt/format.h>

#include <algorithm>

#include "base/assert.h"
#include "scenario_world.h"

namespace berth::scenarios {
namespace {

using domain::ContainerInstanceRecord;
using model::ecs::Resource;

std::vector<Resource> resources_of(const ScriptLine& line) {
  const std::string ports = line.text("reserved").value_or("22,2375,2376,51678");
  return {{.name = "CPU", .type = "INTEGER", .integer_value = line.number("cpu").value_or(1024)},
          {.name = "MEMORY", .type = "INTEGER", .integer_value = line.number("memory").value_or(2048)},
          {.name = "PORTS", .type = "STRINGSET", .string_set_value = split(ports, ',')},
          {.name = "PORTS_UDP", .type = "STRINGSET", .string_set_value = std::vector<std::string>{}}};
}

// What the gateway would note of an agent's session.
Async<void> set_connected(store::Store* store, runtime::Runtime* runtime, std::string id, bool connected) {
  store::Transaction transaction(runtime->ids().uuid(), domain::Writer::agent);
  {
    const auto view = co_await store->read();
    const auto* found = view.find<ContainerInstanceRecord>("123456789012/us-east-1/default/" + id);
    check(found != nullptr, "the instance of a scenario must exist");
    ContainerInstanceRecord record = *found->record;
    record.agent_connected = connected;
    record.disconnected_at.reset();
    if (!connected) record.disconnected_at = runtime->clock().wall();
    transaction.put(std::move(record));
  }
  const auto committed = co_await store->commit(std::move(transaction));
  check(committed.ok(), "nobody races for an instance in a scenario");
}

std::string resource_text(const std::vector<Resource>& resources) {
  std::string text;
  for (const auto& resource : resources) {
    if (resource.name == "PORTS_UDP") continue;
    text += fmt::format(" {} ", *resource.name);
    if (resource.integer_value) text += std::to_string(*resource.integer_value);
    if (resource.string_set_value) {
      auto ports = *resource.string_set_value;
      std::sort(ports.begin(), ports.end(), [](const auto& a, const auto& b) { return stoi(a) < stoi(b); });
      text += fmt::format("{}", fmt::join(ports, ","));
    }
  }
  return text;
}

}  // namespace

std::string ScenarioWorld::instance(const ScriptLine& line) {
  std::string printed;
  for (const auto& name : line.words) {
    model::ecs::RegisterContainerInstanceRequest request;
    request.cluster = "default";
    request.instance_identity_document =
        fmt::format(R"({{"BERTH_INSTANCE_ID":"i-{}","BERTH_AVAILABILITY_ZONE":"us-east-1{}"}})", name,
                    line.text("zone").value_or("a"));
    request.instance_identity_document_signature = "";
    request.total_resources = resources_of(line);
    request.attributes.emplace();
    for (const auto& given : line.all("attribute")) {
      const auto parts = split(given, ':');
      request.attributes->push_back({.name = parts[0], .value = parts.size() > 1 ? parts[1] : ""});
    }
    const auto answer = call(services::ecs::register_container_instance, std::move(request));
    if (!answer) {
      printed += error(answer.error());
      continue;
    }
    const std::string arn = *answer->container_instance->container_instance_arn;
    instance_ids_[name] = arn.substr(arn.rfind('/') + 1);
    sim_.run(node_, set_connected(&committer_, &node_.runtime(), instance_ids_[name], true));
  }
  return printed;
}

std::string ScenarioWorld::connect(const ScriptLine& line) {
  for (const auto& name : line.words)
    sim_.run(node_,
             set_connected(&committer_, &node_.runtime(), instance_ids_.at(name), line.command == "connect"));
  return {};
}

std::string ScenarioWorld::set_state(const ScriptLine& line) {
  std::vector<std::string> ids;
  for (const auto& name : line.words) ids.push_back(instance_ids_.at(name));
  const auto status = line.command == "drain" ? model::ecs::ContainerInstanceStatus::draining
                                              : model::ecs::ContainerInstanceStatus::active;
  const auto answer = call(services::ecs::update_container_instances_state,
                           {.cluster = "default", .container_instances = ids, .status = status});
  return answer ? failures(answer->failures) : error(answer.error());
}

std::string ScenarioWorld::deregister(const ScriptLine& line) {
  const auto answer = call(services::ecs::deregister_container_instance,
                           {.cluster = "default",
                            .container_instance = instance_ids_.at(line.word(0)),
                            .force = line.has("force")});
  if (!answer) return error(answer.error());
  return fmt::format("{} {}\n", line.word(0), answer->container_instance->status.value_or(""));
}

std::string ScenarioWorld::resources(const ScriptLine& line) {
  const auto answer =
      call(services::ecs::describe_container_instances,
           {.cluster = "default", .container_instances = {instance_ids_.at(line.word(0))}, .include = {}});
  if (!answer) return error(answer.error());
  std::string printed;
  for (const auto& shown : *answer->container_instances)
    printed += fmt::format(
        "{} {}{}: running {} pending {}\n  registered{}\n  remaining {}\n", line.word(0),
        shown.status.value_or(""), shown.agent_connected.value_or(false) ? "" : " (agent disconnected)",
        shown.running_tasks_count.value_or(0), shown.pending_tasks_count.value_or(0),
        resource_text(*shown.registered_resources), resource_text(*shown.remaining_resources));
  return printed;
}

}  // namespace berth::scenarios
