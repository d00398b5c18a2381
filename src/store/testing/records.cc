#include "store/testing/records.h"

#include <atomic>

namespace berth::store::testing {

domain::ClusterRecord make_cluster(const std::string& name, const std::string& generation) {
  domain::ClusterRecord record;
  record.account = kRealm.account;
  record.region = kRealm.region;
  record.name = name;
  record.generation = generation;
  record.status = domain::ClusterStatus::active;
  return record;
}

domain::ContainerInstanceRecord make_instance(const std::string& id, std::int32_t cpu, std::int32_t memory) {
  domain::ContainerInstanceRecord record;
  record.account = kRealm.account;
  record.region = kRealm.region;
  record.cluster = "c";
  record.cluster_generation = "g1";
  record.id = id;
  record.ec2_instance_id = "i-" + id;
  record.status = domain::InstanceStatus::active;
  record.cpu = cpu;
  record.memory = memory;
  record.reserved_tcp_ports = {22, 2375};
  record.reserved_udp_ports = {53};
  return record;
}

domain::InstanceAllocation make_allocation(const std::string& instance_id) {
  domain::InstanceAllocation record;
  record.account = kRealm.account;
  record.region = kRealm.region;
  record.cluster = "c";
  record.instance_id = instance_id;
  return record;
}

domain::TaskRecord make_task(const std::string& id, const std::string& instance_id) {
  domain::TaskRecord record;
  record.account = kRealm.account;
  record.region = kRealm.region;
  record.cluster = "c";
  record.cluster_generation = "g1";
  record.id = id;
  record.instance_id = instance_id;
  record.family = "web";
  record.revision = 1;
  record.last_status = domain::TaskStatus::pending;
  record.desired_status = domain::TaskStatus::running;
  return record;
}

domain::TaskDefinitionRecord make_definition(const std::string& family, std::int32_t revision) {
  domain::TaskDefinitionRecord record;
  record.account = kRealm.account;
  record.region = kRealm.region;
  record.family = family;
  record.revision = revision;
  record.status = domain::DefinitionStatus::active;
  return record;
}

std::string cluster(const std::string& name) {
  return cluster_key(kRealm, name);
}
std::string instance(const std::string& id) {
  return instance_key(kRealm, "c", id);
}
std::string task(const std::string& id) {
  return task_key(kRealm, "c", id);
}

Transaction make_transaction(domain::Writer writer) {
  static std::atomic<int> last{0};
  return Transaction("transaction-" + std::to_string(++last), writer);
}

}  // namespace berth::store::testing
