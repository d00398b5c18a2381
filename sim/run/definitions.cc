#include "sim/run/definitions.h"

#include <utility>

namespace berth::sim {
namespace {

constexpr std::int64_t kCpu = 128;
constexpr std::int64_t kMemoryMib = 128;

JsonObject container(const std::string& name, const std::string& image, std::int64_t share) {
  return JsonObject(
      {{"name", name}, {"image", image}, {"cpu", kCpu / share}, {"memory", kMemoryMib / share}});
}

JsonObject depending(const std::string& name, const std::string& on, const std::string& condition) {
  JsonObject made = container(name, "app", 2);
  JsonArray dependencies;
  dependencies.push_back(JsonObject({{"containerName", on}, {"condition", condition}}));
  made["dependsOn"] = std::move(dependencies);
  return made;
}

}  // namespace

JsonObject definition_request(const std::string& family, const std::string& image,
                              std::optional<std::int64_t> host_port) {
  JsonArray containers;
  if (image == "pair") {
    containers.push_back(container("early", "app", 2));
    containers.push_back(depending("late", "early", "START"));
  } else if (image == "prepared") {
    JsonObject first = container("prepare", "job-2", 2);
    first["essential"] = false;
    containers.push_back(std::move(first));
    containers.push_back(depending("prepared", "prepare", "SUCCESS"));
  } else {
    containers.push_back(container("main", image, 1));
  }
  if (host_port) {
    JsonArray mappings;
    mappings.push_back(JsonObject({{"containerPort", 80}, {"hostPort", *host_port}}));
    containers.at(0).get_object()["portMappings"] = std::move(mappings);
  }
  return JsonObject({{"family", family}, {"containerDefinitions", std::move(containers)}});
}

}  // namespace berth::sim
