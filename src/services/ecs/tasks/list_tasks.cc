#include <algorithm>

#include "api/paginate.h"
#include "services/ecs/core/lookup.h"
#include "services/ecs/operations.h"

namespace berth::services::ecs {
namespace {

using domain::TaskRecord;
using domain::TaskStatus;
using model::ecs::ListTasksRequest;
using model::ecs::ListTasksResponse;

// What the list is narrowed to; empty members do not narrow.
struct Filter {
  TaskStatus desired = TaskStatus::running;
  std::string instance_id;
  std::string family;
  std::string service;
  std::optional<std::string> started_by;
  std::optional<model::ecs::LaunchType> launch_type;
  std::string generation;

  bool holds(const TaskRecord& task) const {
    return task.desired_status == desired && task.cluster_generation == generation &&
           (instance_id.empty() || task.instance_id == instance_id) &&
           (family.empty() || task.family == family) && (service.empty() || task.service_name == service) &&
           (!started_by || task.started_by == started_by) &&
           (!launch_type || task.launch_type == *launch_type);
  }
};

std::uint64_t fingerprint(const ListTasksRequest& request, const std::string& cluster) {
  return api::hash_filter({cluster, request.container_instance.value_or(""), request.family.value_or(""),
                           request.service_name.value_or(""), request.started_by.value_or(""),
                           request.desired_status ? to_string(*request.desired_status) : "",
                           request.launch_type ? to_string(*request.launch_type) : ""});
}

bool is_filled(const std::optional<std::string>& text) {
  return !text.value_or("").empty();
}

// API: ListTasks. startedBy is the only filter, the desired status apart; a service is not asked for together
// with a family. An empty filter is none.
std::optional<wire::ApiError> check_filters(const ListTasksRequest& request) {
  const bool others = is_filled(request.container_instance) || is_filled(request.family) ||
                      is_filled(request.service_name) || request.launch_type;
  if (is_filled(request.started_by) && others)
    return model::ecs::invalid_parameter_exception("cannot specify startedBy with other arguments");
  if (is_filled(request.service_name) && is_filled(request.family))
    return model::ecs::invalid_parameter_exception("cannot specify serviceName with other arguments");
  return std::nullopt;
}

// The ARNs that a request names: of its container instance, or of its service.
ApiResult<store::Ptr<domain::ClusterRecord>> cluster_of(const Call& call, const store::View& view,
                                                        const ListTasksRequest& request) {
  auto cluster = find_active_cluster_of(call, view, request.cluster, "container-instance",
                                        request.container_instance.value_or(""));
  if (!cluster) return cluster;
  return find_active_cluster_of(call, view, request.cluster, "service", request.service_name.value_or(""));
}

// The smallest index group that holds every wanted task.
store::Group<TaskRecord> group_of(const Call& call, const store::View& view, const std::string& cluster,
                                  const Filter& filter) {
  const auto base = store::cluster_key(call.realm, cluster);
  if (filter.started_by && !filter.started_by->empty())
    return view.group(store::kTasksByStartedBy, base + "/" + *filter.started_by);
  if (!filter.family.empty()) return view.group(store::kTasksByFamily, base + "/" + filter.family);
  return view.group(store::kTasksByDesired, base + "/" + std::string(to_string(filter.desired)));
}

// PENDING as a desired status matches nothing, as at AWS.
TaskStatus desired_of(const ListTasksRequest& request) {
  if (!request.desired_status || *request.desired_status == model::ecs::DesiredStatus::running)
    return TaskStatus::running;
  return *request.desired_status == model::ecs::DesiredStatus::stopped ? TaskStatus::stopped
                                                                       : TaskStatus::pending;
}

}  // namespace

Decision<ListTasksResponse> list_tasks(const Call& call, const store::View& view,
                                       const ListTasksRequest& request) {
  auto name = cluster_name(call, request.cluster);
  if (!name) return name.take_error();
  auto page =
      page_request(call, "ListTasks", fingerprint(request, *name), request.next_token, request.max_results);
  if (!page) return model::ecs::invalid_parameter_exception(page.error().message);
  if (auto error = check_filters(request)) return *std::move(error);
  ListTasksResponse response;
  response.task_arns.emplace();
  auto cluster = cluster_of(call, view, request);
  if (!cluster) return cluster.take_error();
  Filter filter;
  filter.desired = desired_of(request);
  filter.generation = (*cluster)->generation;
  if (is_filled(request.container_instance)) {
    const auto* instance = find_instance(call, view, **cluster, *request.container_instance);
    if (!instance)
      return model::ecs::invalid_parameter_exception("The container instance was not found in the cluster.");
    filter.instance_id = instance->record->id;
  }
  if (request.family) filter.family = request.family->substr(0, request.family->find(':'));
  if (request.service_name) filter.service = domain::last_part(*request.service_name);
  if (is_filled(request.started_by)) filter.started_by = request.started_by;
  filter.launch_type = request.launch_type;
  response.next_token = fill_page(
      call, *page, group_of(call, view, *name, filter),
      [&](const store::Stored<TaskRecord>& task) { return filter.holds(*task.record); },
      [&](const store::Stored<TaskRecord>& task) { response.task_arns->push_back(task.record->arn); });
  return response;
}

}  // namespace berth::services::ecs
