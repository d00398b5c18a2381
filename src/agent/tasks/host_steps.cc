#include <algorithm>

#include "agent/tasks/task_manager.h"
#include "base/log.h"

namespace berth::agent::tasks {

using engine::Status;

// --- limits of whole tasks
// ----------------------------------------------------------------------------------

Async<void> TaskManager::make_cgroup(std::string task_arn) {
  const Managed* task = find_managed(task_arn);
  if (task == nullptr) co_return;
  engine::CgroupDone done;
  const std::string id = task->state.spec.id();
  if (deps_.cgroups != nullptr) {
    auto made = co_await deps_.cgroups->make(id, engine::limits_of(task->state.spec));
    if (made.ok()) {
      done.parent = *made;
    } else {
      spdlog::warn("agent: no control group for task {} ({}); each of its containers gets the task's limits",
                   id, made.error().text);
    }
  }
  post(task_arn, done);
}

Async<void> TaskManager::remove_cgroup(std::string task_id, bool known) {
  auto removed = co_await deps_.cgroups->remove(task_id);
  if (!removed.ok() && known)
    spdlog::warn("agent: the control group of task {} stays: {}", task_id, removed.error().text);
}

// --- secrets
// ------------------------------------------------------------------------------------------------

void TaskManager::fetch_secrets(const std::string& task_arn, Managed& task) {
  engine::SecretsDone done;
  for (std::size_t i = 0; i < task.state.containers.size() && done.problem.empty(); ++i) {
    const engine::ContainerSpec& spec = task.state.spec.containers[i];
    if (!spec.wants_secrets() || task.state.containers[i].known >= Status::created) continue;
    if (deps_.secrets == nullptr) {
      done.problem = "unable to pull secrets or registry auth: this agent has no secrets";
      break;
    }
    auto found = deps_.secrets->fetch(spec);
    if (found) {
      task.secrets[i] = *std::move(found);
    } else {
      done.problem = found.error().message;
    }
  }
  if (!done.problem.empty()) spdlog::error("agent: task {}: {}", task.state.spec.id(), done.problem);
  group_.spawn(tell(task_arn, done));
}

Async<void> TaskManager::tell(std::string task_arn, engine::Event event) {
  post(task_arn, event);
  co_return;
}

// --- what a container is created with
// -----------------------------------------------------------------------

engine::DriverResult<engine::ContainerConfig> TaskManager::make_config(Managed& task, std::size_t container) {
  const engine::ContainerSpec& spec = task.state.spec.containers[container];
  engine::ContainerInputs inputs;
  if (const auto found = task.secrets.find(container); found != task.secrets.end())
    inputs.secrets = found->second;
  auto ports = choose_ports(task, container);
  if (!ports.ok()) return ports.error();
  inputs.host_ports = std::move(*ports);
  if (deps_.metadata_files != nullptr) {
    auto folder = deps_.metadata_files->write(task.state, container);
    if (folder) {
      inputs.metadata_folder = *std::move(folder);
    } else {
      spdlog::warn("agent: no metadata file for container {} of task {}: {}", spec.name, task.state.spec.id(),
                   folder.error().message);
    }
  }
  return engine::make_container_config(task.state, container, options_.mapping, inputs);
}

void TaskManager::write_metadata_file(const engine::TaskState& task, std::size_t container) {
  if (deps_.metadata_files == nullptr) return;
  if (auto written = deps_.metadata_files->write(task, container); !written)
    spdlog::warn("agent: the metadata file of container {} of task {} stays as it is: {}",
                 task.spec.containers[container].name, task.spec.id(), written.error().message);
}

// --- images
// -------------------------------------------------------------------------------------------------

namespace {
constexpr const char* kImagesFile = "images.json";
}

void TaskManager::load_images() {
  const auto text = deps_.store.load_text(kImagesFile);
  if (!text || !*text) return;
  const auto json = parse_json(**text);
  auto images = json ? pulled_images_from_json(*json) : Result<PulledImages>(json.error());
  if (images) {
    images_ = *std::move(images);
  } else {
    spdlog::warn("agent: {}: {}; images pulled until now will stay", kImagesFile, images.error().message);
  }
}

void TaskManager::save_images() {
  if (auto saved = deps_.store.save_text(kImagesFile, render_json(to_json(images_))); !saved)
    spdlog::warn("agent: cannot save {}: {}", kImagesFile, saved.error().message);
}

void TaskManager::note_image_use(const std::string& id, const std::string& name, bool pulled) {
  if (!options_.image_cleanup) return;
  note_image(images_, id, name, pulled, deps_.runtime.clock().wall());
  if (pulled) save_images();
}

Async<bool> TaskManager::remove_image(ImageRemoval removal) {
  for (const std::string& name : removal.names) {
    auto removed = co_await deps_.containers.remove_image(name);
    if (removed.ok() || removed.error().missing) continue;
    spdlog::warn("agent: image {} stays: {}", name, removed.error().text);
    co_return false;
  }
  spdlog::info("agent: image {} ({}) is not used any more and has been removed", removal.names.front(),
               removal.id);
  co_return true;
}

Async<void> TaskManager::clean_containers(std::vector<engine::ContainerSummary> containers) {
  int removed = 0;
  for (const std::string& id : plan_untracked_containers(containers, options_.cleanup)) {
    if (removed == options_.cleanup.untracked_containers_per_cycle) co_return;
    auto info = co_await deps_.containers.inspect(id);
    if (!info.ok() || !info->finished_at) continue;
    if (deps_.runtime.clock().wall() - *info->finished_at < options_.engine.cleanup_wait) continue;
    auto gone = co_await deps_.containers.remove(id, engine::ContainerRuntime::Force::no);
    if (!gone.ok()) continue;
    spdlog::info("agent: container {} is of no task, has ended and has been removed", info->name);
    ++removed;
  }
}

Async<void> TaskManager::clean_images() {
  if (puller_.busy()) co_return;
  if (options_.cleanup.untracked) {
    auto containers = co_await deps_.containers.list("");
    if (containers.ok()) co_await clean_containers(std::move(*containers));
  }
  CleanupFacts facts;
  auto images = co_await deps_.containers.list_images();
  if (!images.ok()) co_return;
  facts.images = std::move(*images);
  auto containers = co_await deps_.containers.list("");
  if (!containers.ok()) co_return;
  for (const auto& container : *containers) {
    facts.used_ids.insert(container.image_id);
    facts.used_names.insert(container.image);
  }
  for (const auto& [arn, task] : tasks_) {
    if (task->state.known == Status::stopped) continue;
    for (const auto& container : task->state.spec.containers) facts.used_names.insert(container.image);
    for (const auto& container : task->state.containers) facts.used_ids.insert(container.image_id);
  }
  facts.now = deps_.runtime.clock().wall();
  const bool forgot = forget_missing(images_, facts.images);
  auto plan = plan_image_cleanup(images_, facts, options_.cleanup);
  for (ImageRemoval& removal : plan_untracked_cleanup(images_, facts, options_.cleanup, plan.size()))
    plan.push_back(std::move(removal));
  for (ImageRemoval& removal : plan) {
    if (puller_.busy()) break;
    const std::string id = removal.id;
    const bool gone = co_await remove_image(std::move(removal));
    if (gone) images_.erase(id);
  }
  if (forgot || !plan.empty()) save_images();
}

Async<void> TaskManager::clean_images_steadily() {
  while (true) {
    co_await deps_.runtime.sleep(options_.image_cleanup_interval);
    co_await clean_images();
  }
}

}  // namespace berth::agent::tasks
