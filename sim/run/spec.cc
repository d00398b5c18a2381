#include "sim/run/spec.h"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

namespace berth::sim {
namespace {

using Weights = std::map<std::string, std::int64_t>;

const std::vector<std::string>& list_actions() {
  static const std::vector<std::string> actions = {"run-task",       "stop-task",    "scale",    "deploy",
                                                   "delete-service", "drain",        "describe", "register",
                                                   "run-port",       "brief-cluster"};
  return actions;
}

bool parse_number(const std::string& text, std::int64_t& out) {
  if (text.empty() || text.find_first_not_of("0123456789") != std::string::npos || text.size() > 15)
    return false;
  out = std::atoll(text.c_str());
  return true;
}

bool parse_range(const std::string& text, Range& out) {
  const auto dots = text.find("..");
  if (dots == std::string::npos) return parse_number(text, out.low) && parse_number(text, out.high);
  return parse_number(text.substr(0, dots), out.low) && parse_number(text.substr(dots + 2), out.high) &&
         out.low <= out.high;
}

// "a:3 b:1"; names must be among `known` unless that is null.
bool parse_weights(const std::vector<std::string>& words, const std::vector<std::string>* known,
                   Weights& out) {
  for (const auto& word : words) {
    const auto colon = word.find(':');
    if (colon == std::string::npos) return false;
    const std::string name = word.substr(0, colon);
    if (known && std::ranges::find(*known, name) == known->end()) return false;
    if (!parse_number(word.substr(colon + 1), out[name])) return false;
  }
  return true;
}

bool assign(Spec& spec, const std::string& key, const std::vector<std::string>& words) {
  const std::map<std::string, Range*> ranges = {{"planes", &spec.planes},
                                                {"agents", &spec.agents},
                                                {"zones", &spec.zones},
                                                {"clients", &spec.clients},
                                                {"desired", &spec.desired}};
  const std::map<std::string, std::int64_t*> numbers = {{"seconds", &spec.seconds},
                                                        {"settle-seconds", &spec.settle_seconds},
                                                        {"think-seconds", &spec.think_seconds},
                                                        {"ports-percent", &spec.ports_percent},
                                                        {"metrics-percent", &spec.metrics_percent},
                                                        {"fault-percent", &spec.fault_percent},
                                                        {"daemon-percent", &spec.daemon_percent},
                                                        {"constraint-percent", &spec.constraint_percent},
                                                        {"gone-percent", &spec.gone_percent},
                                                        {"drained-percent", &spec.drained_percent},
                                                        {"cpus", &spec.cpus},
                                                        {"tight", &spec.tight},
                                                        {"tunables-percent", &spec.tunables_percent},
                                                        {"seeds", &spec.seeds}};
  if (words.empty()) return false;
  if (const auto found = ranges.find(key); found != ranges.end())
    return parse_range(words[0], *found->second);
  if (const auto found = numbers.find(key); found != numbers.end())
    return parse_number(words[0], *found->second);
  if (key == "actions") return parse_weights(words, &list_actions(), spec.actions);
  if (key == "images") return parse_weights(words, nullptr, spec.images);
  if (key == "faults") return parse_weights(words, &list_faults(), spec.faults);
  if (key != "probes") return false;
  spec.probes.insert(spec.probes.end(), words.begin(), words.end());
  return true;
}

}  // namespace

const std::vector<std::string>& list_faults() {
  static const std::vector<std::string> faults = {
      "plane-kill",    "plane-crash-loop", "store-fails",  "store-slow",    "net-loss",    "net-delay",
      "partition",     "one-way",          "plane-cut",    "clog",          "agent-kill",  "agent-storm",
      "host-loss",     "docker-restart",   "docker-calls", "docker-events", "docker-slow", "container-exit",
      "container-oom", "registry-down",    "clock-step",   "clock-drift",   "buggify",     "container-return",
      "disk-rollback", "disk-loss"};
  return faults;
}

Result<Spec> parse_spec(std::string name, std::string_view text) {
  Spec spec;
  spec.name = std::move(name);
  std::istringstream lines{std::string(text)};
  int number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    if (line.starts_with("# ") && spec.goal.empty()) spec.goal = line.substr(2);
    if (const auto hash = line.find('#'); hash != std::string::npos) line.erase(hash);
    std::istringstream parts(line);
    std::string key;
    if (!(parts >> key)) continue;
    std::vector<std::string> words;
    for (std::string word; parts >> word;) words.push_back(word);
    if (!assign(spec, key, words))
      return invalid(fmt::format("{}.spec line {}: '{}'", spec.name, number, line));
  }
  if (spec.actions.empty()) spec.actions = {{"run-task", 3}, {"stop-task", 2}, {"scale", 2}, {"deploy", 1}};
  if (spec.images.empty()) spec.images = {{"app", 6}, {"job-20", 2}};
  return spec;
}

}  // namespace berth::sim
