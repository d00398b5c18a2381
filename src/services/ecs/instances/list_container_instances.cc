#include "api/paginate.h"
#include "placement/query.h"
#include "scheduling/store_snapshot.h"
#include "services/ecs/core/lookup.h"
#include "services/ecs/instances/task_counts.h"
#include "services/ecs/operations.h"

namespace berth::services::ecs {
namespace {

using model::ecs::ContainerInstanceStatus;
using StoredInstance = store::Stored<domain::ContainerInstanceRecord>;

// The task groups of an instance, whatever its status.
class InstanceGroups final : public placement::GroupLookup {
 public:
  InstanceGroups(const store::View& view, const StoredInstance& instance) {
    for (const auto& [sort, task] : view.group(store::kTasksByInstance, instance.key))
      if (task->record->desired_status == domain::TaskStatus::running) ++counts_[task->record->group];
  }
  std::int64_t count_of(std::string_view group) const override {
    const auto found = counts_.find(group);
    return found == counts_.end() ? 0 : found->second;
  }
  void each(const placement::GroupVisitor& visit) const override {
    for (const auto& [group, tasks] : counts_) visit(group, tasks);
  }

 private:
  std::map<std::string, std::int64_t, std::less<>> counts_;
};

bool matches(const store::View& view, const StoredInstance& instance, const placement::Query& query,
             placement::QueryBudget& budget) {
  const auto* allocation = view.find<domain::InstanceAllocation>(instance.key);
  const auto seen =
      scheduling::instance_view(*instance.record, allocation ? allocation->record.get() : nullptr);
  const InstanceGroups groups(view, instance);
  const TaskCounts counts = count_tasks(view.group(store::kTasksByInstance, instance.key));
  return placement::evaluate(query, seen, {counts.running, groups, &budget});
}

bool has_status(const domain::ContainerInstanceRecord& record,
                std::optional<ContainerInstanceStatus> wanted) {
  return !wanted || to_string(record.status) == to_string(*wanted);
}

}  // namespace

Decision<model::ecs::ListContainerInstancesResponse> list_container_instances(
    const Call& call, const store::View& view, const model::ecs::ListContainerInstancesRequest& request) {
  auto name = cluster_name(call, request.cluster);
  if (!name) return name.take_error();
  std::optional<placement::Query> query;
  if (request.filter && !request.filter->empty()) {
    auto parsed = placement::parse_query(*request.filter);
    if (!parsed) return model::ecs::invalid_parameter_exception("Invalid filter: " + parsed.error().message);
    query = *std::move(parsed);
  }
  auto page = page_request(call, "ListContainerInstances",
                           api::hash_filter({*name, request.filter.value_or(""),
                                             request.status ? to_string(*request.status) : ""}),
                           request.next_token, request.max_results);
  if (!page) return model::ecs::invalid_parameter_exception(page.error().message);
  model::ecs::ListContainerInstancesResponse response;
  response.container_instance_arns.emplace();
  auto cluster = find_active_cluster(call, view, request.cluster);
  if (!cluster) return cluster.take_error();
  placement::QueryBudget budget;
  response.next_token = fill_page(
      call, *page, view.group(store::kInstancesByCluster, store::cluster_key(call.realm, *name)),
      [&](const StoredInstance& instance) {
        return has_status(*instance.record, request.status) &&
               (!query || matches(view, instance, *query, budget));
      },
      [&](const StoredInstance& instance) {
        response.container_instance_arns->push_back(instance.record->arn);
      });
  if (budget.exceeded())
    return model::ecs::invalid_parameter_exception("Invalid filter: " +
                                                   std::string(placement::kQueryTooCostly));
  return response;
}

}  // namespace berth::services::ecs
