#include "sim/checkers/ledger.h"

#include <fmt/format.h>

#include <algorithm>

#include "domain/agent_presence.h"
#include "store/record_codec.h"

namespace berth::sim {
namespace {

using domain::ContainerInstanceRecord;
using domain::ServiceRecord;
using domain::TaskRecord;
using domain::TaskStatus;

constexpr std::size_t kWishesMax = 64;
constexpr std::size_t kLogMax = 20'000;

std::string instance_key_of(const TaskRecord& task) {
  return store::instance_key({task.account, task.region}, task.cluster, task.instance_id);
}

template <class R>
std::shared_ptr<const R> decoded(const store::EngineWrite& write) {
  if (!write.value) return nullptr;
  auto record = store::decode_record(write.kind, write.key, *write.value);
  check(record.ok(), "a record that was written cannot be read");
  return std::static_pointer_cast<const R>(*std::move(record));
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
    for (const auto& write : writes) {
      log_.push_back({batch.revision_of(static_cast<std::size_t>(&writes - batch.writes.data())), write.kind,
                      write.key});
      apply(write, touched);
    }
    for (const auto& task : touched.created) check_placed(*task);
    for (const auto& key : touched.instances) check_instance(key);
    for (const auto& name : touched.clusters) check_cluster(name);
    for (const auto& key : touched.services) check_bounds(key, touched);
  }
  for (; log_.size() > kLogMax; ++log_begin_) log_.pop_front();
  head_ = batch.head;
  world_.trace(fmt::format("commit {} {}", batch.head.value(), batch.transaction_ids.back()));
}

void Ledger::apply(const store::EngineWrite& write, Touched& touched) {
  switch (write.kind) {
    case store::Kind::cluster: {
      auto record = decoded<domain::ClusterRecord>(write);
      if (!record) return;
      touched.clusters.insert(record->name);
      clusters_[record->name] = std::move(record);
      return;
    }
    case store::Kind::task:
      return apply_task(write.key, decoded<TaskRecord>(write), touched);
    case store::Kind::container_instance: {
      auto after = decoded<ContainerInstanceRecord>(write);
      const auto before = instances_.find(write.key);
      check_instance_write(before == instances_.end() ? nullptr : before->second.get(), after.get());
      note_away(write.key, after.get());
      note_groups(write.kind, after.get());
      if (after) touched.clusters.insert(after->cluster);
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
        note_groups(write.kind, record.get());
        if (record->steady_since) world_.probe("steady");
        for (const auto& deployment : record->deployments)
          if (deployment.rollout_state == model::ecs::DeploymentRolloutState::failed)
            world_.probe("rolled-back");
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
  note_groups(store::Kind::task, after.get());
  if (after) by_arn_[after->arn] = after;
  if (!before && after) touched.clusters.insert(after->cluster);
  if (!before && after) touched.created.push_back(after);
  if (after && after->delivered && (!before || !before->delivered))
    delivered_since_.emplace(after->arn, world_.now());
  if (task_watcher_) task_watcher_->task_written(before.get(), after.get());
  keep(tasks_, key, std::move(after));
}

std::optional<MonotonicTime> Ledger::delivered_since(const std::string& arn) const {
  const auto found = delivered_since_.find(arn);
  return found == delivered_since_.end() ? std::nullopt : std::optional(found->second);
}

const std::set<std::pair<std::uint8_t, std::string>>& Ledger::groups_ever(store::Kind kind) const {
  static const std::set<std::pair<std::uint8_t, std::string>> none;
  const auto found = groups_ever_.find(kind);
  return found == groups_ever_.end() ? none : found->second;
}

void Ledger::note_groups(store::Kind kind, const void* record) {
  if (!record) return;
  const store::IndexEntries entries = store::index_entries(kind, record);
  for (const auto& entry : entries.entries()) groups_ever_[kind].insert({entry.slot, entry.group});
}

bool Ledger::clocks_moved() const {
  return world_.probes().contains("fault-clock-step") || world_.probes().contains("fault-clock-drift");
}

void Ledger::note_away(const std::string& key, const ContainerInstanceRecord* after) {
  if (!after || domain::counts_as_connected(*after))
    away_since_.erase(key);
  else
    away_since_.emplace(key, world_.now());
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

Ledger::Use Ledger::use_of(const std::string& key) const {
  Use use;
  const auto tasks = by_instance_.find(key);
  if (tasks == by_instance_.end()) return use;
  for (const auto& task_key : tasks->second) {
    const TaskRecord& task = *tasks_.at(task_key);
    use.cpu += task.cpu;
    use.memory += task.memory;
    ++use.count;
    use.tcp.insert(task.tcp_ports.begin(), task.tcp_ports.end());
    use.udp.insert(task.udp_ports.begin(), task.udp_ports.end());
  }
  return use;
}

std::string Ledger::allocation_fault(const std::string& key, const domain::InstanceAllocation& held) const {
  return difference(key, held, use_of(key));
}

std::string Ledger::difference(const std::string& key, const domain::InstanceAllocation& held,
                               const Use& use) {
  const bool right = held.cpu == use.cpu && held.memory == use.memory && held.task_count == use.count &&
                     std::ranges::equal(held.tcp_ports, use.tcp) &&
                     std::ranges::equal(held.udp_ports, use.udp);
  if (right) return {};
  return fmt::format("{}: allocated {} CPU, {} MiB, {} tasks; its tasks hold {}, {}, {}", key, held.cpu,
                     held.memory, held.task_count, use.cpu, use.memory, use.count);
}

void Ledger::check_instance(const std::string& key) {
  const auto instance = instances_.find(key);
  const Use use = use_of(key);
  const auto tasks = by_instance_.find(key);
  if (use.count > 0) {
    const TaskRecord& task = *tasks_.at(*tasks->second.begin());
    if (instance == instances_.end())
      return fail("orphan", task.arn + " is on an instance that does not exist");
    // One that was placed while its instance was being deregistered with force stops in a transaction after
    // that: see Cluster::check_instances().
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
  if (!promises_.allocations_written) return;
  const auto allocation = allocations_.find(key);
  if (allocation == allocations_.end()) {
    if (use.count > 0) fail("allocation", key + " has tasks and no allocation");
    return;
  }
  if (auto fault = difference(key, *allocation->second, use); !fault.empty())
    fail("allocation", std::move(fault));
}

}  // namespace berth::sim
