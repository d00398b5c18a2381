#include <algorithm>

#include "agent/tasks/task_manager.h"
#include "base/log.h"

namespace berth::agent::tasks {

using engine::DriverError;
using engine::Status;
using engine::Step;

// --- volumes
// ------------------------------------------------------------------------------------------------

Async<engine::VolumeDone> TaskManager::try_volume(std::size_t volume, engine::VolumeConfig config,
                                                  engine::VolumeSpec spec) {
  if (spec.kind == engine::VolumeKind::shared) {
    auto found = co_await deps_.containers.inspect_volume(config.name);
    while (!found.ok() && found.error().unanswered) {
      co_await wait_for_engine(found.error());
      found = co_await deps_.containers.inspect_volume(config.name);
    }
    if (found.ok()) co_return engine::VolumeDone{volume, false, std::nullopt};
    if (!found.error().missing || !spec.autoprovision)
      co_return engine::VolumeDone{volume, false, found.error()};
  }
  auto made = co_await deps_.containers.create_volume(config);
  // Making one that is there already changes nothing.
  for (int tries = 1; !made.ok() && made.error().unanswered && tries < kUnansweredTriesMax; ++tries) {
    co_await wait_for_engine(made.error());
    made = co_await deps_.containers.create_volume(config);
  }
  if (!made.ok()) co_return engine::VolumeDone{volume, false, made.error()};
  co_return engine::VolumeDone{volume, spec.kind == engine::VolumeKind::scratch, std::nullopt};
}

Async<void> TaskManager::make_volume(std::string task_arn, std::size_t volume) {
  const Managed* task = find_managed(task_arn);
  if (task == nullptr) co_return;
  engine::VolumeConfig config = engine::make_volume_config(task->state, volume);
  engine::VolumeSpec spec = task->state.spec.volumes[volume];
  engine::VolumeDone done = co_await try_volume(volume, std::move(config), std::move(spec));
  post(task_arn, done);
}

namespace {

/// The engine went away in the middle of a call that did not run into its own limit.
bool was_cut_off(const DriverError& error) {
  return error.unanswered && error.name != "DockerTimeoutError";
}

}  // namespace

// --- steps of a container
// -----------------------------------------------------------------------------------

Async<void> TaskManager::pull(std::string task_arn, std::size_t container,
                              std::shared_ptr<PullTicket> ticket) {
  const Managed* task = find_managed(task_arn);
  if (task == nullptr) co_return;
  const std::string image = task->state.spec.containers[container].image;
  std::optional<engine::RegistryAuth> auth;
  if (const auto secrets = task->secrets.find(container); secrets != task->secrets.end()) {
    auth = secrets->second.registry;
    if (auth) auth->server_address = registry_of(image);
  }
  auto fetched = co_await puller_.fetch(image, ticket, std::move(auth));
  Managed* after = find_managed(task_arn);
  if (after == nullptr) co_return;
  after->pulls.erase(container);
  if (ticket->abandoned) co_return;
  engine::PullDone done{container, {}, std::nullopt};
  if (fetched.ok()) {
    done.image = *fetched;
    note_image_use(done.image.id, image, ticket->pulled);
  } else {
    done.error = fetched.error();
    spdlog::error("agent: {}: {}", done.error->name, done.error->text);
  }
  post(task_arn, done);
}

Async<void> TaskManager::create(std::string task_arn, std::size_t container, engine::ContainerConfig config) {
  const auto place = co_await launches_.enter(Turnstile::Urgency::normal);
  auto id = co_await create_until_answered(std::move(config));
  engine::CreateDone done{container, "", std::nullopt};
  if (id.ok()) {
    done.docker_id = *id;
  } else {
    done.error = id.error();
    spdlog::error("agent: {}: {}", done.error->name, done.error->text);
  }
  post(task_arn, done);
}

Async<engine::DriverResult<std::string>> TaskManager::create_until_answered(engine::ContainerConfig config) {
  for (int tries = 1;; ++tries) {
    engine::ContainerConfig once = config;
    auto id = co_await deps_.containers.create(std::move(once));
    if (id.ok()) co_return id;
    // An earlier life of the agent may have made it, or this call, whose answer was lost: the name is ours
    // alone.
    auto found = co_await inspect_until_answered(config.name);
    if (found.ok()) co_return found->id;
    if (!was_cut_off(id.error()) || tries == kUnansweredTriesMax) co_return id;
  }
}

Async<engine::DriverResult<engine::Done>> TaskManager::start_in_turn(std::string id) {
  // What has been created is finished before more is begun.
  const auto place = co_await launches_.enter(Turnstile::Urgency::first);
  co_return co_await deps_.containers.start(std::move(id));
}

Async<engine::DriverResult<engine::Done>> TaskManager::start_until_answered(std::string id) {
  for (int tries = 1;; ++tries) {
    auto started = co_await start_in_turn(id);
    if (started.ok() || !was_cut_off(started.error()) || tries == kUnansweredTriesMax) co_return started;
    auto info = co_await inspect_until_answered(id);
    if (!info.ok()) co_return started;
    const bool ran = info->started_at && info->phase != engine::ContainerPhase::created;
    if (ran) co_return engine::Done{};
  }
}

Async<engine::DriverResult<engine::ContainerInfo>> TaskManager::inspect_until_answered(std::string id) {
  while (true) {
    auto info = co_await deps_.containers.inspect(id);
    if (info.ok() || !info.error().unanswered) co_return info;
    co_await wait_for_engine(info.error());
  }
}

Async<void> TaskManager::wait_for_engine(DriverError error) {
  spdlog::warn("agent: {}: {}; waiting for the container engine", error.name, error.text);
  co_await deps_.runtime.sleep(kEngineRetry);
}

Async<void> TaskManager::start_container(std::string task_arn, std::size_t container, std::string id) {
  engine::StartDone done{container, "", std::nullopt, std::nullopt};
  auto started = co_await start_until_answered(id);
  // An event that is lost says nothing of a container that somebody started again, and that has the port.
  if (!started.ok() && names_taken_port(started.error())) {
    const bool ended = co_await end_strays();
    if (ended) started = co_await start_until_answered(id);
  }
  for (int tries = 1; !started.ok() && tries < kPortTriesMax; ++tries) {
    auto moved = co_await move_ports(task_arn, container, id, started.error());
    if (!moved.ok()) {
      started = moved.error();
      break;
    }
    done.docker_id = id = *moved;
    started = co_await start_until_answered(id);
  }
  if (Managed* task = find_managed(task_arn)) task->secrets.erase(container);
  if (!started.ok()) {
    done.error = started.error();
    spdlog::error("agent: {}: {}", done.error->name, done.error->text);
  } else {
    auto info = co_await deps_.containers.inspect(id);
    if (info.ok()) done.info = std::move(*info);
  }
  const bool blind = started.ok() && !done.info;
  post(task_arn, done);
  Managed* task = find_managed(task_arn);
  if (task == nullptr) co_return;
  // An event that came meanwhile may be newer than the inspect was.
  if (task->missed.erase(container) > 0 || blind) co_await observe(task_arn, container);
}

Async<void> TaskManager::stop_container(std::string task_arn, std::size_t container, std::string id,
                                        Duration grace) {
  auto stopped = co_await deps_.containers.stop(id, grace);
  engine::StopDone done{container, std::nullopt, std::nullopt};
  if (stopped.ok()) {
    auto info = co_await deps_.containers.inspect(id);
    if (info.ok()) {
      done.info = std::move(*info);
    } else {
      done.error = info.error();
    }
  } else {
    done.error = stopped.error();
    spdlog::error("agent: {}: {}", done.error->name, done.error->text);
  }
  post(task_arn, done);
}

Async<void> TaskManager::sleep_then(std::string task_arn, engine::Timer timer, Duration delay) {
  co_await deps_.runtime.sleep(delay);
  post(task_arn, engine::TimerFired{timer});
}

// --- cleanup
// ------------------------------------------------------------------------------------------------

Async<bool> TaskManager::try_clean_up(std::vector<std::string> containers, std::vector<std::string> volumes) {
  bool clean = true;
  const auto place = co_await removals_.enter(Turnstile::Urgency::normal);
  for (const std::string& container : containers) {
    auto removed = co_await deps_.containers.remove(container, engine::ContainerRuntime::Force::yes);
    if (removed.ok()) continue;
    clean = false;
    spdlog::warn("agent: {}: {}", removed.error().name, removed.error().text);
  }
  for (const std::string& volume : volumes) {
    auto removed = co_await deps_.containers.remove_volume(volume);
    if (removed.ok()) continue;
    clean = false;
    spdlog::warn("agent: {}: {}", removed.error().name, removed.error().text);
  }
  co_return clean;
}

Async<void> TaskManager::clean_up(std::string task_arn) {
  const Managed* task = find_managed(task_arn);
  if (task == nullptr) co_return;
  std::vector<std::string> containers;
  std::vector<std::string> volumes;
  // By name, and whether we know that they were made or not: the answer may have been lost with an agent.
  for (const auto& container : task->state.containers) containers.push_back(container.docker_name);
  for (std::size_t i = 0; i < task->state.volumes.size(); ++i) {
    if (task->state.spec.volumes[i].kind == engine::VolumeKind::scratch)
      volumes.push_back(task->state.volumes[i].docker_name);
  }
  for (int tries = 0; tries < kCleanupTriesMax; ++tries) {
    const bool clean = co_await try_clean_up(containers, volumes);
    if (clean) break;
    co_await deps_.runtime.sleep(kCleanupRetry);
  }
  task = find_managed(task_arn);
  if (task == nullptr) co_return;
  if (deps_.metadata_files != nullptr) deps_.metadata_files->remove(task->state);
  const bool grouped = task->state.wants_cgroup && deps_.cgroups != nullptr;
  const bool known = !task->state.cgroup_parent.empty();
  std::string id = task->state.spec.id();
  if (grouped) co_await remove_cgroup(std::move(id), known);
  post(task_arn, engine::CleanedUp{});
}

// --- what the engine shows
// ----------------------------------------------------------------------------------

Async<void> TaskManager::observe(std::string task_arn, std::size_t container) {
  while (Managed* task = find_managed(task_arn)) {
    const engine::ContainerState& state = task->state.containers[container];
    if (state.step == Step::create || state.step == Step::start) {
      task->missed.insert(container);  // the step's own inspect comes, and then another one
      co_return;
    }
    if (state.docker_id.empty()) co_return;
    auto info = co_await deps_.containers.inspect(state.docker_id);
    if (info.ok()) {
      post(task_arn, engine::Observed{container, std::move(*info)});
      co_return;
    }
    if (info.error().missing) {
      post(task_arn, engine::Vanished{container});
      co_return;
    }
    spdlog::warn("agent: {}: {}", info.error().name, info.error().text);
    co_await deps_.runtime.sleep(kEngineRetry);
  }
}

Async<std::vector<std::optional<engine::ContainerInfo>>> TaskManager::inspect_all(std::string task_arn) {
  std::vector<std::optional<engine::ContainerInfo>> all;
  const std::size_t count = find_managed(task_arn)->state.containers.size();
  for (std::size_t i = 0; i < count;) {
    const engine::ContainerState& state = find_managed(task_arn)->state.containers[i];
    if (state.known == Status::stopped) {
      all.emplace_back();
      ++i;
      continue;
    }
    std::string key = state.docker_id.empty() ? state.docker_name : state.docker_id;
    auto info = co_await deps_.containers.inspect(std::move(key));
    if (!info.ok() && info.error().missing &&
        find_managed(task_arn)->state.containers[i].known == Status::created)
      info = co_await deps_.containers.inspect(find_managed(task_arn)->state.containers[i].docker_name);
    if (!info.ok() && !info.error().missing) {
      co_await wait_for_engine(info.error());
      continue;
    }
    all.push_back(info.ok() ? std::optional(std::move(*info)) : std::nullopt);
    ++i;
  }
  co_return all;
}

namespace {

/// Whether the event is of a start that we made: the inspect that follows it tells more, and costs less than
/// two.
bool is_own_start(const engine::ContainerState& state, const engine::ContainerEvent& event) {
  if (event.kind != engine::ContainerEvent::Kind::started) return false;
  if (state.step == Step::start) return true;
  return state.known == Status::running && state.started_at && event.at - *state.started_at < kOwnStartEvent;
}

}  // namespace

void TaskManager::handle_event(const engine::ContainerEvent& event) {
  using Kind = engine::ContainerEvent::Kind;
  const auto found = by_docker_id_.find(event.container_id);
  if (found == by_docker_id_.end()) {
    if (event.kind == Kind::started && orphans_.contains(event.container_id)) group_.spawn(stop_strays());
    return;
  }
  const auto& [task_arn, container] = found->second;
  const bool tells = event.kind == Kind::died || event.kind == Kind::started || event.kind == Kind::health ||
                     event.kind == Kind::destroyed;
  if (!tells || is_own_start(find_managed(task_arn)->state.containers[container], event)) return;
  group_.spawn(observe(task_arn, container));
}

void TaskManager::verify_now() {
  for (const auto& [arn, task] : tasks_) {
    for (std::size_t i = 0; i < task->state.containers.size(); ++i) {
      const engine::ContainerState& state = task->state.containers[i];
      if (state.known != Status::stopped && state.step == Step::none && !state.docker_id.empty()) {
        group_.spawn(observe(arn, i));
      }
    }
  }
}

Async<void> TaskManager::follow_events(WallTime since) {
  bool complained = false;
  for (bool first = true;; first = false) {
    auto stream = co_await deps_.containers.events(since);
    if (stream.ok()) {
      if (!first) {
        verify_now();
        group_.spawn(stop_strays());
      }
      complained = false;
      while (true) {
        auto event = co_await (*stream)->next();
        if (!event.ok()) break;
        since = std::max(since, event->at);
        handle_event(*event);
      }
    }
    co_await deps_.runtime.sleep(kEngineRetry);  // ends here when the agent is stopping
    if (!complained) spdlog::warn("agent: no events from the container engine; trying again");
    complained = true;
  }
}

Async<void> TaskManager::verify_steadily() {
  while (true) {
    co_await deps_.runtime.sleep(kSteadyCheck + std::chrono::seconds(random_.below(30)));
    verify_now();
    co_await stop_strays();
  }
}

}  // namespace berth::agent::tasks
