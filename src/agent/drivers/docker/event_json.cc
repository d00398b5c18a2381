#include "agent/drivers/docker/event_json.h"

#include <charconv>

#include "agent/drivers/docker/container_json.h"
#include "agent/drivers/docker/json_fields.h"

namespace berth::agent::drivers::docker {
namespace {

using Kind = engine::ContainerEvent::Kind;
constexpr std::string_view kHealthPrefix = "health_status";

Kind kind_of(std::string_view action) {
  if (action == "create") return Kind::created;
  if (action == "start") return Kind::started;
  if (action == "die") return Kind::died;
  if (action == "oom") return Kind::oom;
  if (action == "destroy") return Kind::destroyed;
  if (action.starts_with(kHealthPrefix)) return Kind::health;
  return Kind::other;
}

engine::HealthStatus health_of(std::string_view action) {
  const auto colon = action.find(": ");
  if (colon == std::string_view::npos) return engine::HealthStatus::none;
  return parse_health_status(action.substr(colon + 2));
}

std::optional<std::int32_t> parse_exit_code(std::string_view text) {
  std::int32_t code = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), code);
  if (error != std::errc() || end != text.data() + text.size()) return {};
  return code;
}

WallTime time_of(const JsonObject& event) {
  if (const auto nanos = integer_member(event, "timeNano"); nanos > 0) return {nanos / 1'000'000};
  const auto seconds = integer_member(event, "time");
  return {seconds > 0 && seconds < (1LL << 40) ? seconds * 1000 : 0};
}

}  // namespace

Result<std::optional<engine::ContainerEvent>> parse_container_event(std::string_view line) {
  auto json = parse_json(line);
  if (!json) return json.error();
  const auto* event = json->if_object();
  if (event == nullptr) return invalid("an event is not a JSON object");
  const std::string type = text_member(*event, "Type");
  if (!type.empty() && type != "container") return std::optional<engine::ContainerEvent>();
  const JsonObject& actor = object_member(*event, "Actor");
  engine::ContainerEvent out;
  out.container_id = text_member(actor, "ID");
  if (out.container_id.empty()) out.container_id = text_member(*event, "id");
  out.action = text_member(*event, "Action");
  if (out.action.empty()) out.action = text_member(*event, "status");
  if (out.container_id.empty() || out.action.empty()) return std::optional<engine::ContainerEvent>();
  out.kind = kind_of(out.action);
  if (out.kind == Kind::health) out.health = health_of(out.action);
  out.labels = text_map(object_member(actor, "Attributes"));
  if (const auto code = out.labels.find("exitCode"); out.kind == Kind::died && code != out.labels.end())
    out.exit_code = parse_exit_code(code->second);
  // Docker mixes what it says itself into the labels.
  for (const char* own : {"image", "name", "exitCode", "signal", "execID", "execDuration"})
    out.labels.erase(own);
  out.at = time_of(*event);
  return std::optional(std::move(out));
}

}  // namespace berth::agent::drivers::docker
