#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/engine/container_runtime.h"
#include "runtime/sim/sim_runtime.h"
#include "sim/cluster/docker_host.h"

namespace berth::sim {

/// The driver that one life of an agent has for its host's container engine: takes time, and fails as the
/// host's DockerFaults say.
///
/// Cancellation: what a call did at the host stays done. Calls of a life that is over throw the cancellation.
class SimContainerRuntime final : public agent::engine::ContainerRuntime {
 public:
  template <class T>
  using Answer = Async<agent::engine::DriverResult<T>>;
  using Done = agent::engine::Done;

  SimContainerRuntime(DockerHost& host, runtime::SimRuntime& runtime) : host_(host), runtime_(runtime) {}

  Answer<Done> pull(std::string image, std::optional<agent::engine::RegistryAuth> auth,
                    ProgressSink progress) override;
  Answer<agent::engine::ImageInfo> inspect_image(std::string image) override;
  Answer<std::vector<agent::engine::ImageInfo>> list_images() override;
  Answer<Done> remove_image(std::string name) override;
  Answer<Done> import_image(std::string name, std::string tar) override;
  Answer<std::string> create(agent::engine::ContainerConfig config) override;
  Answer<Done> start(std::string id) override;
  Answer<Done> stop(std::string id, Duration grace) override;
  Answer<Done> remove(std::string id, Force force) override;
  Answer<agent::engine::ContainerInfo> inspect(std::string id) override;
  Answer<std::vector<agent::engine::ContainerSummary>> list(std::string label) override;
  Answer<agent::engine::ContainerStats> stats(std::string id) override;
  Answer<std::unique_ptr<agent::engine::EventStream>> events(std::optional<WallTime> since) override;
  Answer<agent::engine::VolumeInfo> create_volume(agent::engine::VolumeConfig config) override;
  Answer<agent::engine::VolumeInfo> inspect_volume(std::string name) override;
  Answer<Done> remove_volume(std::string name) override;
  Answer<agent::engine::EngineVersion> version() override;
  Answer<agent::engine::EngineInfo> info() override;
  Answer<Done> ping() override;

 private:
  /// Lets the time of a call pass; the error with which it ends before it had any effect.
  Async<std::optional<agent::engine::DriverError>> enter(const char* name);
  /// After the effect: the error that the caller sees in place of the answer.
  std::optional<agent::engine::DriverError> leave(const std::string& name);

  DockerHost& host_;
  runtime::SimRuntime& runtime_;
};

}  // namespace berth::sim
