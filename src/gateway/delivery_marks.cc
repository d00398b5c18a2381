#include "gateway/delivery_marks.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "scheduling/task_writes.h"

namespace berth::gateway {
namespace {

// After so many lost races in a row, fewer tasks are tried at a time.
constexpr int kLossesBeforeHalving = 2;

// False when the task needs no mark (any more).
bool mark(const store::View& view, const std::string& task_key, const std::string& instance_key, WallTime now,
          store::Transaction& transaction) {
  const auto* task = view.find<domain::TaskRecord>(task_key);
  if (!task || scheduling::instance_key_of(*task->record) != instance_key) return false;
  auto after = domain::apply_task_transition(*task->record, domain::Delivered{}, domain::Writer::agent, now);
  if (!after || !*after) return false;
  scheduling::move_task(transaction, *task, **std::move(after));
  return true;
}

}  // namespace

void DeliveryMarks::add(std::string task_key, const std::string& instance_key) {
  bool first = false;
  {
    const std::lock_guard lock(mutex_);
    first = waiting_.empty();
    waiting_.insert_or_assign(std::move(task_key), instance_key);
  }
  if (first) wake_.notify();
}

DeliveryMarks::Marks DeliveryMarks::take(std::size_t count_max) {
  Marks marks;
  const std::lock_guard lock(mutex_);
  while (!waiting_.empty() && marks.size() < count_max) marks.insert(waiting_.extract(waiting_.begin()));
  return marks;
}

void DeliveryMarks::put_back(Marks marks) {
  const std::lock_guard lock(mutex_);
  waiting_.merge(marks);
}

Async<void> DeliveryMarks::run() {
  while (true) {
    co_await wake_.wait();
    co_await runtime_.sleep(limits_.marks_gathered);
    for (Marks marks = take(limits_.tasks_per_commit); !marks.empty();
         marks = take(limits_.tasks_per_commit)) {
      Marks tried = marks;
      const auto written = co_await write(std::move(tried));
      if (written) continue;
      put_back(std::move(marks));
      co_await runtime_.sleep(limits_.retry_delay);
    }
  }
}

// A task that changes meanwhile costs all those of its transaction another try: then fewer go together.
Async<Result<void>> DeliveryMarks::write(Marks marks) {
  std::size_t together = limits_.tasks_per_commit;
  int losses = 0;
  for (int attempt = 0; attempt < kAttemptsMax && !marks.empty(); ++attempt) {
    store::Transaction transaction(runtime_.ids().uuid(), domain::Writer::agent);
    transaction.need_not_last();
    std::size_t looked_at = 0;
    {
      const store::View view = co_await store_.read();
      const WallTime now = runtime_.clock().wall();
      for (auto at = marks.begin(); at != marks.end() && looked_at < together;) {
        const bool needed = mark(view, at->first, at->second, now, transaction);
        if (needed) ++looked_at;
        at = needed ? std::next(at) : marks.erase(at);
      }
    }
    if (looked_at == 0) break;
    const auto committed = co_await store_.commit(std::move(transaction));
    if (committed) {
      // Those are in front: what was not needed is gone already.
      marks.erase(marks.begin(), std::next(marks.begin(), static_cast<std::ptrdiff_t>(looked_at)));
      attempt = 0;
      losses = 0;
      continue;
    }
    if (committed.error().retry != Retry::re_decide) co_return committed.error();
    if (++losses % kLossesBeforeHalving == 0) together = std::max<std::size_t>(1, together / 2);
  }
  if (!marks.empty()) co_return conflict("The tasks are changing too fast.");
  co_return Result<void>();
}

}  // namespace berth::gateway
