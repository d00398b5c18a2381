#include <fmt/format.h>

#include <algorithm>

#include "domain/stop_repeater.h"
#include "model/ecs/codec.h"
#include "scheduling/task_writes.h"
#include "services/ecs/core/lookup.h"
#include "services/ecs/operations.h"

namespace berth::services::ecs {
namespace {

using domain::AgentReport;
using domain::ContainerReport;
using domain::ContainerStatus;
using domain::TaskStatus;
using model::ecs::SubmitAttachmentStateChangesRequest;
using model::ecs::SubmitAttachmentStateChangesResponse;
using model::ecs::SubmitContainerStateChangeRequest;
using model::ecs::SubmitContainerStateChangeResponse;
using model::ecs::SubmitTaskStateChangeRequest;
using model::ecs::SubmitTaskStateChangeResponse;

// Agents of all versions report these; anything else teaches nothing.
std::optional<ContainerStatus> container_status(const std::optional<std::string>& status) {
  if (!status) return std::nullopt;
  if (*status == "STOPPED") return ContainerStatus::stopped;
  if (*status == "RUNNING") return ContainerStatus::running;
  return ContainerStatus::pending;
}

std::optional<TaskStatus> task_status(const std::optional<std::string>& status) {
  if (!status) return std::nullopt;
  if (*status == "STOPPED") return TaskStatus::stopped;
  if (*status == "RUNNING") return TaskStatus::running;
  return TaskStatus::pending;
}

// Some agents end their reasons with a line break.
std::optional<std::string> trimmed(std::optional<std::string> text) {
  while (text && !text->empty() && (text->back() == '\n' || text->back() == ' ')) text->pop_back();
  return text;
}

AgentReport report_of(const SubmitTaskStateChangeRequest& request) {
  AgentReport report;
  report.status = task_status(request.status);
  report.reason = trimmed(request.reason).value_or("");
  report.pull_started_at = request.pull_started_at;
  report.pull_stopped_at = request.pull_stopped_at;
  report.execution_stopped_at = request.execution_stopped_at;
  if (request.containers)
    for (const auto& change : *request.containers)
      report.containers.push_back({change.container_name.value_or(""), container_status(change.status),
                                   change.exit_code, trimmed(change.reason), change.runtime_id,
                                   change.image_digest, change.network_bindings});
  return report;
}

AgentReport report_of(const SubmitContainerStateChangeRequest& request) {
  AgentReport report;
  report.containers.push_back({request.container_name.value_or(""), container_status(request.status),
                               request.exit_code, trimmed(request.reason), request.runtime_id, std::nullopt,
                               request.network_bindings});
  return report;
}

bool says_running(const AgentReport& report) {
  if (report.status == TaskStatus::stopped) return false;
  return report.status == TaskStatus::running ||
         std::ranges::any_of(report.containers, [](const ContainerReport& container) {
           return container.status == ContainerStatus::running;
         });
}

// Reports come at least once: one about a task that is not here any more, or that changes nothing, is
// acknowledged.
template <class Response>
Decision<Response> decide(const Call& call, const store::View& view,
                          const std::optional<std::string>& cluster_text,
                          const std::optional<std::string>& task_text, const AgentReport& report,
                          store::Ptr<domain::TaskRecord>& to_stop) {
  to_stop.reset();
  Response response;
  response.acknowledgment = "ACK";
  if (!task_text || task_text->empty())
    return model::ecs::invalid_parameter_exception("The state change names no task.");
  auto cluster = find_active_cluster(call, view, cluster_text);
  if (!cluster) return cluster.take_error();
  const auto* task = find_task(call, view, **cluster, *task_text);
  if (!task) return response;
  if (task->record->desired_status == TaskStatus::stopped && says_running(report)) to_stop = task->record;
  for (const auto& container : report.containers) {
    bool known = false;
    for (const auto& have : task->record->containers) known = known || have.name == container.name;
    if (!known)
      return model::ecs::invalid_parameter_exception(
          fmt::format("The task has no container named '{}'.", container.name));
  }
  auto after = domain::apply_task_transition(*task->record, report, domain::Writer::agent, call.now);
  if (!after) return model::ecs::server_exception(after.error().message);
  if (!*after) return response;
  auto transaction = new_transaction(call, domain::Writer::agent);
  scheduling::move_task(transaction, *task, **std::move(after));
  return {std::move(response), std::move(transaction)};
}

template <class Response, class Request>
Async<ApiResult<Response>> submit(Exchange& exchange, const Call& call, Request request) {
  const AgentReport report = report_of(request);
  store::Ptr<domain::TaskRecord> to_stop;
  const auto decide_on = [&](const store::View& view) {
    return decide<Response>(call, view, request.cluster, request.task, report, to_stop);
  };
  auto answer = co_await api::decide_and_commit<Response>(exchange, words(), decide_on);
  if (!to_stop || !call.deps.stops) co_return answer;
  // The agent has not heard that it is to stop, or has forgotten it. Not for a wish that may yet be lost.
  const auto durable = co_await exchange.store.until_durable(exchange.seen);
  if (durable) call.deps.stops->stop_again(std::move(to_stop));
  co_return answer;
}

}  // namespace

Async<ApiResult<SubmitTaskStateChangeResponse>> submit_task_state_change(
    Exchange& exchange, const Call& call, SubmitTaskStateChangeRequest request) {
  // Attachments alone say nothing of the task's own status here: plain hosts have no network interfaces to
  // attach.
  if (!request.status) {
    SubmitTaskStateChangeResponse response;
    response.acknowledgment = "ACK";
    co_return response;
  }
  co_return co_await submit<SubmitTaskStateChangeResponse>(exchange, call, std::move(request));
}

Async<ApiResult<SubmitContainerStateChangeResponse>> submit_container_state_change(
    Exchange& exchange, const Call& call, SubmitContainerStateChangeRequest request) {
  return submit<SubmitContainerStateChangeResponse>(exchange, call, std::move(request));
}

Decision<SubmitAttachmentStateChangesResponse> submit_attachment_state_changes(
    const Call& call, const store::View& view, const SubmitAttachmentStateChangesRequest& request) {
  auto cluster = find_active_cluster(call, view, request.cluster);
  if (!cluster) return cluster.take_error();
  SubmitAttachmentStateChangesResponse response;
  response.acknowledgment = "ACK";
  return response;
}

}  // namespace berth::services::ecs
