#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "model/ecs/types.h"
#include "services/ecs/core/call.h"

namespace berth::services::ecs {

/// Who the host says it is. Every member is empty when its document does not say.
struct HostIdentity {
  std::string ec2_instance_id;
  std::string availability_zone;
  std::string instance_type;
  std::string image_id;
};

/// Longest identity document that is looked at.
inline constexpr std::size_t kIdentityDocumentBytesMax = 64 * 1024;

/// Reads the identity document of berth-agent (BERTH_INSTANCE_ID, BERTH_AVAILABILITY_ZONE,
/// BERTH_INSTANCE_TYPE), or of EC2 (instanceId, availabilityZone, instanceType, imageId). Its signature is
/// not checked. An empty document names nothing.
/// Errors: InvalidParameterException.
ApiResult<HostIdentity> read_identity(std::string_view document);

/// What a host offers, and the ports that it keeps for itself.
struct HostResources {
  std::int32_t cpu = 0;
  std::int32_t memory = 0;
  std::vector<std::int32_t> tcp_ports;
  std::vector<std::int32_t> udp_ports;
};

/// What a host has that does not say: no agent does that, but scripts that only want an instance do.
HostResources assumed_resources();

/// CPU, MEMORY, PORTS and PORTS_UDP of totalResources; others (GPU) are not looked at. Errors:
/// InvalidParameterException.
ApiResult<HostResources> read_resources(const Call& call, const std::vector<model::ecs::Resource>& resources);

/// A registration, checked, without the store.
struct Registration {
  HostIdentity identity;
  HostResources resources;
  std::vector<model::ecs::Attribute> attributes;  ///< As sent, the last of a name counting.
};
/// Errors: InvalidParameterException.
ApiResult<Registration> read_registration(const Call& call,
                                          const model::ecs::RegisterContainerInstanceRequest& request);

/// The memory in MiB that the host had when it registered for the first time.
std::int32_t first_memory(const domain::ContainerInstanceRecord& record);

/// Whether the host is still of the kind and size that the record was first registered with. Memory may drift
/// by a few percent of that: kernels differ in what they leave.
bool is_same_type(const domain::ContainerInstanceRecord& record, const Registration& registration);

/// Takes over resources, attributes, version and tags. Attributes of the agent are replaced by what it sends
/// now, custom ones stay (agents leave them out when they register again), and `ecs.…` ones that Berth knows
/// are added.
void apply_registration(const Call& call, const Registration& registration,
                        const model::ecs::RegisterContainerInstanceRequest& request,
                        domain::ContainerInstanceRecord& record);

}  // namespace berth::services::ecs
