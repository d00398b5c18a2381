#include "placement/types.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/assert.h"

namespace berth::placement {

std::string_view to_string(Protocol protocol) {
  return protocol == Protocol::tcp ? "tcp" : "udp";
}

std::string render_port(PortRequest port) {
  return fmt::format("{}/{}", port.port, to_string(port.protocol));
}

std::string_view to_string(InstanceStatus status) {
  switch (status) {
    case InstanceStatus::registering:
      return "REGISTERING";
    case InstanceStatus::active:
      return "ACTIVE";
    case InstanceStatus::draining:
      return "DRAINING";
    case InstanceStatus::deregistering:
      return "DEREGISTERING";
    case InstanceStatus::inactive:
      return "INACTIVE";
    case InstanceStatus::registration_failed:
      return "REGISTRATION_FAILED";
  }
  unreachable();
}

void normalise(std::vector<Attribute>& attributes) {
  const auto by_name = [](const Attribute& a, const Attribute& b) { return a.name < b.name; };
  // Those of registered instances are.
  if (!std::is_sorted(attributes.begin(), attributes.end(), by_name))
    std::sort(attributes.begin(), attributes.end(), by_name);
}

void normalise_ports(InstanceView& view) {
  std::sort(view.used_tcp.begin(), view.used_tcp.end());
  std::sort(view.used_udp.begin(), view.used_udp.end());
}

void normalise(InstanceView& view) {
  normalise(view.attributes);
  normalise_ports(view);
}

std::optional<std::string_view> find_attribute(const InstanceView& view, std::string_view name) {
  auto found = std::lower_bound(view.attributes.begin(), view.attributes.end(), name,
                                [](const Attribute& a, std::string_view wanted) { return a.name < wanted; });
  if (found != view.attributes.end() && found->name == name) return found->value;
  if (name == kZoneAttribute && !view.zone.empty()) return view.zone;
  return std::nullopt;
}

std::string_view zone_of(const InstanceView& view) {
  return find_attribute(view, kZoneAttribute).value_or("");
}

std::size_t VectorSnapshot::add(InstanceView view) {
  normalise(view);
  instances_.push_back({std::move(view), {}});
  return instances_.size() - 1;
}

void VectorSnapshot::put_tasks(std::size_t index, std::string_view group, std::int64_t tasks,
                               const ResourceRequest& each) {
  Instance& instance = instances_[index];
  auto found = std::find_if(instance.groups.begin(), instance.groups.end(),
                            [&](const auto& entry) { return entry.first == group; });
  if (found == instance.groups.end()) {
    instance.groups.emplace_back(group, tasks);
  } else {
    found->second += tasks;
  }
  instance.view.running_tasks += tasks;
  instance.view.remaining_cpu -= tasks * each.cpu;
  instance.view.remaining_memory_mib -= tasks * each.memory_mib;
  for (const PortRequest& port : each.host_ports) {
    (port.protocol == Protocol::tcp ? instance.view.used_tcp : instance.view.used_udp).push_back(port.port);
  }
  normalise(instance.view);
}

std::optional<std::size_t> VectorSnapshot::find(std::string_view arn) const {
  for (std::size_t i = 0; i < instances_.size(); ++i) {
    if (instances_[i].view.arn == arn) return i;
  }
  return std::nullopt;
}

std::int64_t VectorSnapshot::count_of_group(std::size_t index, std::string_view group) const {
  for (const auto& [name, tasks] : instances_[index].groups) {
    if (name == group) return tasks;
  }
  return 0;
}

void VectorSnapshot::each_group(std::size_t index, const GroupVisitor& visit) const {
  for (const auto& [name, tasks] : instances_[index].groups) {
    if (tasks > 0) visit(name, tasks);
  }
}

}  // namespace berth::placement
