#include "agent/logs/log_destination.h"

#include <fmt/format.h>

#include "agent/engine/docker_mapping.h"

namespace berth::agent::logs {
namespace {

std::string option(const JsonObject& config, std::string_view name) {
  const auto* value = config.if_contains(name);
  return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::string_view last_part(std::string_view name) {
  return name.substr(name.rfind('/') + 1);
}

// API: LogConfiguration, awslogs-datetime-format; what strftime writes there.
std::string_view expression_of(char directive) {
  switch (directive) {
    case 'a':
      return "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)";
    case 'A':
      return "(?:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)";
    case 'b':
      return "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)";
    case 'B':
      return "(?:January|February|March|April|May|June|July|August|September|October|November|December)";
    case 'w':
      return "[0-6]";
    case 'd':
    case 'm':
    case 'y':
    case 'H':
    case 'I':
    case 'M':
    case 'S':
      return "[0-9]{2}";
    case 'Y':
      return "[0-9]{4}";
    case 'p':
      return "[A-Z]{2}";
    case 'f':
      return "[0-9]{6}";
    case 'L':
      return "[.][0-9]{3}";
    case 'z':
      return "[+-][0-9]{4}";
    case 'Z':
      return "[A-Z]{1,4}T";
    case 'j':
      return "[0-9]{3}";
    default:
      return {};
  }
}

}  // namespace

std::string datetime_expression(std::string_view format) {
  std::string out;
  for (std::size_t i = 0; i < format.size(); ++i) {
    if (format[i] == '%' && i + 1 < format.size()) {
      const auto expression = expression_of(format[i + 1]);
      if (!expression.empty()) {
        out += expression;
        ++i;
        continue;
      }
      if (format[i + 1] == '%') ++i;
    }
    if (std::string_view("\\.+*?()|[]{}^$").find(format[i]) != std::string_view::npos) out.push_back('\\');
    out.push_back(format[i]);
  }
  return out;
}

std::optional<LogDestination> find_log_destination(const engine::TaskState& task, std::size_t container,
                                                   std::string_view cluster, const std::string& region) {
  const auto& spec = task.spec.containers[container];
  const auto* said = spec.host_config.if_contains("LogConfig");
  const JsonObject log = said && said->is_object() ? said->get_object() : JsonObject();
  const std::string driver = option(log, "Type");
  LogDestination to;
  to.region = region;
  if (driver.empty()) {
    to.group = kContainersGroup;
    to.stream = fmt::format("{}/{}/{}", last_part(cluster), task.spec.id(), spec.name);
    to.create_group = true;
    return to;
  }
  if (driver != engine::kAwslogs) return std::nullopt;
  const auto* options = log.if_contains("Config");
  const JsonObject config = options && options->is_object() ? options->get_object() : JsonObject();
  to.group = option(config, "awslogs-group");
  if (to.group.empty()) return std::nullopt;
  if (auto named = option(config, "awslogs-region"); !named.empty()) to.region = std::move(named);
  to.create_group = option(config, "awslogs-create-group") == "true";
  const auto prefix = option(config, "awslogs-stream-prefix");
  to.stream = option(config, "awslogs-stream");
  if (!prefix.empty()) to.stream = fmt::format("{}/{}/{}", prefix, spec.name, task.spec.id());
  if (to.stream.empty()) to.stream = task.containers[container].docker_id;
  to.event_start = option(config, "awslogs-multiline-pattern");
  if (to.event_start.empty()) to.event_start = datetime_expression(option(config, "awslogs-datetime-format"));
  return to;
}

}  // namespace berth::agent::logs
