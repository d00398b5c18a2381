#pragma once
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "domain/realm.h"
#include "placement/types.h"
#include "store/view.h"

namespace berth::scheduling {

/// Turns one instance and what its tasks hold into what placement looks at. Borrows the attributes of the
/// record.
placement::InstanceView instance_view(const domain::ContainerInstanceRecord& instance,
                                      const domain::InstanceAllocation* allocation);

/// The ACTIVE container instances of a cluster as placement sees them. Instances are converted when first
/// looked at, so a request that probes a few of thousands costs a few. Tasks of a service are counted by its
/// own index: what other services run costs nothing.
///
/// Borrows: the view.
/// Runs on: one thread.
class StoreSnapshot final : public placement::Snapshot {
 public:
  StoreSnapshot(const store::View& view, const domain::Realm& realm, std::string cluster);

  std::size_t size() const override { return instances_.size(); }
  const placement::InstanceView& at(std::size_t index) const override;
  std::int64_t count_of_group(std::size_t index, std::string_view group) const override;
  void each_group(std::size_t index, const placement::GroupVisitor& visit) const override;

  const store::Stored<domain::ContainerInstanceRecord>& instance(std::size_t index) const {
    return instances_.at(index);
  }
  /// The position of an instance by its key; nothing when it is not ACTIVE.
  std::optional<std::size_t> find(std::string_view key) const;

 private:
  using Counts = std::map<std::string, std::int64_t, std::less<>>;
  const Counts& groups_at(std::size_t index) const;
  using CountById = std::unordered_map<std::string, std::int64_t>;
  const CountById& count_by_instance(std::string_view service) const;

  const std::vector<placement::Attribute>& attributes_of(
      const domain::ContainerInstanceRecord& instance) const;

  const store::View& view_;
  std::string cluster_key_;
  store::Group<domain::ContainerInstanceRecord> instances_;
  mutable std::unordered_map<std::size_t, placement::InstanceView> seen_;
  /// By what the instances share (domain/sharing.h): mostly one entry for all of them.
  mutable std::unordered_map<const void*, std::vector<placement::Attribute>> attributes_;
  mutable std::map<std::size_t, Counts> groups_;  ///< Tasks by group, by position of the instance.
  mutable std::map<std::string, CountById, std::less<>> services_;  ///< Tasks by instance id, by service.
};

}  // namespace berth::scheduling
