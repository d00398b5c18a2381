#pragma once
#include <string>

#include "store/transaction.h"

// Small records for tests, all in one realm and in cluster "c" unless said otherwise.
namespace berth::store::testing {

inline const Realm kRealm{"000000000000", "us-east-1"};

domain::ClusterRecord make_cluster(const std::string& name, const std::string& generation = "g1");
domain::ContainerInstanceRecord make_instance(const std::string& id, std::int32_t cpu = 1024,
                                              std::int32_t memory = 1024);
domain::InstanceAllocation make_allocation(const std::string& instance_id);
domain::TaskRecord make_task(const std::string& id, const std::string& instance_id);
domain::TaskDefinitionRecord make_definition(const std::string& family, std::int32_t revision);

std::string cluster(const std::string& name);
std::string instance(const std::string& id);
std::string task(const std::string& id);

/// A transaction of the API with an id of its own.
Transaction make_transaction(domain::Writer writer = domain::Writer::api);

}  // namespace berth::store::testing
