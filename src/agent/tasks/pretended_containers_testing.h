#pragma once
#include <algorithm>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "agent/engine/container_runtime.h"
#include "runtime/runtime.h"
#include "runtime/sync.h"
#include "runtime/task_group.h"

/// A container engine for tests: containers are entries of a table that survives the agents that use it.
namespace berth::agent::tasks {

using engine::ContainerPhase;
using engine::Done;
using engine::DriverError;

/// How the registry behaves.
enum class Registry { answers, silent, refuses, lacks_image };

/// What every container uses, in bytes.
inline constexpr std::uint64_t kPretendedMemory = 7U << 20U;

/// What outlives an agent: containers, images, volumes.
struct PretendedHost {
  struct Container {
    engine::ContainerInfo info;
    JsonObject body;
    std::optional<WallTime> ends_at;
    std::int32_t exit_code = 0;
    bool exists = true;
  };
  std::map<std::string, Container> containers;  ///< By id.
  std::set<std::string> images;
  std::set<std::string> volumes;
  std::map<std::string, std::pair<Duration, std::int32_t>>
      lives;  ///< By image: how long it runs, and its exit code.
  Registry registry = Registry::answers;
  int pulls = 0, pulls_given_up = 0, created = 0, inspects = 0, image_inspects = 0, stats = 0;
  std::set<std::int32_t> foreign_ports;  ///< Host ports that somebody else has, as starts find out.
  bool reachable = true;
  bool lose_events = false;
  bool keep_volume_answers = false;  ///< Volumes are made, and nobody is told.
  MonotonicTime hung_until;          ///< Until then the engine answers no question.
  /// Calls that are done and whose connection then breaks, so often.
  int lost_creates = 0, lost_starts = 0;

  std::size_t running() const {
    return static_cast<std::size_t>(std::ranges::count_if(
        containers, [](const auto& entry) { return entry.second.info.phase == ContainerPhase::running; }));
  }
};

class PretendedContainers final : public engine::ContainerRuntime {
 public:
  template <class T>
  using Answer = Async<engine::DriverResult<T>>;

  PretendedContainers(PretendedHost& host, runtime::Runtime& runtime) : host_(host), runtime_(runtime) {}

  Answer<Done> pull(std::string image, std::optional<engine::RegistryAuth>, ProgressSink progress) override {
    ++host_.pulls;
    if (host_.registry == Registry::refuses) {
      DriverError error{"CannotPullContainerError", "connection refused"};
      error.unreachable = true;
      co_return error;
    }
    struct Guard {
      PretendedHost& host;
      bool ended = false;
      ~Guard() { host.pulls_given_up += ended ? 0 : 1; }
    } guard{host_};
    if (host_.registry == Registry::silent) co_await runtime_.sleep(std::chrono::hours(1));
    if (host_.registry == Registry::lacks_image) {
      guard.ended = true;
      co_return DriverError{"CannotPullContainerError", "image " + image + " not found"};
    }
    if (progress) progress({"", "Pulling from library", 0, 0});
    co_await runtime_.sleep(std::chrono::seconds(5));
    host_.images.insert(image);
    guard.ended = true;
    co_return Done{};
  }
  Answer<engine::ImageInfo> inspect_image(std::string image) override {
    ++host_.image_inspects;
    co_await runtime_.sleep(std::chrono::microseconds(100));
    if (const auto silence = co_await keep_silent()) co_return *silence;
    if (!host_.images.contains(image)) co_return missing("CannotInspectImageError", image);
    engine::ImageInfo info;
    info.id = "sha256:" + image;
    co_return info;
  }
  Answer<std::vector<engine::ImageInfo>> list_images() override {
    std::vector<engine::ImageInfo> all;
    for (const std::string& image : host_.images) {
      engine::ImageInfo info;
      info.id = "sha256:" + image;
      info.repo_tags = {image + ":latest"};
      all.push_back(std::move(info));
    }
    co_return all;
  }
  Answer<Done> remove_image(std::string name) override {
    host_.images.erase(name.substr(0, name.find(":latest")));
    co_return Done{};
  }
  Answer<Done> import_image(std::string name, std::string) override {
    host_.images.insert(name);
    co_return Done{};
  }

  Answer<std::string> create(engine::ContainerConfig config) override {
    if (!host_.reachable) co_return DriverError{"CannotCreateContainerError", "unreachable"};
    if (find(config.name) != nullptr) co_return DriverError{"CannotCreateContainerError", "name in use"};
    const std::string id = "id" + std::to_string(++host_.created);
    PretendedHost::Container made;
    made.info.id = id;
    made.info.name = config.name;
    made.info.image = std::string(config.body.at("Image").as_string());
    made.info.created_at = now();
    if (const auto* labels = config.body.if_contains("Labels"))
      for (const auto& [key, value] : labels->get_object())
        made.info.labels[key] = std::string(value.as_string());
    made.body = std::move(config.body);
    host_.containers[id] = std::move(made);
    co_await runtime_.sleep(std::chrono::milliseconds(20));
    if (host_.lost_creates > 0 && host_.lost_creates--) co_return lost("CannotCreateContainerError");
    co_return id;
  }
  Answer<Done> start(std::string id) override {
    PretendedHost::Container* container = find(id);
    if (container == nullptr) co_return missing("CannotStartContainerError", id);
    if (auto refused = bind_ports(*container)) co_return *refused;
    container->info.phase = ContainerPhase::running;
    container->info.started_at = now();
    container->info.finished_at.reset();
    if (const auto life = host_.lives.find(container->info.image); life != host_.lives.end()) {
      container->ends_at = now() + life->second.first;
      container->exit_code = life->second.second;
    }
    co_await runtime_.sleep(std::chrono::milliseconds(20));
    if (host_.lost_starts > 0 && host_.lost_starts--) co_return lost("CannotStartContainerError");
    co_return Done{};
  }
  Answer<Done> stop(std::string id, Duration) override {
    PretendedHost::Container* container = find(id);
    if (container == nullptr) co_return missing("CannotStopContainerError", id);
    co_await runtime_.sleep(std::chrono::milliseconds(50));
    settle();
    if (container->info.phase == ContainerPhase::running) end(*container, 143);
    co_return Done{};
  }
  Answer<Done> remove(std::string id, Force) override {
    const PretendedHost::Container* container = find(id);
    if (container != nullptr) host_.containers.erase(container->info.id);
    co_return Done{};
  }
  Answer<engine::ContainerInfo> inspect(std::string id) override {
    settle();
    ++host_.inspects;
    if (!host_.reachable) co_return DriverError{"CannotInspectContainerError", "unreachable"};
    if (const auto silence = co_await keep_silent()) co_return *silence;
    const PretendedHost::Container* container = find(id);
    if (container == nullptr) co_return missing("CannotInspectContainerError", id);
    engine::ContainerInfo info = container->info;
    co_await runtime_.sleep(std::chrono::milliseconds(1));
    co_return info;
  }
  Answer<std::vector<engine::ContainerSummary>> list(std::string label) override {
    std::vector<engine::ContainerSummary> all;
    settle();
    for (const auto& [id, container] : host_.containers) {
      if (!label.empty() && !container.info.labels.contains(label)) continue;
      engine::ContainerSummary summary;
      summary.id = id;
      summary.name = container.info.name;
      summary.labels = container.info.labels;
      summary.phase = container.info.phase;
      summary.image = container.info.image;
      summary.image_id = "sha256:" + container.info.image;
      all.push_back(std::move(summary));
    }
    co_return all;
  }
  Answer<engine::ContainerStats> stats(std::string) override {
    ++host_.stats;
    engine::ContainerStats stats;
    stats.memory_usage_bytes = kPretendedMemory;
    co_return stats;
  }
  Answer<std::unique_ptr<engine::EventStream>> events(std::optional<WallTime>) override {
    co_return std::unique_ptr<engine::EventStream>(std::make_unique<Events>(*this));
  }
  Answer<engine::VolumeInfo> create_volume(engine::VolumeConfig config) override {
    host_.volumes.insert(config.name);
    if (host_.keep_volume_answers) co_await runtime_.sleep(std::chrono::hours(1));
    co_return engine::VolumeInfo{config.name, config.driver, "/v/" + config.name, {}, {}};
  }
  Answer<engine::VolumeInfo> inspect_volume(std::string name) override {
    if (const auto silence = co_await keep_silent()) co_return *silence;
    if (!host_.volumes.contains(name)) co_return missing("CannotInspectVolumeError", name);
    co_return engine::VolumeInfo{name, "local", "/v/" + name, {}, {}};
  }
  Answer<Done> remove_volume(std::string name) override {
    host_.volumes.erase(name);
    co_return Done{};
  }
  Answer<engine::EngineVersion> version() override { co_return engine::EngineVersion{}; }
  Answer<engine::EngineInfo> info() override { co_return engine::EngineInfo{}; }
  Answer<Done> ping() override { co_return Done{}; }

  /// Ends what has run its time; deaths become events.
  void settle() {
    for (auto& [id, container] : host_.containers) {
      if (container.info.phase == ContainerPhase::running && container.ends_at &&
          *container.ends_at <= now()) {
        end(container, container.exit_code);
      }
    }
  }

 private:
  /// Looks for starts and deaths ten times a second.
  class Events final : public engine::EventStream {
   public:
    explicit Events(PretendedContainers& owner) : owner_(owner) {
      for (const auto& [id, container] : owner.host_.containers) phases_[id] = container.info.phase;
    }
    Async<engine::DriverResult<engine::ContainerEvent>> next() override {
      while (true) {
        owner_.settle();
        for (const auto& [id, container] : owner_.host_.containers) {
          if (phases_[id] == container.info.phase) continue;
          phases_[id] = container.info.phase;
          const bool started = container.info.phase == ContainerPhase::running;
          const bool died = container.info.phase == ContainerPhase::exited;
          if ((!started && !died) || owner_.host_.lose_events) continue;
          engine::ContainerEvent event;
          event.kind = started ? engine::ContainerEvent::Kind::started : engine::ContainerEvent::Kind::died;
          event.container_id = id;
          event.at = owner_.now();
          co_return event;
        }
        co_await owner_.runtime_.sleep(std::chrono::milliseconds(100));
      }
    }

   private:
    PretendedContainers& owner_;
    std::map<std::string, ContainerPhase> phases_;
  };

  /// Publishes the ports that the container was created with, unless somebody has one of them.
  std::optional<DriverError> bind_ports(PretendedHost::Container& container) {
    container.info.ports.clear();
    const JsonValue* host = container.body.if_contains("HostConfig");
    const JsonValue* bindings = host == nullptr ? nullptr : host->as_object().if_contains("PortBindings");
    if (bindings == nullptr) return std::nullopt;
    for (const auto& [key, list] : bindings->as_object()) {
      const std::string name(key);
      for (const JsonValue& one : list.as_array()) {
        const std::string port(one.at("HostPort").as_string());
        if (host_.foreign_ports.contains(std::stoi(port)) || has_port(std::stoi(port)))
          return DriverError{"CannotStartContainerError",
                             "Bind for 0.0.0.0:" + port + " failed: port is already allocated"};
        container.info.ports.push_back(
            {std::stoi(name), name.substr(name.find('/') + 1), "0.0.0.0", std::stoi(port)});
      }
    }
    return std::nullopt;
  }

  bool has_port(std::int32_t port) const {
    return port != 0 && std::ranges::any_of(host_.containers, [&](const auto& entry) {
             const engine::ContainerInfo& info = entry.second.info;
             return info.phase == ContainerPhase::running &&
                    std::ranges::any_of(info.ports,
                                        [&](const auto& taken) { return taken.host_port == port; });
           });
  }

  WallTime now() const { return runtime_.clock().wall(); }
  static DriverError missing(const std::string& name, const std::string& what) {
    DriverError error{name, "No such object: " + what};
    error.missing = true;
    return error;
  }
  static DriverError lost(const std::string& name) {
    DriverError error{name, "Cannot connect to the Docker daemon"};
    error.unanswered = true;
    return error;
  }
  /// What a question gets while the engine hangs, after the driver's limit.
  Async<std::optional<DriverError>> keep_silent() {
    if (runtime_.clock().monotonic() >= host_.hung_until) co_return std::nullopt;
    co_await runtime_.sleep(std::chrono::seconds(30));
    DriverError error{"DockerTimeoutError",
                      "Could not transition to inspecting; timed out after waiting 30s"};
    error.unanswered = true;
    co_return error;
  }
  void end(PretendedHost::Container& container, std::int32_t code) const {
    container.info.phase = ContainerPhase::exited;
    container.info.exit_code = code;
    container.info.finished_at = now();
  }
  PretendedHost::Container* find(const std::string& id) {
    for (auto& [key, container] : host_.containers) {
      if (key == id || container.info.name == id) return &container;
    }
    return nullptr;
  }

  PretendedHost& host_;
  runtime::Runtime& runtime_;
};

}  // namespace berth::agent::tasks
