#include "bin/berth/log_places.h"

#include <fmt/format.h>

#include <string_view>

namespace berth::cli {
namespace {

constexpr std::string_view kContainersGroup = "/berth/containers";

std::string member_text(const JsonObject& object, std::string_view name) {
  const auto* member = object.if_contains(name);
  return member && member->is_string() ? std::string(member->get_string()) : std::string();
}

JsonObject member_object(const JsonObject& of, std::string_view name) {
  const auto* member = of.if_contains(name);
  return member && member->is_object() ? member->get_object() : JsonObject();
}

const JsonArray& member_list(const JsonObject& of, std::string_view name) {
  static const JsonArray kNone;
  const auto* member = of.if_contains(name);
  return member && member->is_array() ? member->get_array() : kNone;
}

std::string last_part(const std::string& arn) {
  return arn.substr(arn.rfind('/') + 1);
}

std::string runtime_id(const JsonObject& task, const std::string& container) {
  for (const auto& one : member_list(task, "containers"))
    if (one.is_object() && member_text(one.get_object(), "name") == container)
      return member_text(one.get_object(), "runtimeId");
  return {};
}

}  // namespace

std::vector<LogPlace> find_log_places(const JsonObject& task, const JsonObject& definition,
                                      const std::string& region) {
  const auto id = last_part(member_text(task, "taskArn"));
  std::vector<LogPlace> places;
  for (const auto& one : member_list(definition, "containerDefinitions")) {
    if (!one.is_object()) continue;
    const auto name = member_text(one.get_object(), "name");
    const auto log = member_object(one.get_object(), "logConfiguration");
    const auto options = member_object(log, "options");
    LogPlace place;
    place.container = name;
    place.task_id = id;
    place.region = region;
    const auto driver = member_text(log, "logDriver");
    if (driver.empty()) {
      place.group = kContainersGroup;
      place.stream = fmt::format("{}/{}/{}", last_part(member_text(task, "clusterArn")), id, name);
    } else if (driver == "awslogs") {
      if (auto named = member_text(options, "awslogs-region"); !named.empty())
        place.region = std::move(named);
      place.group = member_text(options, "awslogs-group");
      const auto prefix = member_text(options, "awslogs-stream-prefix");
      place.stream = prefix.empty() ? runtime_id(task, name) : fmt::format("{}/{}/{}", prefix, name, id);
    } else {
      place.other_driver = driver;
    }
    places.push_back(std::move(place));
  }
  return places;
}

}  // namespace berth::cli
