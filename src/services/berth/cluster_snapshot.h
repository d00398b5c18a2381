#pragma once
#include <map>
#include <string>
#include <vector>

#include "domain/realm.h"
#include "placement/types.h"
#include "store/view.h"

namespace berth::services::control {

/// The container instances of a cluster as placement sees them, those that are not ACTIVE included: whoever
/// asks for reasons wants to read DRAINING too. INACTIVE ones are gone and left out.
///
/// Borrows: the view.
/// Limits: reads every instance and every task of the cluster once.
class ClusterSnapshot final : public placement::Snapshot {
 public:
  /// `without`: a task that is taken away first, with all that it holds; may be null.
  ClusterSnapshot(const store::View& view, const domain::Realm& realm, const std::string& cluster,
                  const domain::TaskRecord* without = nullptr);

  std::size_t size() const override { return instances_.size(); }
  const placement::InstanceView& at(std::size_t index) const override { return instances_[index].view; }
  std::int64_t count_of_group(std::size_t index, std::string_view group) const override;
  void each_group(std::size_t index, const placement::GroupVisitor& visit) const override;

  const store::Stored<domain::ContainerInstanceRecord>& instance(std::size_t index) const {
    return *instances_[index].stored;
  }
  /// Its tasks that have not stopped, `without` left out.
  const std::vector<const domain::TaskRecord*>& tasks(std::size_t index) const {
    return instances_[index].tasks;
  }

 private:
  struct Entry {
    const store::Stored<domain::ContainerInstanceRecord>* stored = nullptr;
    placement::InstanceView view;
    std::vector<const domain::TaskRecord*> tasks;
    std::map<std::string, std::int64_t, std::less<>> groups;
  };
  std::vector<Entry> instances_;
};

}  // namespace berth::services::control
