#pragma once
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "agent/config/agent_config.h"
#include "agent/engine/container_runtime.h"
#include "runtime/runtime.h"
#include "runtime/sync.h"
#include "runtime/task_group.h"

namespace berth::agent::tasks {

/// How long a pull may be silent before an image that is here is used instead.
inline constexpr Duration kFirstTry = std::chrono::seconds(2);
/// How long a registry that could not be reached is not asked again for images that are here.
inline constexpr Duration kUnreachableMemory = std::chrono::seconds(60);

/// A pull that fails for a passing reason is tried again, waiting kPullRetryMin growing by half to
/// kPullRetryMax.
inline constexpr int kPullTriesMax = 5;
inline constexpr Duration kPullRetryMin = std::chrono::milliseconds(1100);
inline constexpr Duration kPullRetryMax = std::chrono::seconds(5);

/// How soon an engine that did not answer is asked again.
inline constexpr Duration kLookRetry = std::chrono::seconds(2);

/// Whether trying again may help: not where the registry said that there is no such image, or no access to
/// it.
bool may_pass(const engine::DriverError& error);

/// "docker.io" for unqualified names.
std::string registry_of(std::string_view image);

/// One container's interest in an image; abandon() ends its wait.
///
/// Runs on: the agent's executor.
struct PullTicket {
  bool abandoned = false;
  bool pulled = false;  ///< The image came from its registry, and was not just here.
  runtime::Notifier wake;
  void abandon() {
    abandoned = true;
    wake.notify();
  }
};

/// Gets images, by the configured behaviour:
///   default        pull; when that fails and the image is here, use it and say so in the log. A registry
///   that stays silent
///                  for kFirstTry, or cannot be reached, is then left alone for kUnreachableMemory.
///   always         pull; failing is failing.
///   once           as always, but not again for an image that this agent has pulled and that is still here.
///   prefer-cached  use what is here, pull what is not.
/// Containers that want the same image at the same time share a pull; it is given up when none of them waits
/// any more. An engine that does not answer is waited for: silence does not mean that an image is not here,
/// nor is it a failed pull.
///
/// Borrows: containers, runtime.
/// Runs on: the agent's executor.
class ImagePuller {
 public:
  using FindAuth = std::function<std::optional<engine::RegistryAuth>(std::string_view image)>;
  ImagePuller(engine::ContainerRuntime& containers, runtime::Runtime& runtime, config::PullBehavior behavior,
              FindAuth find_auth);

  /// The image, here. An abandoned ticket gets an error that nobody should see. `auth`: credentials of the
  /// task itself, which no other task's pull uses; else those of the configuration.
  Async<engine::DriverResult<engine::ImageInfo>> fetch(
      std::string image, std::shared_ptr<PullTicket> ticket,
      std::optional<engine::RegistryAuth> auth = std::nullopt);
  /// True while any image is being pulled.
  bool busy() const { return !pulls_.empty(); }
  void cancel();
  Async<void> drain();

 private:
  struct Pull;
  std::shared_ptr<Pull> join(const std::string& image, std::optional<engine::RegistryAuth> auth);
  Async<void> run(std::shared_ptr<Pull> pull);
  Async<void> supervise(std::shared_ptr<Pull> pull);
  bool use_local_at_once(const std::string& image) const;
  struct Look;
  /// What is here of an image. Those who ask at the same time share the answer.
  Async<engine::DriverResult<engine::ImageInfo>> look(std::string image);
  /// The same, asked until the engine answers or nobody waits any more.
  Async<engine::DriverResult<engine::ImageInfo>> look_until_answered(std::string image,
                                                                     std::shared_ptr<PullTicket> ticket);
  void remember_unreachable(const std::string& image);
  /// Waits for the pull's end; false when it was given up because the registry stays silent.
  Async<bool> wait(std::shared_ptr<Pull> pull, std::shared_ptr<PullTicket> ticket, bool have_local);

  engine::ContainerRuntime& containers_;
  runtime::Runtime& runtime_;
  config::PullBehavior behavior_;
  FindAuth find_auth_;
  runtime::TaskGroup group_;
  std::map<std::string, std::shared_ptr<Pull>> pulls_;      ///< By image, and credentials of the task's own.
  std::map<std::string, std::shared_ptr<Look>> looks_;      ///< By image, while under way.
  std::map<std::string, MonotonicTime> unreachable_until_;  ///< By registry.
  std::set<std::string> pulled_;
};

}  // namespace berth::agent::tasks
