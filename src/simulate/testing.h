#pragma once
#include <string>

#include "domain/testing.h"
#include "scheduling/service_rules.h"
#include "scheduling/task_writes.h"
#include "simulate/saved_state.h"

// Small clusters for the tests of this folder.
namespace berth::simulate::testing {

/// A cluster `default` in the making, at rest: hosts in zones, services with their running tasks.
class Cluster {
 public:
  Cluster() {
    state_.revision = 100;
    state_.at = WallTime{1'800'000'000'000};
    state_.realm = {"123456789012", "us-east-1"};
    cluster_ = domain::testing::cluster_record();
    put(cluster_);
  }

  void add_host(const std::string& id, const std::string& zone, int cpu = 1024, int memory = 1024) {
    auto host = domain::testing::instance_record(id);
    host.ec2_instance_id = "i-" + id;
    host.cpu = cpu;
    host.memory = memory;
    host.agent_connected = true;
    host.registered_at = state_.at - std::chrono::hours(1);
    model::ecs::Attribute attribute;
    attribute.name = "ecs.availability-zone";
    attribute.value = zone;
    host.attributes = std::vector{attribute};
    hosts_[id] = host;
    put(host);
    domain::InstanceAllocation allocation;
    allocation.account = host.account;
    allocation.region = host.region;
    allocation.cluster = host.cluster;
    allocation.instance_id = host.id;
    allocations_[id] = allocation;
  }
  /// FAMILY:REVISION with one busybox container.
  void define(const std::string& family, int revision, int memory, int host_port = 0) {
    auto request = domain::testing::definition_request(family);
    request.container_definitions[0].memory = memory;
    if (host_port) {
      model::ecs::PortMapping mapping;
      mapping.container_port = 80;
      mapping.host_port = host_port;
      request.container_definitions[0].port_mappings = {mapping};
    }
    auto record = domain::testing::definition_record(request, revision);
    definitions_[family + ":" + std::to_string(revision)] = record;
    put(record);
    domain::FamilyRecord latest;
    latest.account = record.account;
    latest.region = record.region;
    latest.family = family;
    latest.last_revision = latest.latest_active = revision;
    std::erase_if(state_.records, [&](const auto& one) {
      return one.kind == store::Kind::family && one.key == store::family_key(state_.realm, family);
    });
    put(latest);
  }
  domain::ServiceRecord& add_service(const std::string& name, int desired, const std::string& definition) {
    domain::ServiceRecord service;
    service.account = state_.realm.account;
    service.region = state_.realm.region;
    service.cluster = "default";
    service.cluster_generation = cluster_.generation;
    service.name = name;
    service.generation = "s-" + name;
    service.arn = "arn:aws:ecs:us-east-1:123456789012:service/default/" + name;
    service.status = domain::ServiceStatus::active;
    service.scheduling_strategy = model::ecs::SchedulingStrategy::replica;
    service.desired_count = desired;
    service.created_at = state_.at - std::chrono::hours(1);
    auto& primary = scheduling::begin_deployment(service, definitions_.at(definition), {1, "d1", "r1"},
                                                 service.created_at);
    primary.rollout_state = model::ecs::DeploymentRolloutState::completed;
    service.last_completed = primary;
    service.steady_since = service.created_at;
    return services_[name] = service;
  }
  domain::ServiceRecord& service(const std::string& name) { return services_.at(name); }
  /// A running task; of the service's PRIMARY deployment, or alone with an empty name.
  void add_task(const std::string& service, const std::string& host, const std::string& definition) {
    domain::TaskPlan plan{cluster_, definitions_.at(definition)};
    if (!service.empty()) {
      plan.group = "service:" + service;
      plan.service_name = service;
      plan.deployment_id = scheduling::primary_of(services_.at(service))->id;
      plan.started_by = plan.deployment_id;
    }
    const auto created = state_.at - std::chrono::minutes(30);
    auto task = domain::build_task(
        plan, hosts_.at(host), [this] { return next_id(); }, created);
    task.delivered = true;
    task.last_status = domain::TaskStatus::running;
    task.pull_started_at = created + std::chrono::milliseconds(100);
    task.pull_stopped_at = created + std::chrono::milliseconds(1100);
    task.started_at = created + std::chrono::milliseconds(1600);
    for (auto& container : task.containers) container.status = domain::ContainerStatus::running;
    auto& allocation = allocations_[host];
    allocation.cpu += task.cpu;
    allocation.memory += task.memory;
    allocation.tcp_ports.insert(allocation.tcp_ports.end(), task.tcp_ports.begin(), task.tcp_ports.end());
    ++allocation.task_count;
    put(task);
  }
  SavedState state() const {
    auto all = state_;
    for (const auto& [id, allocation] : allocations_) put(all, allocation);
    for (const auto& [name, service] : services_) put(all, service);
    return all;
  }

 private:
  template <class R>
  static void put(SavedState& state, const R& record) {
    state.records.push_back(
        {store::Schema<R>::kind, store::Schema<R>::key(record), std::make_shared<const R>(record)});
  }
  template <class R>
  void put(const R& record) {
    put(state_, record);
  }
  std::string next_id() {
    std::string id = std::to_string(++ids_);
    return std::string(32 - id.size(), '0') + id;
  }

  SavedState state_;
  domain::ClusterRecord cluster_;
  std::map<std::string, domain::ContainerInstanceRecord> hosts_;
  std::map<std::string, domain::InstanceAllocation> allocations_;
  std::map<std::string, domain::TaskDefinitionRecord> definitions_;
  std::map<std::string, domain::ServiceRecord> services_;
  int ids_ = 0;
};

/// Three hosts in zones a, b, c; service web of four tasks of 200 MiB, two of them on the first host.
inline Cluster three_zones() {
  Cluster cluster;
  cluster.add_host("h1", "a");
  cluster.add_host("h2", "b");
  cluster.add_host("h3", "c");
  cluster.define("web", 1, 200);
  cluster.add_service("web", 4, "web:1");
  for (const char* host : {"h1", "h1", "h2", "h3"}) cluster.add_task("web", host, "web:1");
  return cluster;
}

}  // namespace berth::simulate::testing
