#include "agent/drivers/docker/system_json.h"

#include "agent/drivers/docker/json_fields.h"

namespace berth::agent::drivers::docker {
namespace {

std::vector<std::string> texts_of(const JsonArray& array) {
  std::vector<std::string> out;
  for (const auto& value : array)
    if (value.is_string()) out.push_back(text_of(value));
  return out;
}

Result<JsonObject> parse_object(std::string_view text, std::string_view what) {
  auto json = parse_json(text);
  if (!json) return json.error();
  if (!json->is_object()) return invalid(std::string(what) + " is not a JSON object");
  return std::move(json->get_object());
}

JsonObject object_of(const std::map<std::string, std::string>& texts) {
  JsonObject object;
  for (const auto& [key, value] : texts) object[key] = value;
  return object;
}

}  // namespace

Result<engine::EngineVersion> parse_engine_version(std::string_view text) {
  auto json = parse_object(text, "the version");
  if (!json) return json.error();
  return engine::EngineVersion{text_member(*json, "Version"),       text_member(*json, "ApiVersion"),
                               text_member(*json, "MinAPIVersion"), text_member(*json, "Os"),
                               text_member(*json, "Arch"),          text_member(*json, "KernelVersion")};
}

Result<engine::EngineInfo> parse_engine_info(std::string_view text) {
  auto json = parse_object(text, "the information");
  if (!json) return json.error();
  engine::EngineInfo out;
  out.cpus = small_member(*json, "NCPU");
  out.memory_bytes = integer_member(*json, "MemTotal");
  out.operating_system = text_member(*json, "OperatingSystem");
  out.cgroup_driver = text_member(*json, "CgroupDriver");
  out.cgroup_version = text_member(*json, "CgroupVersion");
  if (out.cgroup_version.empty()) out.cgroup_version = "1";  // Engines that do not say know no other.
  const JsonObject& plugins = object_member(*json, "Plugins");
  out.log_driver = text_member(*json, "LoggingDriver");
  out.log_drivers = texts_of(array_member(plugins, "Log"));
  out.volume_plugins = texts_of(array_member(plugins, "Volume"));
  out.id = text_member(*json, "ID");
  out.security_options = texts_of(array_member(*json, "SecurityOptions"));
  return out;
}

Result<engine::VolumeInfo> parse_volume_info(std::string_view text) {
  auto json = parse_object(text, "a volume");
  if (!json) return json.error();
  engine::VolumeInfo out{text_member(*json, "Name"), text_member(*json, "Driver"),
                         text_member(*json, "Mountpoint"), text_map(object_member(*json, "Options")),
                         text_map(object_member(*json, "Labels"))};
  if (out.name.empty()) return invalid("a volume without Name");
  return out;
}

std::string render_volume_config(const engine::VolumeConfig& config) {
  JsonObject body;
  body["Name"] = config.name;
  body["Driver"] = config.driver;
  body["DriverOpts"] = object_of(config.driver_options);
  body["Labels"] = object_of(config.labels);
  return render_json(body);
}

}  // namespace berth::agent::drivers::docker
