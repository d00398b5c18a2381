// The calls of DockerRuntime that are about volumes.
#include "agent/drivers/docker/docker_runtime.h"
#include "agent/drivers/docker/system_json.h"
#include "base/encoding.h"

namespace berth::agent::drivers::docker {

using engine::DriverResult;

Async<DriverResult<engine::VolumeInfo>> DockerRuntime::create_volume(engine::VolumeConfig config) {
  const Operation operation{"CannotCreateVolumeError", "created", timeouts_.volume};
  DockerRequest request{"POST", "/volumes/create", render_volume_config(config)};
  auto answer = co_await client_->fetch(operation, std::move(request));
  if (!answer) co_return answer.error();
  auto volume = parse_volume_info(*answer);
  if (!volume) co_return failure_of_parsing(operation, volume.error());
  // Docker hands out a volume of that name that is there already, whatever its options.
  if (volume->driver != config.driver || volume->driver_options != config.driver_options) {
    co_return engine::DriverError{
        std::string(operation.error_name),
        "a volume named " + config.name + " exists with another driver or other options"};
  }
  co_return std::move(*volume);
}

Async<DriverResult<engine::VolumeInfo>> DockerRuntime::inspect_volume(std::string name) {
  const Operation operation{"CannotInspectVolumeError", "inspecting", timeouts_.inspect};
  DockerRequest request{"GET", "/volumes/" + encode_uri(name)};
  auto answer = co_await client_->fetch(operation, std::move(request));
  if (!answer) co_return answer.error();
  auto volume = parse_volume_info(*answer);
  if (!volume) co_return failure_of_parsing(operation, volume.error());
  co_return std::move(*volume);
}

Async<DriverResult<engine::Done>> DockerRuntime::remove_volume(std::string name) {
  const Operation operation{"CannotRemoveVolumeError", "removed", timeouts_.volume};
  DockerRequest request{"DELETE", "/volumes/" + encode_uri(name)};
  auto answer = co_await client_->call(operation, std::move(request));
  if (!answer) co_return answer.error();
  if (answer->status < 300 || answer->status == 404) co_return Done{};
  co_return failure_of_answer(operation, answer->status, answer->body);
}

}  // namespace berth::agent::drivers::docker
