#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace berth::cli {

/// Instances that one `berth up` may make: their networks share a /20, one /24 each beside the bridge's own.
inline constexpr int kInstancesMax = 15;

/// What `berth up --instances N --zones a,b,c` was told, and the addresses it chose. Kept in
/// DATA_DIR/instances/instances.json from before the first change to the machine until `berth down`.
struct InstancePlan {
  int count = 0;
  std::vector<std::string> zones;  ///< Full names; instance i is in zone (i - 1) modulo their number.
  std::uint32_t block = 0;         ///< First address of the /20, in host order.
};

JsonValue render_plan(const InstancePlan& plan);
/// Errors: `invalid`.
Result<InstancePlan> parse_plan(std::string_view text);

/// "a,b" in region us-east-1: us-east-1a and us-east-1b; longer names are taken as they are. Empty text: zone
/// a.
/// Errors: `invalid` for empty or foreign characters.
Result<std::vector<std::string>> parse_zones(std::string_view text, std::string_view region);

/// The first /20 of 10.200.0.0 to 10.254.255.255 that overlaps no address or network in `routes`, which is
/// the text of `ip -4 route show table all` and `ip -4 -o address`.
/// Errors: `unavailable`: none is free.
Result<std::uint32_t> choose_block(std::string_view routes);

/// True when an address or network in `routes` overlaps the /20 at `block`.
bool overlaps(std::uint32_t block, std::string_view routes);

/// Names and addresses of an installation's bridge and instances; pure, and different for each data directory
/// of a machine. Instances count from 1.
class InstanceNames {
 public:
  /// `data_dir` is absolute; `machine_id` makes the instance ids the machine's own.
  InstanceNames(std::string data_dir, std::string_view machine_id, std::uint32_t block);

  std::string bridge() const { return "berth" + tag_; }
  std::string bridge_address() const;  ///< Where berthd listens for the agents.
  std::string bridge_network() const;  ///< In CIDR form.
  std::string bridge_interface_address() const { return bridge_address() + "/24"; }
  /// Everything that must not outlive a reboot or a `down`: sockets, pid files. Short, as sockets must be.
  std::string runtime_dir() const { return "/run/berth/" + tag_; }
  std::string runtime_dir(int instance) const { return runtime_dir() + "/" + std::to_string(instance); }

  std::string network_namespace(int instance) const;
  std::string namespace_path(int instance) const { return "/run/netns/" + network_namespace(instance); }
  std::string veth(int instance) const { return "bv" + tag_ + "-" + std::to_string(instance); }
  std::string address(int instance) const;         ///< Of the instance on the bridge.
  std::string docker_address(int instance) const;  ///< Of its engine's own bridge, with the prefix length.
  std::string docker_socket(int instance) const { return runtime_dir(instance) + "/docker.sock"; }
  std::string docker_host(int instance) const { return "unix://" + docker_socket(instance); }
  std::string containerd_socket(int instance) const { return runtime_dir(instance) + "/containerd.sock"; }
  std::string data_dir(int instance) const { return instances_dir() + "/" + std::to_string(instance); }
  std::string instances_dir() const { return data_dir_ + "/instances"; }
  std::string pid_file(int instance, std::string_view program) const;
  std::string log_file(int instance, std::string_view program) const;
  std::string instance_id(int instance) const;  ///< `i-` and 17 hex digits.

 private:
  std::string data_dir_;
  std::string identity_;  ///< Hex digest of machine and data directory.
  std::string tag_;       ///< Its first digits: interface names have 15 characters at most.
  std::uint32_t block_;
};

/// Mount points in the text of /proc/self/mountinfo that are `prefix` or lie below it, deepest last.
std::vector<std::string> mounts_below(std::string_view mountinfo, std::string_view prefix);

/// From the output of `iptables -S`: for each rule that names `interface`, the words that delete it.
std::vector<std::vector<std::string>> deletions_of(std::string_view rules, std::string_view interface);

}  // namespace berth::cli
