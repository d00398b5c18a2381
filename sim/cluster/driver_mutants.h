#pragma once
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "agent/engine/container_runtime.h"
#include "sim/cluster/mutants.h"

namespace berth::sim {

/// Planted bugs of a Docker driver: "create-twice", "start-does-nothing", "stop-wrong"
/// (stops go to another container), "running-is-missing",
/// "return-unseen".
class MutantDriver final : public agent::engine::ContainerRuntime {
 public:
  template <class T>
  using Answer = Async<agent::engine::DriverResult<T>>;
  using Done = agent::engine::Done;

  MutantDriver(agent::engine::ContainerRuntime& inner, const Mutant& mutant)
      : inner_(inner), mutant_(mutant) {}

  Answer<Done> pull(std::string image, std::optional<agent::engine::RegistryAuth> auth,
                    ProgressSink progress) override {
    return inner_.pull(std::move(image), std::move(auth), std::move(progress));
  }
  Answer<agent::engine::ImageInfo> inspect_image(std::string image) override {
    return inner_.inspect_image(std::move(image));
  }
  Answer<std::vector<agent::engine::ImageInfo>> list_images() override { return inner_.list_images(); }
  Answer<Done> remove_image(std::string name) override { return inner_.remove_image(std::move(name)); }
  Answer<Done> import_image(std::string name, std::string tar) override {
    return inner_.import_image(std::move(name), std::move(tar));
  }
  Answer<std::string> create(agent::engine::ContainerConfig config) override;
  Answer<Done> start(std::string id) override;
  Answer<Done> stop(std::string id, Duration grace) override;
  Answer<Done> remove(std::string id, Force force) override { return inner_.remove(std::move(id), force); }
  Answer<agent::engine::ContainerInfo> inspect(std::string id) override;
  Answer<std::vector<agent::engine::ContainerSummary>> list(std::string label) override;
  Answer<agent::engine::ContainerStats> stats(std::string id) override { return inner_.stats(std::move(id)); }
  Answer<std::unique_ptr<agent::engine::EventStream>> events(std::optional<WallTime> since) override {
    return inner_.events(since);
  }
  Answer<agent::engine::VolumeInfo> create_volume(agent::engine::VolumeConfig config) override {
    return inner_.create_volume(std::move(config));
  }
  Answer<agent::engine::VolumeInfo> inspect_volume(std::string name) override {
    return inner_.inspect_volume(std::move(name));
  }
  Answer<Done> remove_volume(std::string name) override { return inner_.remove_volume(std::move(name)); }
  Answer<agent::engine::EngineVersion> version() override { return inner_.version(); }
  Answer<agent::engine::EngineInfo> info() override { return inner_.info(); }
  Answer<Done> ping() override { return inner_.ping(); }

 private:
  agent::engine::ContainerRuntime& inner_;
  const Mutant& mutant_;
  void hide_return(const std::string& id, agent::engine::ContainerPhase& phase);
  std::string last_started_;
  std::set<std::string> ended_;
  int calls_ = 0;
};

}  // namespace berth::sim
