#include "sim/cluster/store_disk.h"

#include <utility>

namespace berth::sim {

StoreDisk::StoreDisk(runtime::SimWorld& world, Mode mode, CommitWatcher* watcher)
    : random_(world.stream("store")), engine_(world.add_node("disk").runtime(), mode), watcher_(watcher) {}

Async<Result<store::Revision>> StoreConnection::load(Loader each) {
  const Duration delay = disk_.draw_delay(disk_.faults.delay_max);
  co_await runtime_.sleep(delay);
  if (disk_.draw(disk_.faults.load_fails)) co_return unavailable("the store does not answer");
  co_return co_await disk_.engine_.load(each);
}

Async<Result<void>> StoreConnection::append(store::EngineBatch batch) {
  const Duration before = disk_.draw_delay(disk_.faults.delay_max);
  co_await runtime_.sleep(before);
  if (disk_.draw(disk_.faults.lost_before)) co_return unavailable("the store did not answer");
  if (shared() && disk_.draw(disk_.faults.conflicts)) co_return conflict("another control plane was first");
  auto written = co_await write(std::move(batch));
  // A kill during this sleep: durable, but nobody was told.
  const Duration after = disk_.draw_delay(disk_.faults.delay_max);
  co_await runtime_.sleep(after);
  if (disk_.draw(disk_.faults.lost_after)) co_return unavailable("the store's answer was lost");
  co_return written;
}

Async<Result<void>> StoreConnection::write(store::EngineBatch batch) {
  if (disk_.mutants.forgets_batches && disk_.random_.chance(1, 20)) co_return Result<void>();
  mutate(batch);
  store::EngineBatch copy = batch;
  auto written = co_await disk_.engine_.append(std::move(batch));
  if (written.ok() && disk_.watcher_) disk_.watcher_->committed(copy);
  co_return written;
}

void StoreConnection::mutate(store::EngineBatch& batch) {
  if (disk_.mutants.tears_batches && disk_.random_.chance(1, 10) && batch.writes.back().size() > 1)
    batch.writes.back().pop_back();
  if (disk_.mutants.ignores_base && batch.base != disk_.engine_.newest()) {
    const auto length = batch.transaction_ids.size();
    batch.base = disk_.engine_.newest();
    batch.head = store::Revision(batch.base.value() + length);
  }
}

Async<Result<store::EngineBatch>> StoreConnection::next(store::Revision after) {
  const Duration delay = disk_.draw_delay(disk_.faults.watch_delay_max);
  co_await runtime_.sleep(delay);
  if (disk_.draw(disk_.faults.compacted))
    co_return Error{ErrorCode::too_large, "compacted", Retry::re_decide};
  co_return co_await disk_.engine_.next(after);
}

Async<Result<store::Revision>> StoreConnection::head() {
  const Duration delay = disk_.draw_delay(disk_.faults.delay_max);
  co_await runtime_.sleep(delay);
  if (disk_.draw(disk_.faults.lost_before)) co_return unavailable("the store did not answer");
  co_return co_await disk_.engine_.head();
}

Async<Result<bool>> StoreConnection::contains(std::string transaction_id) {
  const Duration delay = disk_.draw_delay(disk_.faults.delay_max);
  co_await runtime_.sleep(delay);
  co_return co_await disk_.engine_.contains(std::move(transaction_id));
}

Async<Result<void>> StoreConnection::probe() {
  return disk_.engine_.probe();
}

Async<Result<void>> StoreConnection::backup(std::string) {
  co_return invalid("a store in memory has no backup");
}

}  // namespace berth::sim
