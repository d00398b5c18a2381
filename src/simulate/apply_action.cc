#include "simulate/apply_action.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>
#include <set>
#include <vector>

#include "base/short_ids.h"
#include "domain/agent_presence.h"
#include "domain/arns.h"
#include "scheduling/store_snapshot.h"
#include "services/ecs/operations.h"

namespace berth::simulate {
namespace {

using api::Exchange;
using domain::ContainerInstanceRecord;
using domain::InstanceStatus;
using services::ecs::Call;
using StoredHost = store::Stored<ContainerInstanceRecord>;

Error error_of(const wire::ApiError& error) {
  return invalid(fmt::format("{}: {}", error.code, error.message));
}

std::string zone_of(const ContainerInstanceRecord& record) {
  return std::string(placement::zone_of(scheduling::instance_view(record, nullptr)));
}

Async<Result<void>> drain(Exchange& exchange, const Call& call, std::string cluster, std::string name) {
  model::ecs::UpdateContainerInstancesStateRequest request;
  request.cluster = cluster;
  request.status = model::ecs::ContainerInstanceStatus::draining;
  {
    const auto view = co_await exchange.read();
    const auto host = find_host(view, call.realm, cluster, name);
    if (!host) co_return host.error();
    if (!*host)
      co_return invalid(fmt::format("there is no container instance {} in cluster {}", name, cluster));
    request.container_instances = {(*host)->record->id};
  }
  const auto decide_on = [&](const store::View& view) {
    return services::ecs::update_container_instances_state(call, view, request);
  };
  auto answer = co_await api::decide_and_commit<model::ecs::UpdateContainerInstancesStateResponse>(
      exchange, services::ecs::words(), decide_on);
  if (!answer) co_return error_of(answer.error());
  if (answer->failures && !answer->failures->empty())
    co_return invalid(fmt::format("{}: {}", name, answer->failures->front().reason.value_or("failed")));
  co_return Result<void>();
}

Async<Result<void>> update(Exchange& exchange, const Call& call, model::ecs::UpdateServiceRequest request) {
  const auto decide_on = [&](const store::View& view) {
    return services::ecs::update_service(call, view, request);
  };
  auto answer = co_await api::decide_and_commit<model::ecs::UpdateServiceResponse>(
      exchange, services::ecs::words(), decide_on);
  if (!answer) co_return error_of(answer.error());
  co_return Result<void>();
}

std::set<std::string> zones_of(const store::View& view, const std::string& cluster_key) {
  std::set<std::string> zones;
  for (const auto& [sort, host] : view.group(store::kInstancesByCluster, cluster_key))
    zones.insert(zone_of(*host->record));
  return zones;
}

// What the gateway would write when the sessions of the hosts end.
Result<store::Transaction> lost(const Call& call, const store::View& view, const std::string& cluster,
                                const std::string& name) {
  std::vector<const StoredHost*> hosts;
  const auto named = find_host(view, call.realm, cluster, name);
  if (!named) return named.error();
  if (*named) {
    hosts.push_back(*named);
  } else {
    // As `berth up --zones` names them: a letter stands for that zone of the region.
    const std::string zone = name.size() == 1 ? call.realm.region + name : name;
    for (const auto& [sort, one] :
         view.group(store::kInstancesByCluster, store::cluster_key(call.realm, cluster)))
      if (const auto of_host = zone_of(*one->record); of_host == zone || of_host == name)
        hosts.push_back(one);
  }
  if (hosts.empty())
    return invalid(
        fmt::format("there is no container instance and no zone {} in cluster {}; the zones are {}", name,
                    cluster, fmt::join(zones_of(view, store::cluster_key(call.realm, cluster)), ", ")));
  store::Transaction transaction(call.new_uuid(), domain::Writer::agent);
  for (const auto* host : hosts) {
    ContainerInstanceRecord record = *host->record;
    record.agent_connected = false;
    record.disconnected_at = call.now;
    record.session_owner.reset();
    transaction.put(std::move(record));
  }
  return transaction;
}

Async<Result<void>> lose(Exchange& exchange, const Call& call, std::string cluster, std::string name) {
  Result<store::Transaction> made = invalid("");
  {
    const auto view = co_await exchange.read();
    made = lost(call, view, cluster, name);
  }
  if (!made) co_return std::move(made).error();
  auto committed = co_await exchange.store.commit(*std::move(made));
  if (!committed) co_return std::move(committed).error();
  co_return Result<void>();
}

// A host like `like` in everything but size, zone and identity.
ContainerInstanceRecord new_host(const Call& call, const ContainerInstanceRecord& like, const Add& size,
                                 const std::string& zone, std::int32_t number) {
  ContainerInstanceRecord record = like;
  record.id = call.new_hex();
  record.arn = domain::container_instance_arn(call.realm, like.cluster, record.id, domain::ArnForm::long_);
  record.ec2_instance_id = fmt::format("new-{}", number);
  record.status = InstanceStatus::active;
  record.cpu = size.cpu;
  record.memory = size.memory;
  record.registered_at = call.now;
  record.agent_connected = true;
  record.disconnected_at.reset();
  auto attributes = *record.attributes;
  for (auto& attribute : attributes)
    if (attribute.name == placement::kZoneAttribute) attribute.value = zone;
  record.attributes = std::move(attributes);
  return record;
}

std::vector<store::Transaction> additions(const Call& call, const store::View& view,
                                          const std::string& cluster, const Add& add) {
  std::map<std::string, int> zones;
  const ContainerInstanceRecord* like = nullptr;
  for (const auto& [sort, host] :
       view.group(store::kInstancesByCluster, store::cluster_key(call.realm, cluster))) {
    ++zones[zone_of(*host->record)];
    if (!like || domain::counts_as_connected(*host->record)) like = host->record.get();
  }
  std::vector<store::Transaction> transactions;
  if (!like) return transactions;
  for (std::int32_t i = 0; i < add.count; ++i) {
    // The zone with the fewest hosts gets the next one.
    auto least = zones.begin();
    for (auto at = zones.begin(); at != zones.end(); ++at)
      if (at->second < least->second) least = at;
    ++least->second;
    const auto record = new_host(call, *like, add, least->first, i + 1);
    domain::InstanceAllocation allocation;
    allocation.account = record.account;
    allocation.region = record.region;
    allocation.cluster = record.cluster;
    allocation.instance_id = record.id;
    store::Transaction transaction(call.new_uuid(), domain::Writer::restore);
    transaction.put(record);
    transaction.put(allocation);
    transactions.push_back(std::move(transaction));
  }
  return transactions;
}

Async<Result<void>> add(Exchange& exchange, const Call& call, std::string cluster, Add size) {
  std::vector<store::Transaction> transactions;
  {
    const auto view = co_await exchange.read();
    transactions = additions(call, view, cluster, size);
  }
  if (transactions.empty())
    co_return invalid(
        fmt::format("cluster {} has no container instance that new ones could be like", cluster));
  for (auto& transaction : transactions) {
    auto committed = co_await exchange.store.commit(std::move(transaction));
    if (!committed) co_return std::move(committed).error();
  }
  co_return Result<void>();
}

}  // namespace

Result<const StoredHost*> find_host(const store::View& view, const domain::Realm& realm,
                                    const std::string& cluster, const std::string& name) {
  const std::string id(domain::last_part(name));
  if (const auto* found = view.find<ContainerInstanceRecord>(store::instance_key(realm, cluster, id)))
    if (found->record->status != InstanceStatus::inactive) return found;
  std::vector<const StoredHost*> beginning;
  for (const auto& [sort, host] :
       view.group(store::kInstancesByCluster, store::cluster_key(realm, cluster))) {
    if (host->record->ec2_instance_id == name) return host;
    const auto& host_id = host->record->ec2_instance_id;
    const bool begins = may_be_short_id(id) && host->record->id.starts_with(id);
    if (begins || (may_be_short_ec2_id(name) && host_id.starts_with(name))) beginning.push_back(host);
  }
  if (beginning.size() < 2) return beginning.empty() ? nullptr : beginning.front();
  return invalid(
      fmt::format("{} is the beginning of {} container instances, {} and {} among them: type more of it",
                  name, beginning.size(), beginning[0]->record->id, beginning[1]->record->id));
}

Async<Result<void>> apply_action(Exchange& exchange, const Call& call, std::string cluster, Action action) {
  if (const auto* wanted = std::get_if<Drain>(&action))
    co_return co_await drain(exchange, call, cluster, wanted->instance);
  if (const auto* wanted = std::get_if<Lose>(&action))
    co_return co_await lose(exchange, call, cluster, wanted->instance_or_zone);
  if (const auto* wanted = std::get_if<Add>(&action))
    co_return co_await add(exchange, call, cluster, *wanted);
  model::ecs::UpdateServiceRequest request;
  request.cluster = cluster;
  if (const auto* wanted = std::get_if<Scale>(&action)) {
    request.service = wanted->service;
    request.desired_count = wanted->desired;
  } else if (const auto* rollout = std::get_if<Deploy>(&action)) {
    request.service = rollout->service;
    request.task_definition = rollout->task_definition;
    // The same definition again is a rollout too, as people mean it.
    request.force_new_deployment = true;
  }
  co_return co_await update(exchange, call, std::move(request));
}

}  // namespace berth::simulate
