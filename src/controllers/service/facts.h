#pragma once
#include <memory>
#include <string>
#include <unordered_map>

#include "controllers/service/plan.h"
#include "placement/rules.h"
#include "store/view.h"

namespace berth::controllers::service {

/// Facts with what they borrow.
///
/// Borrows: the view, for as long as it lives.
class FactSource {
 public:
  FactSource(const store::View& view, const store::Stored<domain::ServiceRecord>& service, WallTime now,
             domain::Compat compat, bool placement_blocked, const WallSteps* steps = nullptr);
  const Facts& facts() const { return facts_; }
  /// The task at a position of facts().tasks.
  const store::Stored<domain::TaskRecord>& task(std::size_t position) const { return *tasks_[position]; }

 private:
  const domain::ContainerInstanceRecord* instance(const std::string& key) const;
  const placement::InstanceView* view_of(const std::string& key);
  void read_tasks();
  void read_exits();
  void read_hosts();
  void keep_hosts();

  const store::View& view_;
  const domain::ServiceRecord& service_;
  std::string key_;
  Facts facts_;
  std::vector<const store::Stored<domain::TaskRecord>*> tasks_;
  std::unordered_map<std::string, placement::InstanceView> views_;
};

/// The constraints of the service as the API writes them, and its strategies.
std::vector<placement::RawConstraint> raw_constraints(const domain::ServiceRecord& service);
std::vector<placement::RawStrategy> raw_strategies(const domain::ServiceRecord& service);

/// The definition of a deployment's tasks; null when it was deleted.
const store::Stored<domain::TaskDefinitionRecord>* definition_of(const store::View& view,
                                                                 const domain::ServiceRecord& service,
                                                                 const domain::DeploymentState& deployment);

}  // namespace berth::controllers::service
