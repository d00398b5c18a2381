#include "agent/tasks/task_manager.h"

#include <algorithm>

#include "agent/tasks/task_report.h"
#include "base/log.h"

namespace berth::agent::tasks {

using engine::Status;

namespace {

/// Whether the change must be on disk before anything is done about it: reports, and whatever cannot be found
/// out again.
bool must_save_now(const std::vector<engine::Action>& actions, Status desired_before,
                   const engine::TaskState& after) {
  if (after.desired != desired_before) return true;
  return std::ranges::any_of(actions, [](const engine::Action& action) {
    return std::holds_alternative<engine::ReportReady>(action) ||
           std::holds_alternative<engine::CleanUp>(action);
  });
}

}  // namespace

TaskManager::TaskManager(Deps deps, TaskManagerOptions options)
    : deps_(std::move(deps)),
      options_(std::move(options)),
      puller_(deps_.containers, deps_.runtime, options_.pull_behavior, deps_.find_auth),
      resources_(options_.host_cpu, options_.host_memory_mib),
      random_(deps_.runtime.fork_random()),
      group_(deps_.runtime.executor()) {}

TaskManager::~TaskManager() = default;

TaskManager::Managed* TaskManager::find_managed(const std::string& task_arn) const {
  const auto found = tasks_.find(task_arn);
  return found == tasks_.end() ? nullptr : found->second.get();
}

const engine::TaskState* TaskManager::find(const std::string& task_arn) const {
  const Managed* task = find_managed(task_arn);
  return task == nullptr ? nullptr : &task->state;
}

std::vector<const engine::TaskState*> TaskManager::list() const {
  std::vector<const engine::TaskState*> all;
  for (const auto& [arn, task] : tasks_) all.push_back(&task->state);
  return all;
}

// --- the loop of a task
// -------------------------------------------------------------------------------------

void TaskManager::post(const std::string& task_arn, const engine::Event& event) {
  Managed* task = find_managed(task_arn);
  if (task == nullptr) return;
  const Status known = task->state.known;
  const Status desired = task->state.desired;
  std::vector<Status> containers_before;
  for (const auto& container : task->state.containers) containers_before.push_back(container.known);
  const auto actions = engine::apply(task->state, event, deps_.runtime.clock().wall(), options_.engine);
  for (std::size_t i = 0; i < task->state.containers.size(); ++i) {
    const std::string& id = task->state.containers[i].docker_id;
    if (!id.empty()) by_docker_id_.try_emplace(id, task_arn, i);
    const Status now = task->state.containers[i].known;
    if (now == Status::running && containers_before[i] != now) write_metadata_file(task->state, i);
  }
  save(*task, must_save_now(actions, desired, task->state) ? Save::now : Save::later);
  for (const engine::Action& action : actions) perform(task_arn, *task, action);
  if (task->state.known != known)
    spdlog::info("agent: task {} is {}", task->state.spec.id(), to_string(task->state.known));
  if (task->state.known == Status::stopped && known != Status::stopped) {
    resources_.release(task_arn);
    credentials_.erase(task->state.spec.credentials_id);
    credentials_.erase(task->state.spec.execution_credentials_id);
    task->secrets.clear();
  }
  if (task->state.cleanup == engine::Cleanup::done) forget(task_arn);
  if (known != Status::stopped) admit_waiting();
}

void TaskManager::perform(const std::string& task_arn, Managed& task, const engine::Action& action) {
  const auto name = [&](std::size_t container) -> const std::string& {
    return task.state.spec.containers[container].name;
  };
  if (const auto* volume = std::get_if<engine::MakeVolume>(&action)) {
    group_.spawn(make_volume(task_arn, volume->volume));
  } else if (std::holds_alternative<engine::MakeCgroup>(action)) {
    group_.spawn(make_cgroup(task_arn));
  } else if (std::holds_alternative<engine::FetchSecrets>(action)) {
    fetch_secrets(task_arn, task);
  } else if (const auto* fetch = std::get_if<engine::PullImage>(&action)) {
    auto ticket = std::make_shared<PullTicket>();
    task.pulls[fetch->container] = ticket;
    group_.spawn(pull(task_arn, fetch->container, ticket));
  } else if (const auto* cancel = std::get_if<engine::CancelPull>(&action)) {
    if (const auto ticket = task.pulls.find(cancel->container); ticket != task.pulls.end())
      ticket->second->abandon();
  } else if (const auto* make = std::get_if<engine::CreateContainer>(&action)) {
    auto config = make_config(task, make->container);
    if (config.ok()) {
      group_.spawn(create(task_arn, make->container, std::move(*config)));
    } else {
      post(task_arn, engine::CreateDone{make->container, "", config.error()});
    }
  } else if (const auto* begin = std::get_if<engine::StartContainer>(&action)) {
    group_.spawn(
        start_container(task_arn, begin->container, task.state.containers[begin->container].docker_id));
  } else if (const auto* end = std::get_if<engine::StopContainer>(&action)) {
    spdlog::info("agent: stopping container {} of task {}", name(end->container), task.state.spec.id());
    group_.spawn(stop_container(task_arn, end->container, task.state.containers[end->container].docker_id,
                                end->grace));
  } else if (const auto* timer = std::get_if<engine::SetTimer>(&action)) {
    group_.spawn(sleep_then(task_arn, timer->timer, timer->delay));
  } else if (std::holds_alternative<engine::CleanUp>(action)) {
    group_.spawn(clean_up(task_arn));
  } else if (std::holds_alternative<engine::ReportReady>(action) && !task.reporting) {
    task.reporting = true;
    group_.spawn(report(task_arn));
  }
}

Async<void> TaskManager::report(std::string task_arn) {
  while (Managed* task = find_managed(task_arn)) {
    // Told and not saved, a crash would bring back a task that the control plane has seen the end of.
    if (!is_saved(*task)) {
      co_await deps_.runtime.sleep(kSaveRetry);
      continue;
    }
    const engine::StateChange* change = engine::begin_report(task->state);
    if (change == nullptr) {
      task->reporting = false;
      co_return;
    }
    const std::uint64_t id = change->id;
    std::string body = render_report(task->state.spec, *change, options_.mapping.ipv6_ports);
    co_await deps_.reports.submit_task_state_change(task_arn, std::move(body));
    post(task_arn, engine::ReportDelivered{id});
  }
}

void TaskManager::forget(const std::string& task_arn) {
  const Managed* task = find_managed(task_arn);
  if (task == nullptr) return;
  const std::string id = task->state.spec.id();
  if (auto removed = deps_.store.remove_task(id); !removed) {
    spdlog::warn("agent: cannot remove the saved state of task {}: {}", id, removed.error().message);
  }
  std::erase_if(by_docker_id_, [&](const auto& entry) { return entry.second.first == task_arn; });
  tasks_.erase(task_arn);
  spdlog::info("agent: task {} is cleaned up", id);
}

void TaskManager::admit_waiting() {
  for (const std::string& arn : resources_.admit()) post(arn, engine::Admitted{});
}

// --- saving
// -------------------------------------------------------------------------------------------------

void TaskManager::save(Managed& task, Save when) {
  if (when == Save::now) return write(task, state::StateStore::Sync::now);
  if (!task.dirty) dirty_.notify();
  task.dirty = true;
}

void TaskManager::write(Managed& task, state::StateStore::Sync sync) {
  if (auto saved = deps_.store.save_task(task.text, task.state, sync); !saved) {
    spdlog::error("agent: cannot save task {}: {}", task.state.spec.id(), saved.error().message);
    task.dirty = true;
    dirty_.notify();
    return;
  }
  task.dirty = false;
}

bool TaskManager::is_saved(Managed& task) {
  if (task.dirty) write(task, state::StateStore::Sync::now);
  return !task.dirty;
}

void TaskManager::save_everything() {
  for (const auto& [arn, task] : tasks_) {
    if (task->dirty) write(*task, state::StateStore::Sync::later);
  }
  if (sequence_ == saved_sequence_) return;
  if (auto saved = deps_.store.save_sequence(sequence_); !saved) {
    spdlog::error("agent: cannot save the agent's state: {}", saved.error().message);
    return;
  }
  saved_sequence_ = sequence_;
}

Async<void> TaskManager::save_lazily() {
  while (true) {
    co_await dirty_.wait();
    co_await deps_.runtime.sleep(kLazySave);
    save_everything();
  }
}

// --- tasks coming in
// ----------------------------------------------------------------------------------------

void TaskManager::remember_credentials(const model::acs::Task& task) {
  for (const auto* credentials : {&task.role_credentials, &task.execution_role_credentials}) {
    if (*credentials && (*credentials)->credentials_id)
      credentials_[*(*credentials)->credentials_id] = **credentials;
  }
}

bool TaskManager::set_credentials(const model::acs::IAMRoleCredentials& credentials) {
  const std::string id = credentials.credentials_id.value_or("");
  const bool used = !id.empty() && std::ranges::any_of(tasks_, [&](const auto& entry) {
    const engine::TaskState& state = entry.second->state;
    return state.known != Status::stopped &&
           (state.spec.credentials_id == id || state.spec.execution_credentials_id == id);
  });
  if (used) credentials_[id] = credentials;
  return used;
}

const model::acs::IAMRoleCredentials* TaskManager::find_credentials(const std::string& credentials_id) const {
  const auto found = credentials_.find(credentials_id);
  return found == credentials_.end() ? nullptr : &found->second;
}

bool TaskManager::stop_task(const std::string& task_arn, const std::string& reason) {
  if (!tasks_.contains(task_arn)) return false;
  post(task_arn, engine::StopRequested{reason});
  return true;
}

Async<std::optional<session::TaskSink::Refused>> TaskManager::accept_one(model::acs::Task task) {
  const std::string arn = task.arn.value_or("");
  const Status desired = engine::parse_status(task.desired_status.value_or("RUNNING")).value_or(Status::none);
  const bool stop = desired == Status::stopped;
  if (Managed* known = find_managed(arn)) {
    if (!stop) {
      remember_credentials(task);
      co_return std::nullopt;
    }
    post(arn, engine::StopRequested{});
    // It is being stopped; not acknowledged, the stop comes again, to an agent that has forgotten it too.
    known = find_managed(arn);
    if (known == nullptr || is_saved(*known)) co_return std::nullopt;
    co_return Refused{arn, ""};
  }
  auto spec = engine::make_task_spec(task);
  // A control plane that has lost its record of the task knows the ARN only; there is nothing to stop here.
  if (stop && (!task.containers || task.containers->empty())) co_return std::nullopt;
  if (!spec) co_return Refused{arn, "UnrecogniedTaskError: Error loading task - " + spec.error().message};
  spdlog::info("agent: task {} ({}:{}) has arrived{}", spec->id(), spec->family, spec->version,
               stop ? " to be stopped" : "");
  remember_credentials(task);
  auto managed = std::make_unique<Managed>();
  managed->text = state::render_task(std::move(task));
  managed->state = engine::make_task_state(std::move(*spec), stop ? Status::stopped : Status::running,
                                           options_.task_limits, random_);
  Managed& added = *(tasks_[arn] = std::move(managed));
  const std::string problem = added.state.spec.setup_problem;
  save(added, Save::now);
  if (added.dirty && deps_.store.enabled()) {
    // A full disk, say. Not acknowledged, it comes again; others, and stops above all, must not wait for it.
    credentials_.erase(added.state.spec.credentials_id);
    credentials_.erase(added.state.spec.execution_credentials_id);
    tasks_.erase(arn);
    co_return Refused{arn, ""};
  }
  if (stop || !problem.empty()) {
    post(arn, engine::StopRequested{problem});
  } else {
    resources_.enqueue(arn, engine::compute_needs(added.state.spec));
  }
  co_return std::nullopt;
}

Async<std::vector<session::TaskSink::Refused>> TaskManager::accept(std::vector<model::acs::Task> tasks,
                                                                   std::int64_t sequence) {
  std::vector<Refused> refused;
  std::ranges::stable_partition(tasks, [](const model::acs::Task& task) {
    return engine::parse_status(task.desired_status.value_or("")) == Status::stopped;
  });
  for (model::acs::Task& task : tasks) {
    auto one = co_await accept_one(std::move(task));
    if (one) refused.push_back(std::move(*one));
  }
  admit_waiting();
  if (refused.empty() && sequence > sequence_) {
    sequence_ = sequence;
    dirty_.notify();
  }
  co_return refused;
}

session::TaskSink::Differences TaskManager::compare(const std::vector<Expected>& expected) {
  Differences differences;
  std::set<std::string_view> wanted;
  for (const Expected& one : expected) {
    if (!one.stop) wanted.insert(one.task_arn);
    const Managed* task = find_managed(one.task_arn);
    if (task == nullptr) {
      if (!one.stop) differences.missing.push_back(one.task_arn);
      continue;
    }
    // Told before, and forgotten: by a control plane that has gone back to an older state.
    const bool behind = one.last_status && engine::parse_status(*one.last_status).value_or(Status::none) !=
                                               std::max(task->state.known, Status::running);
    const bool told = task->state.known >= Status::running && task->state.outbox.empty();
    if (told && behind) post(one.task_arn, engine::AskedAgain{});
  }
  for (const auto& [arn, task] : tasks_)
    if (task->state.desired != Status::stopped && !wanted.contains(arn)) differences.surplus.push_back(arn);
  return differences;
}

// --- beginning and end
// --------------------------------------------------------------------------------------

void TaskManager::set_instance(const std::string& container_instance_arn, const std::string& host) {
  options_.mapping.container_instance_arn = container_instance_arn;
  options_.mapping.host = host;
}

Result<void> TaskManager::load() {
  auto tasks = deps_.store.load_tasks();
  if (!tasks) return tasks.error();
  for (state::SavedTask& saved : *tasks) {
    auto managed = std::make_unique<Managed>();
    managed->text = state::render_task(std::move(saved.task));
    managed->state = std::move(saved.state);
    const std::string arn = managed->state.spec.arn;
    for (std::size_t i = 0; i < managed->state.containers.size(); ++i) {
      const std::string& id = managed->state.containers[i].docker_id;
      if (!id.empty()) by_docker_id_.try_emplace(id, arn, i);
    }
    tasks_[arn] = std::move(managed);
  }
  sequence_ = saved_sequence_ = deps_.store.agent().sequence;
  load_images();
  if (!tasks_.empty()) spdlog::info("agent: {} tasks are in the saved state", tasks_.size());
  return {};
}

Async<void> TaskManager::resume() {
  events_since_ = deps_.runtime.clock().wall();
  std::vector<std::string> arns;
  for (const auto& [arn, task] : tasks_) {
    arns.push_back(arn);
    if (task->state.admitted && task->state.known != Status::stopped) {
      resources_.adopt(arn, engine::compute_needs(task->state.spec));
    }
  }
  // Several at once: with many tasks, a host whose agent comes back would wait for long.
  resuming_ = arns.size();
  for (const std::string& arn : arns) group_.spawn(resume_one(arn));
  while (resuming_ > 0) co_await resumed_.wait();
  co_await stop_strays();
  // What they hold of the host is given to others.
  while (!orphans_ending_.empty()) co_await resumed_.wait();
  admit_waiting();
}

Async<void> TaskManager::resume_one(std::string task_arn) {
  engine::Resumed resumed;
  {
    const auto place = co_await launches_.enter(Turnstile::Urgency::first);
    resumed.containers = co_await inspect_all(task_arn);
  }
  post(task_arn, resumed);
  const Managed* task = find_managed(task_arn);
  if (task != nullptr && !task->state.admitted && task->state.desired != Status::stopped) {
    resources_.enqueue(task_arn, engine::compute_needs(task->state.spec));
  }
  --resuming_;
  resumed_.notify();
}

void TaskManager::start() {
  group_.spawn(follow_events(events_since_));
  group_.spawn(verify_steadily());
  group_.spawn(save_lazily());
  if (options_.image_cleanup) group_.spawn(clean_images_steadily());
}

Async<void> TaskManager::stop() {
  group_.cancel();
  puller_.cancel();
  co_await group_.drain();
  co_await puller_.drain();
  save_everything();
}

}  // namespace berth::agent::tasks
