#include "placement/scenario.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "placement/explain.h"
#include "placement/scale_in.h"

namespace berth::placement {
namespace {

/// Words separated by blanks; `{...}` keeps its blanks.
std::vector<std::string> split_words(std::string_view line) {
  std::vector<std::string> words;
  std::string word;
  int braces = 0;
  for (char c : line) {
    if (c == '{' && braces++ == 0) continue;
    if (c == '}' && --braces == 0) continue;
    if (c == ' ' && braces == 0) {
      if (!word.empty()) words.push_back(std::move(word)), word.clear();
      continue;
    }
    word += c;
  }
  if (!word.empty()) words.push_back(std::move(word));
  return words;
}

std::vector<std::string> split_list(const std::string& text, char separator = ',') {
  std::vector<std::string> parts;
  std::size_t start = 0;
  while (true) {
    std::size_t end = text.find(separator, start);
    parts.push_back(text.substr(start, end - start));
    if (end == std::string::npos) return parts;
    start = end + 1;
  }
}

std::vector<std::int32_t> split_ports(const std::string& text) {
  std::vector<std::int32_t> ports;
  for (const std::string& part : split_list(text)) {
    if (!part.empty()) ports.push_back(std::stoi(part));
  }
  return ports;
}

PortRequest parse_port(const std::string& text) {
  bool udp = text.find("/udp") != std::string::npos;
  return {std::stoi(text), udp ? Protocol::udp : Protocol::tcp};
}

InstanceStatus parse_status(const std::string& text) {
  for (auto status : {InstanceStatus::active, InstanceStatus::draining, InstanceStatus::inactive}) {
    if (to_string(status) == text) return status;
  }
  throw std::invalid_argument("status " + text);
}

/// A mistake in the script ends the line with its message: transcripts also show rejected requests.
template <class T>
T take(Result<T> result) {
  if (!result) throw std::invalid_argument(result.error().message);
  return std::move(*result);
}

PlacementRequest parse_request(const std::vector<std::pair<std::string, std::string>>& options) {
  PlacementRequest request;
  std::vector<RawConstraint> constraints;
  std::vector<RawStrategy> strategies;
  for (const auto& [key, value] : options) {
    if (key == "count") request.count = std::stoll(value);
    if (key == "group") request.group = value;
    if (key == "cpu") request.resources.cpu = std::stoll(value);
    if (key == "memory") request.resources.memory_mib = std::stoll(value);
    if (key == "port") request.resources.host_ports.push_back(parse_port(value));
    if (key == "range") request.resources.port_ranges.push_back({1, std::stoi(value), Protocol::tcp});
    if (key == "require") request.attributes.push_back({value, std::nullopt});
    if (key == "memberOf") constraints.push_back({"memberOf", value});
    if (key == "distinct") constraints.push_back({"distinctInstance", ""});
    if (key == "reserved-ports-max") request.reserved_ports_max = std::stoul(value);
    if (key == "strategy") {
      std::size_t colon = value.find(':');
      strategies.push_back(
          {value.substr(0, colon), colon == std::string::npos ? "" : value.substr(colon + 1)});
    }
  }
  request.constraints = take(parse_constraints(constraints));
  request.strategies = take(parse_strategies(strategies));
  return request;
}

std::string option(const std::vector<std::pair<std::string, std::string>>& options, std::string_view key,
                   std::string fallback = {}) {
  for (const auto& [name, value] : options) {
    if (name == key) return value;
  }
  return fallback;
}

}  // namespace

std::string ScenarioWorld::run(std::string_view line) {
  auto words = split_words(line);
  const std::string command = words.at(0);
  if (command == "filter") return filter(line.substr(line.find(' ') + 1));
  std::size_t first = command == "instance" ? 2 : 1;
  Options options;
  for (std::size_t i = first; i < words.size(); ++i) {
    std::size_t equals = words[i].find('=');
    options.emplace_back(words[i].substr(0, equals),
                         equals == std::string::npos ? "" : words[i].substr(equals + 1));
  }
  try {
    if (command == "instance") return change_instance(words.at(1), options);
    if (command == "run") return place(options, DefaultStrategy::even_random);
    if (command == "service") return place(options, DefaultStrategy::zones_then_hosts);
    if (command == "start") return start(options);
    if (command == "stop") return stop(options);
    if (command == "scale-in") return scale_in(options);
    if (command == "tasks") return list_tasks(options);
    if (command == "explain") return render_text(explain_placement(snapshot(), parse_request(options)));
  } catch (const std::invalid_argument& mistake) {
    return fmt::format("error: {}\n", mistake.what());
  }
  return fmt::format("error: unknown command {}\n", command);
}

std::string ScenarioWorld::change_instance(const std::string& name, const Options& options) {
  auto found =
      std::find_if(instances_.begin(), instances_.end(), [&](auto& view) { return view.arn == name; });
  if (found == instances_.end()) {
    InstanceView view;
    view.arn = name;
    view.ec2_instance_id = "i-" + name;
    view.zone = "a";
    view.registered_cpu = 1024;
    view.registered_memory_mib = 2048;
    found = instances_.insert(instances_.end(), view);
  }
  for (const auto& [key, value] : options) {
    if (key == "zone") found->zone = value;
    if (key == "cpu") found->registered_cpu = std::stoll(value);
    if (key == "memory") found->registered_memory_mib = std::stoll(value);
    if (key == "status") found->status = parse_status(value);
    if (key == "agent") found->agent_connected = value == "connected";
    if (key == "tcp") found->used_tcp = split_ports(value);
    if (key == "udp") found->used_udp = split_ports(value);
    if (key == "version") found->agent_version = value;
    if (key == "registered") found->registered_at = {std::stoll(value) * 1000};
    if (key == "attribute") {
      const std::string_view text = texts_.emplace_back(value);
      std::size_t colon = text.find(':');
      found->attributes.push_back(
          {text.substr(0, colon), colon == std::string::npos ? "" : text.substr(colon + 1)});
    }
  }
  found->remaining_cpu = found->registered_cpu;
  found->remaining_memory_mib = found->registered_memory_mib;
  return {};
}

VectorSnapshot ScenarioWorld::snapshot() const {
  VectorSnapshot result;
  for (const InstanceView& view : instances_) result.add(view);
  for (const Task& task : tasks_) {
    if (auto index = result.find(task.instance)) result.put_tasks(*index, task.group, 1, task.resources);
  }
  return result;
}

void ScenarioWorld::add_task(const PlacementRequest& request, const std::string& instance) {
  tasks_.push_back({fmt::format("t{:03}", next_task_++), request.group, instance, request.resources});
}

std::string ScenarioWorld::place(const Options& options, DefaultStrategy default_strategy) {
  PlacementRequest request = parse_request(options);
  request.default_strategy = default_strategy;
  auto before = snapshot();
  PlacementPlan plan = plan_placement(before, request, prng_);
  std::map<std::string, int> placed;
  for (std::size_t index : plan.placed) {
    ++placed[before.at(index).arn];
    add_task(request, before.at(index).arn);
  }
  std::string text;
  for (const auto& [name, count] : placed) text += fmt::format("{} x{}\n", name, count);
  if (plan.unplaced == 0) return text;
  if (default_strategy == DefaultStrategy::zones_then_hosts) {
    return text + fmt::format(
                      "event: (service {}) was unable to place a task because no container instance met all "
                      "of its requirements. {} {}\n",
                      request.group.substr(request.group.find(':') + 1), closest_match(plan),
                      explain_unplaced(plan));
  }
  text += fmt::format("{} not placed\n", plan.unplaced);
  for (const Failure& failure : failures_of(plan)) {
    text += fmt::format("failure {} {} ({})\n", failure.arn, failure.reason, failure.detail);
  }
  return text;
}

std::string ScenarioWorld::start(const Options& options) {
  PlacementRequest request = parse_request(options);
  std::string text;
  for (const std::string& name : split_list(option(options, "on"))) {
    auto world = snapshot();
    auto index = world.find(name);
    auto reasons = index ? check_instance(world, *index, request) : std::vector<Rejection>{};
    if (index && reasons.empty()) {
      add_task(request, name);
      text += fmt::format("{} x1\n", name);
      continue;
    }
    Failure failure = index ? failure_of(name, reasons) : missing_instance(name);
    text += fmt::format("failure {} {}{}\n", failure.arn, failure.reason,
                        failure.detail.empty() ? "" : " (" + failure.detail + ")");
  }
  return text;
}

std::string ScenarioWorld::stop(const Options& options) {
  std::string group = option(options, "group"), on = option(options, "on");
  int count = std::stoi(option(options, "count", "1000000"));
  for (auto task = tasks_.begin(); task != tasks_.end() && count > 0;) {
    bool stops = task->group == group && (on.empty() || task->instance == on);
    task = stops ? tasks_.erase(task) : task + 1;
    count -= stops;
  }
  return {};
}

std::string ScenarioWorld::scale_in(const Options& options) {
  PlacementRequest request = parse_request(options);
  auto world = snapshot();
  std::vector<StoppableTask> candidates;
  for (const Task& task : tasks_) {
    if (task.group != request.group) continue;
    const InstanceView* view = &world.at(*world.find(task.instance));
    int rank = view->status == InstanceStatus::active && view->agent_connected ? 1 : 0;
    candidates.push_back({task.id, task.instance, {}, view, rank, std::stoll(task.id.substr(1))});
  }
  std::string text;
  for (std::size_t chosen : choose_tasks_to_stop(candidates, request.count, request.strategies)) {
    text += fmt::format("stop a task on {}\n", candidates[chosen].instance);
    std::erase_if(tasks_, [&](const Task& task) { return task.id == candidates[chosen].id; });
  }
  return text;
}

std::string ScenarioWorld::list_tasks(const Options& options) const {
  auto world = snapshot();
  std::string text;
  for (std::size_t i = 0; i < world.size(); ++i) {
    const InstanceView& view = world.at(i);
    text += fmt::format("{} zone {}: {} (free: cpu {}, memory {})\n", view.arn, view.zone,
                        world.count_of_group(i, option(options, "group")), view.remaining_cpu,
                        view.remaining_memory_mib);
  }
  return text;
}

std::string ScenarioWorld::filter(std::string_view expression) const {
  auto query = parse_query(expression);
  if (!query) return fmt::format("error: {}\n", query.error().message);
  auto world = snapshot();
  std::string names;
  for (std::size_t i = 0; i < world.size(); ++i) {
    if (matches_filter(*query, world, i)) names += (names.empty() ? "" : " ") + world.at(i).arn;
  }
  return (names.empty() ? "none" : names) + "\n";
}

}  // namespace berth::placement
