#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"

/// What placement needs to know of the world, in types of its own: callers adapt their records to these.
namespace berth::placement {

inline constexpr std::string_view kZoneAttribute = "ecs.availability-zone";

enum class Protocol { tcp, udp };
std::string_view to_string(Protocol protocol);

/// One host port that the task definition fixes. Host port 0 (dynamic) is not listed: it never keeps a task
/// out.
struct PortRequest {
  std::int32_t port = 0;
  Protocol protocol = Protocol::tcp;
};
/// "80/tcp", the form of every reason and event text.
std::string render_port(PortRequest port);

/// A containerPortRange: its host ports are picked on the instance, one contiguous run as long as the range,
/// so it only needs capacity.
struct PortRange {
  std::int32_t first = 0;
  std::int32_t last = 0;
  Protocol protocol = Protocol::tcp;
};

/// What one task takes from an instance: the sum over its containers, or the task-level values.
struct ResourceRequest {
  std::int64_t cpu = 0;         ///< CPU units, 1024 = one core.
  std::int64_t memory_mib = 0;  ///< The scheduler's number: memoryReservation where given, else memory.
  std::vector<PortRequest> host_ports;
  std::vector<PortRange> port_ranges;
};

enum class InstanceStatus { registering, active, draining, deregistering, inactive, registration_failed };
/// The API's word, e.g. "DRAINING".
std::string_view to_string(InstanceStatus status);

/// Borrowed from whatever the snapshot is made from: an instance has dozens, and a call looks at many
/// instances.
struct Attribute {
  std::string_view name;
  std::string_view value;  ///< Empty when the attribute has no value.
};

/// An attribute that a task definition requires; without a value any value will do.
struct RequiredAttribute {
  std::string name;
  std::optional<std::string> value;
};

/// One container instance as placement sees it.
///
/// Invariant: `attributes` is sorted by name; `used_tcp` and `used_udp` are sorted. See normalise().
struct InstanceView {
  std::string arn;  ///< Full ARN or any id that is unique in the snapshot; failures[] carry it.
  std::string ec2_instance_id;
  std::string zone;  ///< Stands in for a missing attribute ecs.availability-zone.
  InstanceStatus status = InstanceStatus::active;
  bool agent_connected = true;
  bool agent_awaited = false;  ///< Not connected, but expected back: tasks may be placed.
  std::vector<Attribute> attributes;
  std::int64_t registered_cpu = 0;
  std::int64_t registered_memory_mib = 0;
  std::int64_t remaining_cpu = 0;
  std::int64_t remaining_memory_mib = 0;
  std::vector<std::int32_t> used_tcp;  ///< Reserved by the agent or held by a task that has not stopped.
  std::vector<std::int32_t> used_udp;
  std::int32_t dynamic_port_first = 32768;  ///< Where the instance picks host ports from (G-168).
  std::int32_t dynamic_port_last = 60999;
  std::int64_t running_tasks = 0;
  std::int64_t pending_tasks = 0;
  std::string agent_version;
  std::string docker_version;
  WallTime registered_at;
};

/// Sorts what InstanceView wants sorted.
void normalise(InstanceView& view);
void normalise(std::vector<Attribute>& attributes);
void normalise_ports(InstanceView& view);

/// The value of attribute `name`, "" when it has none; nothing when the instance lacks it.
std::optional<std::string_view> find_attribute(const InstanceView& view, std::string_view name);

/// The zone for balancing: attribute ecs.availability-zone, else `zone`, else "".
std::string_view zone_of(const InstanceView& view);

using GroupVisitor = std::function<void(std::string_view group, std::int64_t tasks)>;

/// The container instances of one cluster at one moment. Implemented by callers over their indexes.
///
/// Runs on:   one thread at a time; nothing changes while a plan is made.
/// Invariant: indices 0..size()-1 and what at() refers to are stable; at() and count_of_group() cost the same
/// whatever runs there.
class Snapshot {
 public:
  virtual ~Snapshot() = default;
  virtual std::size_t size() const = 0;
  virtual const InstanceView& at(std::size_t index) const = 0;
  /// Tasks of `group` on the instance whose desired status is RUNNING (pending ones included).
  virtual std::int64_t count_of_group(std::size_t index, std::string_view group) const = 0;
  /// Every group with such tasks on the instance. Only `task:group` with a pattern or `exists` asks for it.
  virtual void each_group(std::size_t index, const GroupVisitor& visit) const = 0;
};

/// A snapshot that owns its instances: for tests, simulations and clusters small enough to copy.
class VectorSnapshot final : public Snapshot {
 public:
  struct Instance {
    InstanceView view;
    std::vector<std::pair<std::string, std::int64_t>> groups;
  };

  /// Adds an instance, normalised. Returns its index.
  std::size_t add(InstanceView view);
  /// Puts `tasks` running tasks of `group`, each of the given size, on an instance.
  void put_tasks(std::size_t index, std::string_view group, std::int64_t tasks, const ResourceRequest& each);
  InstanceView& view(std::size_t index) { return instances_[index].view; }
  std::optional<std::size_t> find(std::string_view arn) const;

  std::size_t size() const override { return instances_.size(); }
  const InstanceView& at(std::size_t index) const override { return instances_[index].view; }
  std::int64_t count_of_group(std::size_t index, std::string_view group) const override;
  void each_group(std::size_t index, const GroupVisitor& visit) const override;

 private:
  std::vector<Instance> instances_;
};

}  // namespace berth::placement
