#include "sim/cluster/sim_container_runtime.h"

#include <algorithm>
#include <utility>

namespace berth::sim {

using agent::engine::ContainerConfig;
using agent::engine::ContainerEvent;
using agent::engine::ContainerInfo;
using agent::engine::ContainerPhase;
using agent::engine::ContainerStats;
using agent::engine::ContainerSummary;
using agent::engine::DriverError;
using agent::engine::DriverResult;
using agent::engine::EngineInfo;
using agent::engine::EngineVersion;
using agent::engine::EventStream;
using agent::engine::ImageInfo;
using agent::engine::VolumeConfig;
using agent::engine::VolumeInfo;
using Done = agent::engine::Done;

namespace {

DriverError missing(const std::string& name, const std::string& what) {
  DriverError error{name, "Error response from daemon: No such object: " + what};
  error.missing = true;
  return error;
}

class Events final : public EventStream {
 public:
  explicit Events(std::shared_ptr<DockerHost::Stream> stream) : stream_(std::move(stream)) {}
  Async<DriverResult<ContainerEvent>> next() override {
    while (stream_->events.empty()) {
      if (stream_->broken) co_return DriverError{"DockerError", "EOF"};
      co_await stream_->wake.wait();
    }
    ContainerEvent event = std::move(stream_->events.front());
    stream_->events.pop_front();
    co_return event;
  }

 private:
  std::shared_ptr<DockerHost::Stream> stream_;
};

}  // namespace

Async<std::optional<DriverError>> SimContainerRuntime::enter(const char* name) {
  if (!runtime_.alive()) throw_cancelled();
  Prng& random = host_.random();
  Duration time = std::chrono::microseconds(random.between(500, 30'000));
  if (random.chance(host_.faults.slow, 1000))
    time += Duration(random.between(0, host_.faults.slow_max.count()));
  co_await runtime_.sleep(time);
  if (!host_.reachable())
    co_return DriverError{name, "Cannot connect to the Docker daemon. Is the docker daemon running?"};
  if (host_.random().chance(host_.faults.refused, 1000))
    co_return DriverError{name, "Error response from daemon: it did not work"};
  co_return std::nullopt;
}

std::optional<DriverError> SimContainerRuntime::leave(const std::string& name) {
  if (!host_.random().chance(host_.faults.reply_lost, 1000)) return std::nullopt;
  return DriverError{name, "connection reset by peer"};
}

Async<DriverResult<Done>> SimContainerRuntime::pull(std::string image,
                                                    std::optional<agent::engine::RegistryAuth>,
                                                    ProgressSink progress) {
  const auto failed = co_await enter("CannotPullContainerError");
  if (failed) co_return *failed;
  if (host_.faults.registry_down) {
    DriverError error{"CannotPullContainerError", "dial tcp: connection refused"};
    error.unreachable = true;
    co_return error;
  }
  if (image.starts_with("nowhere"))
    co_return DriverError{"CannotPullContainerError", "manifest for " + image + " not found"};
  if (progress) progress({"", "Pulling from library", 0, 0});
  const Duration time =
      std::chrono::milliseconds(host_.random().between(50, host_.images.contains(image) ? 500 : 8'000));
  co_await runtime_.sleep(time);
  host_.images.insert(image);
  co_return Done{};
}

Async<DriverResult<ImageInfo>> SimContainerRuntime::inspect_image(std::string image) {
  const auto failed = co_await enter("CannotInspectImageError");
  if (failed) co_return *failed;
  if (!host_.images.contains(image)) co_return missing("CannotInspectImageError", image);
  ImageInfo info;
  info.id = "sha256:" + image;
  co_return info;
}

Async<DriverResult<std::vector<ImageInfo>>> SimContainerRuntime::list_images() {
  const auto failed = co_await enter("CannotListImagesError");
  if (failed) co_return *failed;
  std::vector<ImageInfo> all;
  for (const auto& image : host_.images) {
    ImageInfo info;
    info.id = "sha256:" + image;
    info.repo_tags.push_back(image);
    all.push_back(std::move(info));
  }
  co_return all;
}

Async<DriverResult<Done>> SimContainerRuntime::remove_image(std::string name) {
  const auto failed = co_await enter("DockerError");
  if (failed) co_return *failed;
  host_.images.erase(name);
  co_return Done{};
}

Async<DriverResult<Done>> SimContainerRuntime::import_image(std::string name, std::string) {
  host_.images.insert(name);
  co_return Done{};
}

Async<DriverResult<std::string>> SimContainerRuntime::create(ContainerConfig config) {
  const char* const name = "CannotCreateContainerError";
  const auto failed = co_await enter(name);
  if (failed) co_return *failed;
  auto made = host_.create(config);
  if (!made.ok()) co_return made;
  if (const auto lost = leave(name)) co_return *lost;
  co_return made;
}

Async<DriverResult<Done>> SimContainerRuntime::start(std::string id) {
  const char* const name = "CannotStartContainerError";
  const auto failed = co_await enter(name);
  if (failed) co_return *failed;
  DockerHost::Container* container = host_.find(id);
  if (!container) co_return missing(name, id);
  if (!host_.start(*container))
    co_return DriverError{name,
                          "Error response from daemon: driver failed programming external connectivity: "
                          "port is already allocated"};
  if (const auto lost = leave(name)) {
    host_.doubt(*container);
    co_return *lost;
  }
  co_return Done{};
}

Async<DriverResult<Done>> SimContainerRuntime::stop(std::string id, Duration grace) {
  const char* const name = "CannotStopContainerError";
  const auto failed = co_await enter(name);
  if (failed) co_return *failed;
  DockerHost::Container* container = host_.find(id);
  if (!container) co_return Done{};
  const Duration left = host_.terminate(*container, grace) + std::chrono::milliseconds(2);
  if (const auto lost = leave(name)) {
    host_.doubt(*container);
    co_return *lost;
  }
  co_await runtime_.sleep(left);
  container = host_.find(id);
  if (container && container->info.phase == ContainerPhase::running)
    co_return DriverError{name, "tried to kill container, but did not receive an exit event"};
  co_return Done{};
}

Async<DriverResult<Done>> SimContainerRuntime::remove(std::string id, Force force) {
  const char* const name = "CannotRemoveContainerError";
  const auto failed = co_await enter(name);
  if (failed) co_return *failed;
  const DockerHost::Container* container = host_.find(id);
  if (!container) co_return Done{};
  if (container->info.phase == ContainerPhase::running && force == Force::no)
    co_return DriverError{name, "You cannot remove a running container"};
  host_.remove(std::string(container->info.id));
  co_return Done{};
}

Async<DriverResult<ContainerInfo>> SimContainerRuntime::inspect(std::string id) {
  const char* const name = "CannotInspectContainerError";
  const auto failed = co_await enter(name);
  if (failed) co_return *failed;
  const DockerHost::Container* container = host_.find(id);
  if (!container) co_return missing(name, id);
  co_return container->info;
}

Async<DriverResult<std::vector<ContainerSummary>>> SimContainerRuntime::list(std::string label) {
  const auto failed = co_await enter("CannotListContainersError");
  if (failed) co_return *failed;
  const auto equals = label.find('=');
  const std::string key = label.substr(0, equals);
  std::vector<ContainerSummary> all;
  for (const auto& [id, container] : host_.containers()) {
    const auto found = container.info.labels.find(key);
    if (!key.empty() && found == container.info.labels.end()) continue;
    if (equals != std::string::npos && found->second != label.substr(equals + 1)) continue;
    all.push_back({id, container.info.name, container.info.image, container.info.image_id,
                   container.info.labels, container.info.phase, container.info.created_at});
  }
  co_return all;
}

Async<DriverResult<ContainerStats>> SimContainerRuntime::stats(std::string id) {
  const auto failed = co_await enter("CannotGetStatsError");
  if (failed) co_return *failed;
  const DockerHost::Container* container = host_.find(id);
  if (!container || container->info.phase != ContainerPhase::running)
    co_return missing("CannotGetStatsError", id);
  ContainerStats stats;
  stats.read_at = host_.now();
  stats.cpu_total_ns = static_cast<std::uint64_t>(
      std::max<std::int64_t>(0, (stats.read_at - *container->info.started_at).count() / 10));
  stats.online_cpus = 4;
  stats.memory_usage_bytes = 16U << 20;
  stats.raw_json = "{}";
  co_return stats;
}

Async<DriverResult<std::unique_ptr<EventStream>>> SimContainerRuntime::events(std::optional<WallTime> since) {
  const auto failed = co_await enter("DockerError");
  if (failed) co_return *failed;
  std::unique_ptr<EventStream> stream = std::make_unique<Events>(host_.open_stream(since));
  co_return stream;
}

Async<DriverResult<VolumeInfo>> SimContainerRuntime::create_volume(VolumeConfig config) {
  const auto failed = co_await enter("CannotCreateVolumeError");
  if (failed) co_return *failed;
  host_.volumes.insert(config.name);
  co_return VolumeInfo{config.name, config.driver, "/v/" + config.name, {}, {}};
}

Async<DriverResult<VolumeInfo>> SimContainerRuntime::inspect_volume(std::string name) {
  const auto failed = co_await enter("CannotInspectVolumeError");
  if (failed) co_return *failed;
  if (!host_.volumes.contains(name)) co_return missing("CannotInspectVolumeError", name);
  co_return VolumeInfo{name, "local", "/v/" + name, {}, {}};
}

Async<DriverResult<Done>> SimContainerRuntime::remove_volume(std::string name) {
  const auto failed = co_await enter("CannotRemoveVolumeError");
  if (failed) co_return *failed;
  host_.volumes.erase(name);
  co_return Done{};
}

Async<DriverResult<EngineVersion>> SimContainerRuntime::version() {
  const auto failed = co_await enter("DockerError");
  if (failed) co_return *failed;
  co_return EngineVersion{"20.10.24", "1.41", "1.12", "linux", "amd64", "6.1"};
}

Async<DriverResult<EngineInfo>> SimContainerRuntime::info() {
  const auto failed = co_await enter("DockerError");
  if (failed) co_return *failed;
  co_return EngineInfo{};
}

Async<DriverResult<Done>> SimContainerRuntime::ping() {
  const auto failed = co_await enter("DockerError");
  if (failed) co_return *failed;
  co_return Done{};
}

}  // namespace berth::sim
