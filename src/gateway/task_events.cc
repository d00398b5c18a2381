#include "gateway/task_events.h"

#include <utility>

#include "gateway/limits.h"
#include "scheduling/task_writes.h"

namespace berth::gateway {
namespace {

using Events = std::map<std::string, domain::TaskEvent>;

void decide(const store::View& view, const TaskPlace& place, const Events& events, WallTime now,
            store::Transaction& transaction) {
  for (const auto& [id, event] : events) {
    const auto* task = view.find<domain::TaskRecord>(store::task_key(place.realm, place.cluster, id));
    if (!task || scheduling::instance_key_of(*task->record) != place.instance_key) continue;
    auto after = domain::apply_task_transition(*task->record, event, domain::Writer::agent, now);
    if (after && *after) scheduling::move_task(transaction, *task, **std::move(after));
  }
}

Async<Result<void>> apply_batch(store::Store& store, runtime::Runtime& runtime, TaskPlace place,
                                Events events) {
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    store::Transaction transaction(runtime.ids().uuid(), domain::Writer::agent);
    {
      const store::View view = co_await store.read();
      decide(view, place, events, runtime.clock().wall(), transaction);
    }
    if (transaction.write_count() == 0) co_return Result<void>();
    const auto committed = co_await store.commit(std::move(transaction));
    if (committed) co_return Result<void>();
    if (committed.error().retry != Retry::re_decide) co_return committed.error();
  }
  co_return conflict("The tasks are changing too fast.");
}

}  // namespace

Async<Result<void>> apply_task_events(store::Store& store, runtime::Runtime& runtime, TaskPlace place,
                                      Events events, std::size_t tasks_per_commit) {
  while (!events.empty()) {
    Events batch;
    while (!events.empty() && batch.size() < tasks_per_commit) batch.insert(events.extract(events.begin()));
    const auto applied = co_await apply_batch(store, runtime, place, std::move(batch));
    if (!applied) co_return applied.error();
  }
  co_return Result<void>();
}

}  // namespace berth::gateway
