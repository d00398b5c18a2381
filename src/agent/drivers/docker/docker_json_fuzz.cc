// Goal: no bytes from Docker, a registry's configuration or a proxy in between make a parser misbehave.
// Method: the first byte chooses the parser; what it yields is held to its contract.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "agent/drivers/docker/api_version.h"
#include "agent/drivers/docker/container_json.h"
#include "agent/drivers/docker/docker_time.h"
#include "agent/drivers/docker/event_json.h"
#include "agent/drivers/docker/failure.h"
#include "agent/drivers/docker/image_json.h"
#include "agent/drivers/docker/json_lines.h"
#include "agent/drivers/docker/registry_auth.h"
#include "agent/drivers/docker/stats_json.h"
#include "agent/drivers/docker/system_json.h"

namespace {
using namespace berth::agent::drivers::docker;

void require(bool condition) {
  if (!condition) std::abort();
}

void check_container(std::string_view input) {
  const auto info = parse_container_info(input);
  if (!info) return;
  require(!info->id.empty() && info->health.output.size() <= 1024);
  for (const auto& port : info->ports) require(port.host_port >= 0 && port.host_port <= 65535);
}

void check_lines(std::string_view input) {
  JsonLines lines;
  if (!lines.feed(input)) return;
  while (auto line = lines.next()) require(!line->empty() && line->find('\n') == std::string::npos);
  if (auto rest = lines.rest()) require(!rest->empty());
}

void check_auths(std::string_view input) {
  for (const char* type : {"docker", "dockercfg"}) {
    const auto auths = RegistryAuths::parse(type, input);
    if (!auths) continue;
    if (const auto auth = auths->find("r/x")) require(render_registry_auth(*auth).size() % 4 == 0);
  }
  (void)RegistryAuths().find(input);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data + 1), size - 1);
  switch (data[0] % 12) {
    case 0:
      check_container(input);
      break;
    case 1:
      (void)parse_container_list(input);
      break;
    case 2:
      (void)parse_container_event(input);
      break;
    case 3:
      (void)parse_container_stats(input);
      break;
    case 4:
      (void)parse_image_info(input);
      break;
    case 5:
      (void)parse_image_list(input);
      break;
    case 6:
      (void)parse_pull_line(input);
      break;
    case 7:
      (void)parse_volume_info(input);
      break;
    case 8:
      check_lines(input);
      break;
    case 9:
      check_auths(input);
      break;
    case 10:
      (void)parse_docker_time(input);
      break;
    default:
      if (auto version = parse_engine_version(input)) (void)choose_api_version(*version);
      require(failure_of_answer({"E", "x", {}}, 500, input).text.size() < 5000);
  }
  return 0;
}
