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

/// "docker.io" for unqualified names.
std::string registry_of(std::string_view image);

/// One container's interest in an image; abandon() ends its wait.
///
/// Runs on: the agent's executor.
struct PullTicket {
  bool abandoned = false;
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
/// any more.
///
/// Borrows: containers, runtime.  Runs on: the agent's executor.
class ImagePuller {
 public:
  using FindAuth = std::function<std::optional<engine::RegistryAuth>(std::string_view image)>;
  ImagePuller(engine::ContainerRuntime& containers, runtime::Runtime& runtime, config::PullBehavior behavior,
              FindAuth find_auth);

  /// The image, here. An abandoned ticket gets an error that nobody should see.
  Async<engine::DriverResult<engine::ImageInfo>> fetch(std::string image, std::shared_ptr<PullTicket> ticket);
  /// True while any image is being pulled.
  bool busy() const { return !pulls_.empty(); }
  void cancel();
  Async<void> drain();

 private:
  struct Pull;
  std::shared_ptr<Pull> join(const std::string& image);
  Async<void> run(std::shared_ptr<Pull> pull);
  Async<void> supervise(std::shared_ptr<Pull> pull);
  bool use_local_at_once(const std::string& image) const;
  void remember_unreachable(const std::string& image);
  /// Waits for the pull's end; false when it was given up because the registry stays silent.
  Async<bool> wait(std::shared_ptr<Pull> pull, std::shared_ptr<PullTicket> ticket, bool have_local);

  engine::ContainerRuntime& containers_;
  runtime::Runtime& runtime_;
  config::PullBehavior behavior_;
  FindAuth find_auth_;
  runtime::TaskGroup group_;
  std::map<std::string, std::shared_ptr<Pull>> pulls_;
  std::map<std::string, MonotonicTime> unreachable_until_;  ///< By registry.
  std::set<std::string> pulled_;
};

}  // namespace berth::agent::tasks
