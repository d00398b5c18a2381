#pragma once
#include <map>
#include <string>
#include <vector>

#include "domain/realm.h"
#include "domain/task_lifecycle.h"
#include "runtime/runtime.h"
#include "store/store.h"

namespace berth::gateway {

/// Where the tasks of one session live.
struct TaskPlace {
  domain::Realm realm;
  std::string cluster;
  std::string instance_key;
};

/// Applies what an agent said to its tasks, by task id, at most `tasks_per_commit` in a transaction; after a
/// lost race decides anew. Unknown tasks, those of other instances, and what changes nothing are passed over.
/// Errors: those of Store::commit(); what was not applied may be tried again.
Async<Result<void>> apply_task_events(store::Store& store, runtime::Runtime& runtime, TaskPlace place,
                                      std::map<std::string, domain::TaskEvent> events,
                                      std::size_t tasks_per_commit);

}  // namespace berth::gateway
