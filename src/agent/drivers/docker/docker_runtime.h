#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/drivers/docker/docker_client.h"
#include "agent/engine/container_logs.h"
#include "agent/engine/container_runtime.h"
#include "base/result.h"

namespace berth::agent::drivers::docker {

/// How long Docker may take. Passing one is DockerTimeoutError.
struct DockerTimeouts {
  Duration pull = std::chrono::hours(2);               ///< From beginning to end.
  Duration pull_begin = std::chrono::minutes(5);       ///< Until the registry has answered at all.
  Duration pull_inactivity = std::chrono::minutes(1);  ///< Between two signs of life.
  Duration create = std::chrono::minutes(4);
  Duration start = std::chrono::minutes(3);
  Duration stop_margin = std::chrono::minutes(2);  ///< On top of the container's grace.
  Duration remove = std::chrono::minutes(5);
  Duration inspect = std::chrono::seconds(30);
  Duration list = std::chrono::minutes(10);
  Duration stats = std::chrono::seconds(30);
  Duration import = std::chrono::minutes(4);
  Duration volume = std::chrono::minutes(1);
  Duration system = std::chrono::seconds(30);  ///< version, info, ping, the beginning of events.
};

struct DockerOptions {
  std::string endpoint = "unix:///var/run/docker.sock";  ///< DOCKER_HOST: unix:// or tcp:// (without TLS).
  DockerTimeouts timeouts;
};

/// Docker Engine over its HTTP API, versions 1.21 to those of today.
///
/// Adds to ContainerRuntime: each call is bounded by its DockerTimeouts; a pull whose registry cannot be
/// reached (refused, unknown name, silence until pull_begin) fails with `unreachable` set. Events: start
/// anew, with the time of the last event seen, when next() fails; events of the same moment then come
///         twice.
/// Runs on: one executor. Every call has ended before destruction; EventStreams may outlive it.
class DockerRuntime final : public engine::ContainerRuntime, public engine::ContainerLogs {
 public:
  template <class T>
  using Answer = Async<engine::DriverResult<T>>;
  using Done = engine::Done;

  /// Connects when first used.
  /// Borrows: `runtime`.
  /// Errors: `invalid`: no such kind of endpoint.
  static Result<std::unique_ptr<DockerRuntime>> make(DockerOptions options, Executor executor,
                                                     runtime::Runtime& runtime);
  DockerRuntime(std::unique_ptr<DockerClient> client, DockerTimeouts timeouts);

  Answer<Done> pull(std::string image, std::optional<engine::RegistryAuth> auth,
                    ProgressSink progress) override;
  Answer<engine::ImageInfo> inspect_image(std::string image) override;
  Answer<std::vector<engine::ImageInfo>> list_images() override;
  Answer<Done> remove_image(std::string name) override;
  Answer<Done> import_image(std::string name, std::string tar) override;
  /// Gives `source` the further name `target` (name[:tag]).
  Answer<Done> tag_image(std::string source, std::string target);

  Answer<std::string> create(engine::ContainerConfig config) override;
  Answer<Done> start(std::string id) override;
  Answer<Done> stop(std::string id, Duration grace) override;
  /// Sends `signal` ("SIGTERM", "9"). A container that does not run is an error.
  Answer<Done> kill(std::string id, std::string signal);
  Answer<Done> remove(std::string id, Force force) override;
  Answer<engine::ContainerInfo> inspect(std::string id) override;
  Answer<std::vector<engine::ContainerSummary>> list(std::string label) override;
  Answer<engine::ContainerStats> stats(std::string id) override;
  Answer<std::unique_ptr<engine::EventStream>> events(std::optional<WallTime> since) override;

  Answer<std::unique_ptr<engine::OutputStream>> follow_output(std::string id, std::int64_t since_ns,
                                                              bool tty) override;

  Answer<engine::VolumeInfo> create_volume(engine::VolumeConfig config) override;
  Answer<engine::VolumeInfo> inspect_volume(std::string name) override;
  Answer<Done> remove_volume(std::string name) override;

  Answer<engine::EngineVersion> version() override;
  Answer<engine::EngineInfo> info() override;
  Answer<Done> ping() override;

 private:
  /// Reads a stream of progress to its end.
  Answer<Done> follow_pull(http::BodyStream& body, ProgressSink progress);
  std::unique_ptr<DockerClient> client_;
  DockerTimeouts timeouts_;
};

}  // namespace berth::agent::drivers::docker
