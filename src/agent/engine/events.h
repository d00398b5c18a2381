#pragma once
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "agent/engine/driver_types.h"

namespace berth::agent::engine {

/// What waits inside a task for time to pass.
struct Timer {
  enum class Kind {
    flush,          ///< Report container changes that no change of the task has carried yet.
    start_timeout,  ///< The container's startTimeout is over.
    retry_stop,     ///< Stop the container again.
    cleanup,        ///< Remove what is left of the task.
  };
  Kind kind = Kind::flush;
  std::size_t container = 0;  ///< Of start_timeout and retry_stop.
  friend bool operator==(const Timer&, const Timer&) = default;
};

// --- events: what happened. `container` and `volume` are indexes into the spec. ---

/// The host has room.
struct Admitted {};
/// The control plane wants it stopped. `reason` is set when it is the agent itself that gives up.
struct StopRequested {
  std::string reason;
};
struct VolumeDone {
  std::size_t volume = 0;
  bool made = false;  ///< It was not there before.
  std::optional<DriverError> error;
};
/// With an empty `parent` the host has no group for the task: its containers are limited one by one.
struct CgroupDone {
  std::string parent;
};
struct SecretsDone {
  std::string problem;  ///< Empty: they are here.
};
/// The image is here, pulled or not; or it cannot be had.
struct PullDone {
  std::size_t container = 0;
  ImageInfo image;
  std::optional<DriverError> error;
};
struct CreateDone {
  std::size_t container = 0;
  std::string docker_id;
  std::optional<DriverError> error;
};
/// `info` is an inspect made after the start; absent when that failed.
struct StartDone {
  std::size_t container = 0;
  /// Set when it had to be made anew, as somebody else had a host port that the agent had chosen.
  std::string docker_id;
  std::optional<ContainerInfo> info;
  std::optional<DriverError> error;
};
struct StopDone {
  std::size_t container = 0;
  std::optional<ContainerInfo> info;
  std::optional<DriverError> error;
};
/// An inspect, after an event of Docker or for its own sake.
struct Observed {
  std::size_t container = 0;
  ContainerInfo info;
};
/// Docker does not know the container any more.
struct Vanished {
  std::size_t container = 0;
};
struct TimerFired {
  Timer timer;
};
/// The report was taken by the control plane, or refused for good.
struct ReportDelivered {
  std::uint64_t id = 0;
};
struct CleanedUp {};
/// The control plane does not know what it was told of this task: it is told again.
struct AskedAgain {};
/// The agent is back. For each container: what Docker shows of it, or nothing.
struct Resumed {
  std::vector<std::optional<ContainerInfo>> containers;
};

using Event = std::variant<Admitted, StopRequested, VolumeDone, CgroupDone, SecretsDone, PullDone, CreateDone,
                           StartDone, StopDone, Observed, Vanished, TimerFired, ReportDelivered, CleanedUp,
                           AskedAgain, Resumed>;

// --- actions: what to do about it. Each but CancelPull and SetTimer comes back as its …Done event exactly
// once. ---

struct MakeVolume {
  std::size_t volume = 0;
};
struct MakeCgroup {};
struct FetchSecrets {};
struct PullImage {
  std::size_t container = 0;
};
/// Nobody waits for this pull any more; its PullDone may come or not.
struct CancelPull {
  std::size_t container = 0;
};
struct CreateContainer {
  std::size_t container = 0;
};
struct StartContainer {
  std::size_t container = 0;
};
struct StopContainer {
  std::size_t container = 0;
  Duration grace;
};
/// Comes back as TimerFired after `delay`. Setting one again does not cancel the first.
struct SetTimer {
  Timer timer;
  Duration delay;
};
/// The outbox has something new.
struct ReportReady {};
/// Remove containers, volumes that were made, and the cgroup; comes back as CleanedUp.
struct CleanUp {};

using Action = std::variant<MakeVolume, MakeCgroup, FetchSecrets, PullImage, CancelPull, CreateContainer,
                            StartContainer, StopContainer, SetTimer, ReportReady, CleanUp>;

}  // namespace berth::agent::engine
