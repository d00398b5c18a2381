#include "controllers/service/execute.h"

#include <fmt/format.h>

#include "controllers/service/deployment_records.h"
#include "controllers/service/placer.h"
#include "scheduling/service_rules.h"
#include "scheduling/task_writes.h"

namespace berth::controllers::service {
namespace {

using domain::ServiceRecord;
using domain::Writer;

void stop_tasks(store::Transaction& transaction, const FactSource& source, const ServicePlan& plan) {
  for (const auto& order : plan.stops) {
    const auto& task = source.task(order.task);
    const domain::StopRequested stop{model::ecs::TaskStopCode::service_scheduler_initiated, order.reason};
    auto after =
        domain::apply_task_transition(*task.record, stop, Writer::service_scheduler, source.facts().now);
    if (after && *after) scheduling::move_task(transaction, task, **std::move(after));
  }
}

std::string started_message(const ServiceRecord& service, const std::vector<domain::TaskRecord>& tasks) {
  std::string names;
  for (const auto& task : tasks) names += fmt::format(" (task {})", task.id);
  return fmt::format("{} has started {} tasks:{}.", scheduling::event_subject(service), tasks.size(), names);
}

void start_tasks(store::Transaction& transaction, const store::View& view, const Facts& facts,
                 ServicePlan& plan, Execution& execution, runtime::Runtime& runtime, Prng& prng) {
  if (plan.starts == 0) {
    plan.after.unable_to_place_at.reset();
    return;
  }
  auto& ids = runtime.ids();
  Placed placed = place_tasks(
      view, plan.after, plan, [&ids] { return ids.hex(32); }, facts.now, prng);
  if (!placed.tasks.empty()) plan.events.push_back(started_message(plan.after, placed.tasks));
  for (auto& task : placed.tasks) scheduling::add_task(transaction, std::move(task));
  execution.placement_blocked = !placed.all;
  if (placed.all)
    plan.after.unable_to_place_at.reset();
  else
    account_unplaced(plan, facts, plan.starts - static_cast<std::int64_t>(placed.tasks.size()),
                     placed.why_not);
}

}  // namespace

Execution execute(const store::View& view, const store::Stored<ServiceRecord>& service, domain::Compat compat,
                  bool placement_blocked, runtime::Runtime& runtime, Prng& prng) {
  const WallTime now = runtime.clock().wall();
  const FactSource source(view, service, now, compat, placement_blocked);
  ServicePlan plan = controllers::service::plan(source.facts());
  Execution execution;
  store::Transaction transaction(runtime.ids().uuid(), Writer::service_scheduler);
  transaction.expect(service);
  // Which tasks there are was seen in a view, and what a view shows may be lost with a failure of the store.
  // Then every group counts as changed, also this one, which hardly ever changes otherwise.
  transaction.expect_unchanged(store::kActiveClusters,
                               store::realm_key({service.record->account, service.record->region}),
                               view.revision());
  stop_tasks(transaction, source, plan);
  start_tasks(transaction, view, source.facts(), plan, execution, runtime, prng);
  for (auto& message : plan.events)
    scheduling::add_event(plan.after, runtime.ids().uuid(), now, std::move(message));
  if (!source.facts().exits.empty())
    plan.after.exits_seen = static_cast<std::int64_t>(view.revision().value());
  // Once it is known that nothing can be placed, the plan may be another: what is old may have to go first.
  if (execution.placement_blocked && !placement_blocked) plan.look_again = now;
  execution.look_again = plan.look_again;
  const bool changed = plan.after != *service.record;
  if (!changed && transaction.write_count() == 0) return execution;
  reflect_deployments(transaction, view, *service.record, plan.after, now);
  transaction.put(std::move(plan.after));
  execution.transaction = std::move(transaction);
  return execution;
}

}  // namespace berth::controllers::service
