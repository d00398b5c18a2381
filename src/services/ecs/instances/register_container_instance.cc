#include <fmt/format.h>

#include "model/codec_support.h"
#include "model/ecs/codec.h"
#include "scheduling/task_writes.h"
#include "services/ecs/core/lookup.h"
#include "services/ecs/instances/attribute_rules.h"
#include "services/ecs/instances/instance_registration.h"
#include "services/ecs/instances/render_instance.h"
#include "services/ecs/operations.h"

namespace berth::services::ecs {
namespace {

using domain::ContainerInstanceRecord;
using domain::InstanceAllocation;
using model::ecs::RegisterContainerInstanceRequest;
using model::ecs::RegisterContainerInstanceResponse;
using Answer = Decision<RegisterContainerInstanceResponse>;
using StoredInstance = store::Stored<ContainerInstanceRecord>;

// Tasks of an agent that lost its memory which one transaction can stop besides its other writes.
constexpr std::size_t kForgottenTasksMax = 40;

// Agents look for this text (agent-protocol 1).
constexpr std::string_view kTypeChanged =
    "Container instance type changes are not supported. Container instance {} was registered with {} CPU "
    "units and {} MiB "
    "of memory, type {}. Deregister it and remove the agent's data directory to register the host anew.";

// In the answer only: by it an agent that has lost its memory tells containers of this cluster from those of
// another one of the same name, another control plane's say.
constexpr std::string_view kClusterId = "ecs.cluster-id";

RegisterContainerInstanceResponse answer_with(const store::View& view, const StoredInstance& instance) {
  RegisterContainerInstanceResponse response;
  response.container_instance = render_instance(view, instance, WithTags::yes);
  set_attribute(*response.container_instance->attributes, kClusterId, instance.record->cluster_generation);
  return response;
}

// As it will be once the transaction is in the store.
RegisterContainerInstanceResponse answer_with(const store::View& view,
                                              const ContainerInstanceRecord& record) {
  return answer_with(view, StoredInstance{store::Schema<ContainerInstanceRecord>::key(record),
                                          std::make_shared<const ContainerInstanceRecord>(record),
                                          {}});
}

// The agent came back: the same record with what it says now. Capacity may differ a little; a DRAINING one
// stays so. That it was away stays noted too, until its session has told it which tasks were given up
// meanwhile.
ContainerInstanceRecord registered_again(const Call& call, const Registration& registration,
                                         const RegisterContainerInstanceRequest& request,
                                         const ContainerInstanceRecord& before) {
  ContainerInstanceRecord record = before;
  apply_registration(call, registration, request, record);
  // Its session ended, with the process that held it maybe; the record is nobody's until the next one begins.
  if (!before.agent_connected) record.session_owner.reset();
  record.agent_connected = true;
  ++record.version;
  return record;
}

wire::ApiError type_changed(const ContainerInstanceRecord& record) {
  std::string type = "unknown";
  for (const auto& attribute : record.attributes)
    if (attribute.name == "ecs.instance-type") type = attribute.value.value_or(type);
  return model::ecs::client_exception(
      fmt::format(kTypeChanged, record.arn, record.cpu, first_memory(record), type));
}

Answer register_again(const Call& call, const store::View& view, const domain::ClusterRecord& cluster,
                      const Registration& registration, const RegisterContainerInstanceRequest& request) {
  const std::string& arn = *request.container_instance_arn;
  const auto* found = find_instance(call, view, cluster, arn);
  if (!found)
    return model::ecs::client_exception(
        fmt::format("The referenced container instance was not found: {} is not in cluster {}. Remove the "
                    "agent's data directory to "
                    "register the host anew.",
                    arn, cluster.name));
  if (found->record->status == domain::InstanceStatus::inactive)
    return model::ecs::client_exception(
        fmt::format("The referenced container instance is INACTIVE: {} was deregistered. Remove the agent's "
                    "data directory to register "
                    "the host anew.",
                    arn));
  if (!is_same_type(*found->record, registration)) return type_changed(*found->record);
  auto record = registered_again(call, registration, request, *found->record);
  auto response = answer_with(view, record);
  auto transaction = new_transaction(call);
  transaction.expect(*found);
  transaction.put(std::move(record));
  return {std::move(response), std::move(transaction)};
}

// Another ACTIVE cluster that has the host, or nothing: a host is in one cluster only.
const domain::ClusterRecord* other_cluster_of(const Call& call, const store::View& view,
                                              const domain::ClusterRecord& cluster, const std::string& host) {
  for (const auto& [sort, other] : view.group(store::kActiveClusters, store::realm_key(call.realm)))
    if (other->record->name != cluster.name &&
        !view.group(store::kInstancesByHost, other->key + "/" + host).empty())
      return other->record.get();
  return nullptr;
}

// Tasks that the agent knew before it lost its memory.
std::vector<const store::Stored<domain::TaskRecord>*> forgotten_tasks(const store::View& view,
                                                                      const StoredInstance& instance) {
  std::vector<const store::Stored<domain::TaskRecord>*> tasks;
  for (const auto& [sort, task] : view.group(store::kTasksByInstance, instance.key))
    if (task->record->delivered) tasks.push_back(task);
  return tasks;
}

// The record that a host without a saved ARN takes over: its own, when no agent serves it any more and it
// still is the same host. While an agent holds a session, a second one on that host is a container instance
// of its own.
const StoredInstance* to_take_over(const store::Group<ContainerInstanceRecord>& of_host,
                                   const store::View& view, const Registration& registration) {
  for (const auto& [sort, instance] : of_host) {
    const auto& record = *instance->record;
    const bool served = record.agent_connected && record.session_owner;
    if (!served && is_same_type(record, registration) &&
        forgotten_tasks(view, *instance).size() <= kForgottenTasksMax)
      return instance;
  }
  return nullptr;
}

Answer take_over(const Call& call, const store::View& view, const StoredInstance& instance,
                 const Registration& registration, const RegisterContainerInstanceRequest& request) {
  auto record = registered_again(call, registration, request, *instance.record);
  auto response = answer_with(view, record);
  auto transaction = new_transaction(call);
  transaction.expect(instance);
  for (const auto* task : forgotten_tasks(view, instance)) {
    const domain::InstanceGone gone{
        model::ecs::TaskStopCode::termination_notice,
        fmt::format("Host EC2 (instance {}) registered anew without its agent's saved state.",
                    record.ec2_instance_id)};
    auto after = domain::apply_task_transition(*task->record, gone, domain::Writer::api, call.now);
    if (!after) return model::ecs::server_exception(after.error().message);
    if (*after) scheduling::move_task(transaction, *task, **std::move(after));
  }
  transaction.put(std::move(record));
  return {std::move(response), std::move(transaction)};
}

ContainerInstanceRecord new_instance(const Call& call, const store::View& view,
                                     const domain::ClusterRecord& cluster, const Registration& registration,
                                     const RegisterContainerInstanceRequest& request) {
  const auto form = arn_form(call, view, "containerInstanceLongArnFormat");
  ContainerInstanceRecord record;
  record.account = call.realm.account;
  record.region = call.realm.region;
  record.cluster = cluster.name;
  record.cluster_generation = cluster.generation;
  record.id = form == domain::ArnForm::short_ ? call.new_uuid() : call.new_hex();
  record.arn = domain::container_instance_arn(call.realm, cluster.name, record.id, form);
  record.ec2_instance_id = registration.identity.ec2_instance_id;
  if (record.ec2_instance_id.empty()) record.ec2_instance_id = "i-" + call.new_hex().substr(0, 17);
  record.status = domain::InstanceStatus::active;
  record.registered_at = call.now;
  record.agent_connected = true;
  record.version = 1;
  apply_registration(call, registration, request, record);
  return record;
}

Answer register_new(const Call& call, const store::View& view,
                    const store::Stored<domain::ClusterRecord>& cluster, const Registration& registration,
                    const RegisterContainerInstanceRequest& request) {
  const auto instances_max = static_cast<std::size_t>(call.deps.limits.instances_per_cluster);
  if (view.group(store::kInstancesByCluster, cluster.key).size() >= instances_max)
    return model::ecs::client_exception(fmt::format(
        "Cluster {} has the most container instances it may have, {}.", cluster.record->name, instances_max));
  auto record = new_instance(call, view, *cluster.record, registration, request);
  auto response = answer_with(view, record);
  auto transaction = new_transaction(call);
  transaction.expect(cluster);
  const std::string host = cluster.key + "/" + record.ec2_instance_id;
  transaction.expect_unchanged(store::kInstancesByHost, host,
                               view.group(store::kInstancesByHost, host).changed());
  InstanceAllocation allocation;
  allocation.account = record.account;
  allocation.region = record.region;
  allocation.cluster = record.cluster;
  allocation.instance_id = record.id;
  transaction.put(std::move(allocation));
  std::vector<std::string> made{record.id};
  transaction.put(std::move(record));
  return {std::move(response), std::move(transaction), std::move(made)};
}

// Agents look for AWS's sentence, and then make the cluster `default`; people want to know which cluster,
// where.
wire::ApiError name_cluster(const Call& call, const RegisterContainerInstanceRequest& request,
                            wire::ApiError error) {
  const std::string name = request.cluster.value_or("");
  if (error.code == "ClusterNotFoundException" && !name.empty() && name != "default")
    error.message += fmt::format(" No ACTIVE cluster is named '{}' in region {}.", name, call.realm.region);
  return error;
}

// Only of first registrations: with an ARN the agent says which instance it means.
std::optional<std::string> token_scope(const Call& call, const store::View& view,
                                       const RegisterContainerInstanceRequest& request) {
  const auto cluster = find_active_cluster(call, view, request.cluster);
  if (!cluster || !request.container_instance_arn.value_or("").empty()) return std::nullopt;
  return (*cluster)->generation;
}

std::optional<ApiResult<RegisterContainerInstanceResponse>> answer_again(
    const Call& call, const store::View& view, const RegisterContainerInstanceRequest& request,
    const std::vector<std::string>& ids) {
  const auto cluster = find_active_cluster(call, view, request.cluster);
  if (!cluster || ids.empty()) return std::nullopt;
  const auto* earlier = find_instance(call, view, **cluster, ids.front());
  if (!earlier)
    return model::ecs::client_exception("The container instance that this clientToken registered is gone.");
  return answer_with(view, *earlier);
}

}  // namespace

Answer register_container_instance(const Call& call, const store::View& view,
                                   const RegisterContainerInstanceRequest& request) {
  const auto read = read_registration(call, request);
  if (!read) return read.error();
  const Registration& registration = *read;
  auto cluster = find_active_cluster(call, view, request.cluster);
  if (!cluster) return name_cluster(call, request, cluster.take_error());
  if (request.container_instance_arn && !request.container_instance_arn->empty())
    return register_again(call, view, **cluster, registration, request);
  const auto* stored = view.find<domain::ClusterRecord>(store::cluster_key(call.realm, (*cluster)->name));
  const std::string& host = registration.identity.ec2_instance_id;
  if (!host.empty()) {
    if (const auto* other = other_cluster_of(call, view, **cluster, host))
      return model::ecs::client_exception(
          fmt::format("The host {} is a container instance of cluster {}. Deregister it there before it "
                      "joins cluster {}.",
                      host, other->name, (*cluster)->name));
    const auto of_host = view.group(store::kInstancesByHost, stored->key + "/" + host);
    if (const auto* instance = to_take_over(of_host, view, registration))
      return take_over(call, view, *instance, registration, request);
  }
  return register_new(call, view, *stored, registration, request);
}

const RegisterContainerInstanceToken kRegisterContainerInstanceToken{
    .token = &RegisterContainerInstanceRequest::client_token, .scope = token_scope, .again = answer_again};

}  // namespace berth::services::ecs
