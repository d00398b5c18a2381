#include "sim/checkers/ledger.h"

#include <fmt/format.h>

#include <algorithm>

#include "domain/task_lifecycle.h"
#include "scheduling/service_rules.h"
#include "store/record_codec.h"

namespace berth::sim {
namespace {

using domain::ContainerInstanceRecord;
using domain::ServiceRecord;
using domain::TaskRecord;
using domain::TaskStatus;

// A task that went by itself between the scheduler's look and its commit is no fault of the scheduler.
constexpr Duration kLossWindow = std::chrono::seconds(10);
constexpr std::size_t kWishesMax = 64;
constexpr Duration kStoppedKeptMin = std::chrono::minutes(9);

std::string instance_key_of(const TaskRecord& task) {
  return store::instance_key({task.account, task.region}, task.cluster, task.instance_id);
}

bool live(const TaskRecord* task) {
  return task && task->last_status != TaskStatus::stopped;
}

bool serves(const TaskRecord& task) {
  return task.last_status == TaskStatus::running && task.desired_status == TaskStatus::running;
}

template <class R>
std::shared_ptr<const R> decoded(const store::EngineWrite& write) {
  if (!write.value) return nullptr;
  auto record = store::decode_record(write.kind, write.key, *write.value);
  check(record.ok(), "a record that was written cannot be read");
  return std::static_pointer_cast<const R>(*std::move(record));
}

// The limit in a startedBy of the workload, "NAME:COUNT"; 0 when it has none.
std::int64_t limit_of(const std::string& started_by) {
  const auto colon = started_by.find(':');
  return started_by.starts_with("sim-") && colon != std::string::npos
             ? std::atoll(started_by.c_str() + colon + 1)
             : 0;
}

template <class R>
void keep(std::map<std::string, std::shared_ptr<const R>>& map, const std::string& key,
          std::shared_ptr<const R> record) {
  if (record)
    map[key] = std::move(record);
  else
    map.erase(key);
}

}  // namespace

const TaskRecord* Ledger::find_task(const std::string& arn) const {
  const auto found = by_arn_.find(arn);
  return found == by_arn_.end() ? nullptr : found->second.get();
}

bool Ledger::service_had(const std::string& name, std::int64_t desired, MonotonicTime since) const {
  const auto found = wishes_.find(name);
  if (found == wishes_.end()) return false;
  for (auto wish = found->second.rbegin(); wish != found->second.rend(); ++wish) {
    if (wish->desired == desired) return true;
    if (wish->at < since) return false;  // The one that stood when the request began.
  }
  return false;
}

void Ledger::committed(const store::EngineBatch& batch) {
  for (const auto& writes : batch.writes) {
    ++transactions_;
    Touched touched;
    for (const auto& write : writes) apply(write, touched);
    for (const auto& key : touched.instances) check_instance(key);
    for (const auto& key : touched.services) check_bounds(key, touched);
  }
  head_ = batch.head;
  world_.trace(fmt::format("commit {} {}", batch.head.value(), batch.transaction_ids.back()));
}

void Ledger::apply(const store::EngineWrite& write, Touched& touched) {
  switch (write.kind) {
    case store::Kind::task:
      return apply_task(write.key, decoded<TaskRecord>(write), touched);
    case store::Kind::container_instance: {
      auto after = decoded<ContainerInstanceRecord>(write);
      const auto before = instances_.find(write.key);
      check_instance_write(before == instances_.end() ? nullptr : before->second.get(), after.get());
      keep(instances_, write.key, std::move(after));
      touched.instances.insert(write.key);
      return;
    }
    case store::Kind::allocation:
      keep(allocations_, write.key, decoded<domain::InstanceAllocation>(write));
      touched.instances.insert(write.key);
      return;
    case store::Kind::service: {
      auto record = decoded<ServiceRecord>(write);
      if (record) {
        auto& wishes = wishes_[record->name];
        if (wishes.empty() || wishes.back().desired != record->desired_count)
          wishes.push_back({world_.now(), record->desired_count});
        if (wishes.size() > kWishesMax) wishes.pop_front();
      }
      keep(services_, write.key, std::move(record));
      return;
    }
    case store::Kind::client_token: {
      if (!write.value) return void(tokens_.erase(write.key));
      const auto [at, fresh] = tokens_.emplace(write.key, *write.value);
      if (!fresh && at->second != *write.value) fail("token-once", write.key + " acted twice");
      return;
    }
    case store::Kind::task_definition: {
      const auto record = decoded<domain::TaskDefinitionRecord>(write);
      if (!record) return void(definitions_.erase(write.key));
      const std::string text = record->definition.family.value_or("") +
                               std::to_string(record->definition.container_definitions.value().size()) +
                               record->definition.container_definitions.value().front().image.value_or("");
      const auto [at, fresh] = definitions_.emplace(write.key, text);
      if (!fresh && at->second != text) fail("definition", write.key + " has changed");
      return;
    }
    default:
      return;
  }
}

void Ledger::apply_task(const std::string& key, std::shared_ptr<const TaskRecord> after, Touched& touched) {
  const auto found = tasks_.find(key);
  const std::shared_ptr<const TaskRecord> before = found == tasks_.end() ? nullptr : found->second;
  check_task(before.get(), after.get());
  note_service_task(before.get(), after.get(), before, after, touched);
  const TaskRecord& any = after ? *after : *before;
  const std::string instance = instance_key_of(any);
  touched.instances.insert(instance);
  if (live(after.get()))
    by_instance_[instance].insert(key);
  else
    by_instance_[instance].erase(key);
  if (after) by_arn_[after->arn] = after;
  keep(tasks_, key, std::move(after));
}

void Ledger::check_task(const TaskRecord* before, const TaskRecord* after) {
  if (!after) {
    if (!before) return;
    if (live(before)) return fail("retention", before->arn + " was deleted before it stopped");
    const WallTime now = world_.options().epoch + Duration(world_.now().ns);
    if (before->stopped_at && now < *before->stopped_at + kStoppedKeptMin && now >= *before->stopped_at)
      world_.probe("task-deleted-early-by-clock");
    return;
  }
  if (!before) {
    const auto limit = limit_of(after->started_by.value_or(""));
    if (find_task(after->arn)) return fail("status-forward", after->arn + " came a second time");
    if (limit > 0 && ++started_by_[*after->started_by] > limit)
      fail("count-once", fmt::format("more than {} tasks were started for {}", limit, *after->started_by));
  }
  if (before && domain::rank(after->last_status) < domain::rank(before->last_status))
    fail("status-forward", fmt::format("{} went from {} to {}", after->arn, to_string(before->last_status),
                                       to_string(after->last_status)));
  if (before && before->desired_status == TaskStatus::stopped && after->desired_status != TaskStatus::stopped)
    fail("desired-forward", after->arn + " is wanted again after a stop");
  if (after->last_status != TaskStatus::stopped) return;
  if (!after->stopped_at || !after->stop_code || after->stopped_reason.value_or("").empty())
    fail("stopped-reason", after->arn + " does not say why or when it stopped");
  if (after->desired_status != TaskStatus::stopped)
    fail("desired-forward", after->arn + " has stopped and is still wanted");
}

void Ledger::note_service_task(const TaskRecord* before, const TaskRecord* after,
                               std::shared_ptr<const TaskRecord> task_before,
                               std::shared_ptr<const TaskRecord> task_after, Touched& touched) {
  const TaskRecord* any = after ? after : before;
  if (!any || !any->service_name) return;
  const std::string key = store::service_key({any->account, any->region}, any->cluster, *any->service_name);
  const std::string task_key = store::task_key({any->account, any->region}, any->cluster, any->id);
  if (live(after))
    by_service_[key].insert(task_key);
  else
    by_service_[key].erase(task_key);
  if (!before && after) {
    touched.started.push_back(std::move(task_after));
    touched.services.insert(key);
  }
  if (!before || !after || !serves(*before) || serves(*after)) return;
  const bool by_scheduler = after->stop_code == model::ecs::TaskStopCode::service_scheduler_initiated &&
                            before->desired_status != after->desired_status &&
                            after->last_status != TaskStatus::stopped;
  if (by_scheduler) {
    touched.stopped.push_back(std::move(task_before));
    touched.services.insert(key);
  } else {
    losses_[key].push_back(world_.now());
  }
}

void Ledger::check_instance_write(const ContainerInstanceRecord* before,
                                  const ContainerInstanceRecord* after) {
  if (!before || !after) return;
  if (after->payload_sequence < before->payload_sequence)
    fail("sequence", after->id + ": the payload sequence went down");
  if (after->session_epoch < before->session_epoch)
    fail("sequence", after->id + ": the session epoch went down");
  if (before->status == domain::InstanceStatus::inactive && after->status != domain::InstanceStatus::inactive)
    fail("orphan", after->id + " came back from INACTIVE");
}

void Ledger::check_instance(const std::string& key) {
  const auto instance = instances_.find(key);
  const auto tasks = by_instance_.find(key);
  Use use;
  if (tasks != by_instance_.end()) {
    for (const auto& task_key : tasks->second) {
      const TaskRecord& task = *tasks_.at(task_key);
      if (instance == instances_.end())
        return fail("orphan", task.arn + " is on an instance that does not exist");
      if (instance->second->status == domain::InstanceStatus::inactive)
        return fail("orphan", task.arn + " has not stopped and its instance is INACTIVE");
      use.cpu += task.cpu;
      use.memory += task.memory;
      ++use.count;
      use.tcp.insert(task.tcp_ports.begin(), task.tcp_ports.end());
      use.udp.insert(task.udp_ports.begin(), task.udp_ports.end());
    }
  }
  if (instance == instances_.end()) return;
  const auto& host = *instance->second;
  if (use.cpu > host.cpu || use.memory > host.memory)
    fail("over-commit", fmt::format("{}: {} of {} CPU units, {} of {} MiB", key, use.cpu, host.cpu,
                                    use.memory, host.memory));
  for (const auto port : use.tcp)
    if (use.tcp.count(port) > 1) return fail("over-commit", fmt::format("{}: TCP port {} twice", key, port));
  for (const auto port : use.udp)
    if (use.udp.count(port) > 1) return fail("over-commit", fmt::format("{}: UDP port {} twice", key, port));
  const auto allocation = allocations_.find(key);
  if (allocation == allocations_.end()) {
    if (use.count > 0) fail("allocation", key + " has tasks and no allocation");
    return;
  }
  const auto& held = *allocation->second;
  if (held.cpu != use.cpu || held.memory != use.memory || held.task_count != use.count ||
      held.tcp_ports.size() != use.tcp.size() || held.udp_ports.size() != use.udp.size())
    fail("allocation", fmt::format("{}: allocated {} CPU, {} MiB, {} tasks; its tasks hold {}, {}, {}", key,
                                   held.cpu, held.memory, held.task_count, use.cpu, use.memory, use.count));
}

void Ledger::check_bounds(const std::string& service_key, const Touched& touched) {
  const auto found = services_.find(service_key);
  if (found == services_.end()) return;
  const ServiceRecord& service = *found->second;
  if (service.status != domain::ServiceStatus::active ||
      service.scheduling_strategy != model::ecs::SchedulingStrategy::replica)
    return;
  const auto bounds = scheduling::bounds_of(service, service.desired_count, domain::Compat::current);
  const auto of_it = [&](const auto& task) { return task->service_name == service.name; };
  const auto started = std::ranges::count_if(touched.started, of_it);
  const auto stopped = std::ranges::count_if(touched.stopped, of_it);
  const auto& keys = by_service_[service_key];
  if (started > 0 && static_cast<std::int64_t>(keys.size()) > bounds.tasks_max)
    fail("bounds-max", fmt::format("{}: {} tasks after a start, at most {} for a desired count of {}",
                                   service_key, keys.size(), bounds.tasks_max, service.desired_count));
  if (stopped == 0) return;
  std::int64_t serving = 0;
  for (const auto& key : keys) serving += serves(*tasks_.at(key)) ? 1 : 0;
  auto& losses = losses_[service_key];
  while (!losses.empty() && world_.now() - losses.front() > kLossWindow) losses.pop_front();
  const auto excused = static_cast<std::int64_t>(losses.size());
  if (serving + excused < std::min<std::int64_t>(bounds.healthy_min, service.desired_count))
    fail("bounds-min",
         fmt::format("{}: {} serving tasks left after the scheduler stopped {}, at least {} for a "
                     "desired count of {}",
                     service_key, serving, stopped, bounds.healthy_min, service.desired_count));
}

}  // namespace berth::sim
