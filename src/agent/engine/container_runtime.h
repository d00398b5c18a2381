#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/engine/driver_types.h"
#include "runtime/async.h"

namespace berth::agent::engine {

/// Events of all containers of the engine, ours and others'.
///
/// Errors: `closed`-like: any DriverError means that the stream is over (engine restarted, connection lost):
/// open a new
///         one and inspect everything, as events may have been missed.
class EventStream {
 public:
  virtual ~EventStream() = default;
  virtual Async<DriverResult<ContainerEvent>> next() = 0;
};

/// A container engine: Docker over its HTTP API in production, a table of pretended containers in the
/// simulator.
///
/// Runs on: one executor; any number of calls may be under way at once.
/// Errors: DriverError, named after the operation as users see it: pull CannotPullContainerError, create
///   CannotCreateContainerError, start CannotStartContainerError, stop CannotStopContainerError, inspect
///   CannotInspectContainerError, remove CannotRemoveContainerError, list CannotListContainersError, stats
///   CannotGetStatsError, volumes and everything else CannotCreateVolumeError, …, DockerError. An engine that
///   cannot be reached answers with the operation's name too, and the text says so; such an error has
///   `unanswered` set, and says nothing about what is there.
/// Cancellation: the call is abandoned; what it did at the engine stays done, except a pull, which the engine
///   then stops.
/// Limits: none of its own: callers bound each call in time.
class ContainerRuntime {
 public:
  virtual ~ContainerRuntime() = default;

  using ProgressSink = std::function<void(const PullProgress&)>;
  /// Pulls `image` (name[:tag][@digest]; no tag means latest). `progress` may be empty; it is called on the
  /// executor.
  virtual Async<DriverResult<Done>> pull(std::string image, std::optional<RegistryAuth> auth,
                                         ProgressSink progress) = 0;
  /// `missing` when the image is not here.
  virtual Async<DriverResult<ImageInfo>> inspect_image(std::string image) = 0;
  virtual Async<DriverResult<std::vector<ImageInfo>>> list_images() = 0;
  /// Removes one name of an image; the image itself when it was the last.
  virtual Async<DriverResult<Done>> remove_image(std::string name) = 0;
  /// Makes the image `name` of a root filesystem in a tar archive.
  virtual Async<DriverResult<Done>> import_image(std::string name, std::string tar) = 0;

  /// Yields the id. An existing container of that name is an error.
  virtual Async<DriverResult<std::string>> create(ContainerConfig config) = 0;
  /// Starting a running container is not an error.
  virtual Async<DriverResult<Done>> start(std::string id) = 0;
  /// SIGTERM, `grace` (rounded up to seconds), SIGKILL. Returns when it has stopped; not running or missing
  /// is success.
  virtual Async<DriverResult<Done>> stop(std::string id, Duration grace) = 0;
  /// With its anonymous volumes. A missing container is success. A running one is an error unless `force`.
  enum class Force { no, yes };
  virtual Async<DriverResult<Done>> remove(std::string id, Force force) = 0;
  /// By id or name; `missing` when there is none.
  virtual Async<DriverResult<ContainerInfo>> inspect(std::string id) = 0;
  /// All containers, stopped ones too, that carry the label (`key` or `key=value`); all when empty.
  virtual Async<DriverResult<std::vector<ContainerSummary>>> list(std::string label) = 0;
  virtual Async<DriverResult<ContainerStats>> stats(std::string id) = 0;

  /// Events from `since` on (or from now).
  virtual Async<DriverResult<std::unique_ptr<EventStream>>> events(std::optional<WallTime> since) = 0;

  /// Creating a volume that exists already is success when driver and options match.
  virtual Async<DriverResult<VolumeInfo>> create_volume(VolumeConfig config) = 0;
  virtual Async<DriverResult<VolumeInfo>> inspect_volume(std::string name) = 0;
  /// A missing volume is success; one in use is an error.
  virtual Async<DriverResult<Done>> remove_volume(std::string name) = 0;

  virtual Async<DriverResult<EngineVersion>> version() = 0;
  virtual Async<DriverResult<EngineInfo>> info() = 0;
  virtual Async<DriverResult<Done>> ping() = 0;
};

}  // namespace berth::agent::engine
