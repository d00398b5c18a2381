#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "agent/engine/container_runtime.h"
#include "agent/session/backoff.h"
#include "agent/session/ecs_api.h"
#include "agent/session/registration.h"
#include "agent/tasks/task_manager.h"
#include "agent/telemetry/container_samples.h"
#include "agent/telemetry/counter_reader.h"
#include "agent/telemetry/messages.h"
#include "base/random.h"
#include "runtime/runtime.h"
#include "runtime/task_group.h"
#include "runtime/transport.h"

namespace berth::agent::telemetry {

/// How often metrics and health are published.
inline constexpr Duration kPublishInterval = std::chrono::seconds(20);
/// How often the counters of each container are read, and how many containers at once.
inline constexpr Duration kSampleInterval = std::chrono::seconds(10);
inline constexpr std::size_t kSamplersMax = 8;

struct TcsDeps {
  session::EcsApi& api;
  runtime::SocketDialer& dialer;
  runtime::Runtime& runtime;
  engine::ContainerRuntime& containers;
  const tasks::TaskManager& tasks;
  const session::Registered& registered;
  std::string agent_version;
  std::string docker_version;
  bool health = true;                             ///< False with ECS_DISABLE_DOCKER_HEALTH_CHECK.
  engine::ContainerCounters* counters = nullptr;  ///< Of the host; null: `containers` is always asked.
};

/// The agent's end of TCS: connects, publishes at once and then every kPublishInterval, and connects again,
/// for as long as it is not cancelled. Not started at all with ECS_DISABLE_METRICS.
///
/// Borrows: what TcsDeps names.
/// Runs on: the agent's executor.
/// Limits: reconnects after 1 s doubling to 20 s, with up to a fifth of jitter; at once after an orderly
///   close, but not more often than once a second. A connection on which nothing comes for 1 to 2 minutes is
///   given up.
class TcsSession {
 public:
  explicit TcsSession(TcsDeps deps);
  /// Spawns everything into `group`; the session must outlive what it spawned.
  void start(runtime::TaskGroup& group);

 private:
  /// Each of kSamplersMax samplers reads its share of the containers.
  Async<void> sample_forever(std::size_t share);
  Async<void> talk();
  Async<std::string> discover();
  Async<session::Ending> connect_once();
  Async<session::Ending> converse(runtime::MessageSocket& socket);
  Async<void> publish_forever(runtime::MessageSocket& socket);
  Async<bool> publish(runtime::MessageSocket& socket);
  Async<void> check_engine();
  std::vector<std::string> make_messages();
  std::vector<model::tcs::TaskMetric> take_metrics();
  std::string frame(const std::string& json);

  TcsDeps deps_;
  Prng random_;
  std::string endpoint_;
  std::optional<MonotonicTime> connected_at_;  ///< Of the present connection.
  std::string target_;  ///< Path and query of the present connection: what frames are signed for.
  std::map<std::string, ContainerSamples> samples_;  ///< By docker id, of running containers.
  EngineHealth engine_;
  bool engine_told_ = false;
};

}  // namespace berth::agent::telemetry
