#include "controllers/service/execute.h"

#include <fmt/format.h>

#include <algorithm>

#include "controllers/service/deployment_records.h"
#include "controllers/service/placer.h"
#include "scheduling/service_rules.h"
#include "scheduling/task_writes.h"

namespace berth::controllers::service {
namespace {

using domain::ServiceRecord;
using domain::Writer;

// Writes that stops (one each) and starts (two: the task and its claim) take together, at most; the service
// and its records need the rest of a transaction.
constexpr std::size_t kTaskWritesMax = 90;
static_assert(kStopsMax < kTaskWritesMax && kTaskWritesMax < store::kTransactionWritesMax);

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
  std::vector<std::string> ids;
  for (const auto& task : tasks) ids.push_back(task.id);
  return fmt::format("{} has started {} tasks: {}.", scheduling::event_subject(service), tasks.size(),
                     scheduling::named_tasks(ids));
}

// A transaction of this round. Each expects the service as it was seen; the last one writes it.
store::Transaction new_transaction(const store::View& view, const store::Stored<ServiceRecord>& service,
                                   runtime::Runtime& runtime) {
  store::Transaction transaction(runtime.ids().uuid(), Writer::service_scheduler);
  transaction.expect(service);
  // Which tasks there are was seen in a view, and what a view shows may be lost with a failure of the store.
  transaction.expect_same_epoch(view.revision());
  return transaction;
}

struct PlaceDeps {
  const store::View& view;
  const domain::Limits& limits;
  runtime::Runtime& runtime;
  Prng& prng;
  std::size_t starts_max;
};

// Places what the plan starts, and gives it.
std::vector<domain::TaskRecord> place(const PlaceDeps& deps, const Facts& facts, ServicePlan& plan,
                                      Execution& execution) {
  if (plan.starts == 0) {
    plan.after.unable_to_place_at.reset();
    return {};
  }
  auto& ids = deps.runtime.ids();
  const PlaceContext context{deps.view, deps.limits, [&ids] { return ids.hex(32); }, facts.now};
  Placed placed = place_tasks(context, plan.after, plan, deps.prng);
  const std::size_t fitting = placed.tasks.size();
  const bool more = fitting > deps.starts_max;
  if (more) placed.tasks.resize(deps.starts_max);
  if (!placed.tasks.empty()) plan.events.push_back(started_message(plan.after, placed.tasks));
  execution.placement_blocked = !placed.all;
  if (placed.all) {
    plan.after.unable_to_place_at.reset();
    // Without room the rest would find none either: it waits for some, as these do.
    if (plan.more_starts) plan.look_again = facts.now;
  } else {
    account_unplaced(plan, facts, plan.starts - static_cast<std::int64_t>(fitting), placed.why_not);
  }
  if (more) plan.look_again = facts.now;
  return std::move(placed.tasks);
}

}  // namespace

Execution execute(const store::View& view, const store::Stored<ServiceRecord>& service,
                  const SchedulerOptions& options, bool placement_blocked, runtime::Runtime& runtime,
                  Prng& prng, const WallSteps* steps) {
  const WallTime now = runtime.clock().wall();
  const FactSource source(view, service, now, options.compat, placement_blocked, steps);
  ServicePlan plan = controllers::service::plan(source.facts());
  Execution execution;
  const std::size_t room_in_last = (kTaskWritesMax - plan.stops.size()) / 2;
  const std::size_t starts_max = options.sole ? static_cast<std::size_t>(kStartsMax) : room_in_last;
  const PlaceDeps deps{view, options.limits, runtime, prng, starts_max};
  std::vector<domain::TaskRecord> starts = place(deps, source.facts(), plan, execution);
  while (starts.size() > room_in_last) {
    store::Transaction& some = execution.transactions.emplace_back(new_transaction(view, service, runtime));
    for (auto n = std::min(kTaskWritesMax / 2, starts.size() - room_in_last); n > 0; --n, starts.pop_back())
      scheduling::add_task(some, std::move(starts.back()));
  }
  store::Transaction last = new_transaction(view, service, runtime);
  stop_tasks(last, source, plan);
  for (auto& task : starts) scheduling::add_task(last, std::move(task));
  for (auto& message : plan.events)
    scheduling::add_event(plan.after, runtime.ids().uuid(), now, std::move(message), options.limits);
  if (!source.facts().exits.empty())
    plan.after.exits_seen = static_cast<std::int64_t>(view.revision().value());
  // Once it is known that nothing can be placed, the plan may be another: what is old may have to go first.
  if (execution.placement_blocked && !placement_blocked) plan.look_again = now;
  execution.look_again = plan.look_again;
  const bool changed = plan.after != *service.record;
  if (!changed && last.write_count() == 0) return execution;
  reflect_deployments(last, view, *service.record, plan.after, now);
  last.put(std::move(plan.after));
  execution.transactions.push_back(std::move(last));
  return execution;
}

}  // namespace berth::controllers::service
