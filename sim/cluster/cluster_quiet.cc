// What a Cluster must look like when all is quiet.
#include <fmt/format.h>

#include <algorithm>

#include "domain/agent_presence.h"
#include "sim/cluster/cluster.h"
#include "store/record_codec.h"

namespace berth::sim {
namespace {

using domain::InstanceStatus;
using domain::ServiceRecord;
using domain::ServiceStatus;
using domain::TaskRecord;
using domain::TaskStatus;

bool is_daemon(const ServiceRecord& service) {
  return service.scheduling_strategy == model::ecs::SchedulingStrategy::daemon;
}

// Where an index of R should have a record, as "SLOT GROUP SORT".
template <class R>
std::set<std::string> places_of(const R& record) {
  store::IndexEntries entries;
  store::Schema<R>::index(record, entries);
  std::set<std::string> places;
  for (const auto& entry : entries.entries())
    places.insert(fmt::format("{} {} {}", entry.slot, entry.group,
                              entry.sort.empty() ? store::Schema<R>::key(record) : entry.sort));
  return places;
}

// Says what is wrong with the indexes of R; nothing when they hold every record where it belongs and nothing
// else.
template <class R>
std::string index_fault(const store::View& view, const std::set<std::pair<std::uint8_t, std::string>>& ever) {
  std::string fault;
  std::map<std::pair<std::uint8_t, std::string>, std::set<std::string>> groups;
  std::set<std::uint8_t> dense;
  for (const auto& group : ever) groups[group];
  view.template walk<R>({}, [&](const auto& stored) {
    store::IndexEntries entries;
    store::Schema<R>::index(*stored.record, entries);
    for (const auto& entry : entries.entries())
      groups[{entry.slot, entry.group}].insert(entry.sort.empty() ? stored.key : entry.sort);
    for (const auto& entry : entries.entries())
      if (entry.dense) dense.insert(entry.slot);
    return true;
  });
  for (const auto& [name, wanted] : groups) {
    const store::Index<R> index{name.first, "", false};
    const auto group = view.group(index, name.second);
    bool same = group.size() == wanted.size();
    for (const auto& [sort, member] : group)
      same = same && wanted.contains(std::string(sort)) && view.template find<R>(member->key) == member &&
             places_of(*member->record).contains(fmt::format("{} {} {}", name.first, name.second, sort));
    for (std::size_t at = 0; same && dense.contains(name.first) && at < group.size(); ++at)
      same = wanted.contains(group.at(at).key);
    if (!same)
      fault = fmt::format("group {} of index {} has {} members, should have {}", name.second, name.first,
                          group.size(), wanted.size());
  }
  return fault;
}

}  // namespace

void Cluster::check_instances(std::vector<std::string>& waits) const {
  const std::size_t expected = hosts_.size() - hosts_gone();
  if (connected() != expected)
    waits.push_back(fmt::format("{} of {} agents are connected", connected(), expected));
  std::set<std::string> draining, gone, hosts_gone;
  for (std::size_t i = 0; i < hosts_.size(); ++i) {
    const auto* instance = instance_of(i);
    if (hosts_[i]->gone)
      hosts_gone.insert(agent::session::instance_id_of(hosts_[i]->config, hosts_[i]->facts));
    if (instance && hosts_[i]->kept_draining && instance->status != InstanceStatus::draining)
      waits.push_back(fmt::format("{} is not yet DRAINING", instance->id));
  }
  for (const auto& [key, instance] : ledger_.instances()) {
    if (instance->status == InstanceStatus::inactive) continue;
    if (instance->status == InstanceStatus::draining) draining.insert(instance->id);
    if (!hosts_gone.contains(instance->ec2_instance_id)) continue;
    gone.insert(instance->id);
    if (domain::counts_as_connected(*instance))
      waits.push_back(fmt::format("{} is gone and shown as connected", instance->id));
  }
  for (const auto& [key, task] : ledger_.tasks()) {
    if (task->last_status == TaskStatus::stopped) continue;
    if (gone.contains(task->instance_id))
      waits.push_back(fmt::format("task {} is on a host that is gone", task->id));
    const auto instance = ledger_.instances().find(
        store::instance_key({task->account, task->region}, task->cluster, task->instance_id));
    if (instance != ledger_.instances().end() && instance->second->status == InstanceStatus::inactive)
      waits.push_back(fmt::format("task {} is on an instance that is INACTIVE", task->id));
    if (task->service_name && draining.contains(task->instance_id))
      waits.push_back(fmt::format("task {} of {} ({}, wanted {}) is on an instance that drains", task->id,
                                  *task->service_name, to_string(task->last_status),
                                  to_string(task->desired_status)));
  }
}

void Cluster::check_services(std::vector<std::string>& waits) const {
  std::map<std::string, std::vector<const TaskRecord*>> live;
  for (const auto& [key, task] : ledger_.tasks())
    if (task->service_name && task->last_status != TaskStatus::stopped)
      live[store::service_key({task->account, task->region}, task->cluster, *task->service_name)].push_back(
          task.get());
  std::size_t places = 0;
  for (const auto& [key, instance] : ledger_.instances())
    places += domain::counts_as_connected(*instance) && instance->status == InstanceStatus::active ? 1 : 0;
  for (const auto& [key, service] : ledger_.services()) {
    const auto tasks = live[key];
    live.erase(key);
    if (service->status == ServiceStatus::inactive) {
      if (!tasks.empty()) waits.push_back(fmt::format("service {} is deleted and has tasks", service->name));
      continue;
    }
    if (service->status == ServiceStatus::draining) {
      waits.push_back(fmt::format("service {} is being deleted", service->name));
      continue;
    }
    const std::size_t wanted =
        is_daemon(*service) ? places : static_cast<std::size_t>(service->desired_count);
    if (tasks.size() != wanted)
      waits.push_back(fmt::format("service {} has {} tasks, not {}", service->name, tasks.size(), wanted));
    const auto& newest = service->deployments;
    const bool old = !newest.empty() && std::ranges::any_of(tasks, [&](const auto* task) {
      return task->task_definition_arn != newest.front().task_definition_arn;
    });
    if (old) waits.push_back(fmt::format("service {} has tasks of an older definition", service->name));
    if (!service->steady_since || newest.size() != 1) {
      const std::string last =
          service->events && !service->events->empty() ? service->events->front().message.value_or("") : "";
      waits.push_back(fmt::format("service {} (wants {}) is not steady, {} deployments, {}; it last said: {}",
                                  service->name, service->desired_count, newest.size(),
                                  to_string(newest.front().rollout_state), last));
    }
  }
  for (const auto& [key, tasks] : live)
    if (!tasks.empty()) waits.push_back(fmt::format("service {} is gone and has tasks", key));
}

void Cluster::check_views() {
  for (std::size_t i = 0; i < planes_.size(); ++i) {
    auto* process = plane(i);
    if (process && process->ready()) check_view_of(i);
  }
}

void Cluster::check_view_of(std::size_t number) {
  const std::string& name = planes_[number]->name();
  const auto view = world_.run(*planes_[number], plane(number)->committer().read());
  store::for_each_record_type([&]<class R>(std::type_identity<R>) {
    constexpr store::Kind kind = store::Schema<R>::kind;
    if constexpr (std::is_same_v<R, domain::InstanceAllocation>) {
      view.template walk<R>({}, [&](const auto& stored) {
        if (const auto fault = ledger_.allocation_fault(stored.key, *stored.record); !fault.empty())
          violations_.add("allocation", fmt::format("{} shows of {}", name, fault));
        return true;
      });
      if (!ledger_.allocations_written()) return;
    }
    const auto durable = disk_.engine().dump(kind);
    if (view.template count<R>() != durable.size())
      violations_.add("view", fmt::format("{} shows {} records of {}, durable are {}", name,
                                          view.template count<R>(), to_string(kind), durable.size()));
    view.template walk<R>({}, [&](const auto& stored) {
      const auto found = durable.find(stored.key);
      if (found != durable.end() && found->second == store::encode_record(kind, stored.record.get()))
        return true;
      violations_.add("view", fmt::format("{} shows another {} {} than what is durable", name,
                                          to_string(kind), stored.key));
      return false;
    });
    if (const auto fault = index_fault<R>(view, ledger_.groups_ever(kind)); !fault.empty())
      violations_.add("index", fmt::format("{}, {}: {}", name, to_string(kind), fault));
  });
}

}  // namespace berth::sim
