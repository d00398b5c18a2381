#include "store/memory/memory_engine.h"

#include <algorithm>

namespace berth::store::memory {
namespace {

Duration delay_of(const std::function<Duration()>& fault) {
  return fault ? fault() : Duration(0);
}

Error not_written() {
  return {ErrorCode::internal, "the disk is full: the memory engine", Retry::same_request};
}

}  // namespace

Async<Result<Revision>> MemoryEngine::load(Loader each) {
  const auto faults = this->faults();
  if (faults->load_fails && faults->load_fails()) co_return unavailable("the memory engine does not answer");
  const std::lock_guard lock(mutex_);
  for (const auto& [kind, records] : records_) {
    for (const auto& [key, value] : records) {
      Result<void> taken = each(kind, key, value.text, value.revision);
      if (!taken.ok()) co_return std::move(taken).error();
    }
  }
  co_return head_;
}

Async<Result<void>> MemoryEngine::append(EngineBatch batch) {
  using Fate = MemoryFaults::Fate;
  const auto faults = this->faults();
  const Duration delay = delay_of(faults->append_delay);
  if (delay > Duration(0)) co_await runtime_.sleep(delay);
  const Fate fate = faults->append ? faults->append(batch) : Fate::applied;
  if (fate == Fate::conflict) co_return conflict("another control plane was first");
  if (fate == Fate::unavailable_before) co_return unavailable("the memory engine did not answer");
  if (fate == Fate::refused) co_return not_written();
  Result<void> applied = apply(std::move(batch));
  if (fate == Fate::unavailable_after) co_return unavailable("the memory engine's answer was lost");
  co_return applied;
}

Async<Result<void>> MemoryEngine::probe() {
  const auto faults = this->faults();
  if (faults->probe_fails && faults->probe_fails()) co_return not_written();
  co_return Result<void>();
}

Result<void> MemoryEngine::apply(EngineBatch batch) {
  std::vector<runtime::Promise<bool>> waiters;
  {
    const std::lock_guard lock(mutex_);
    if (batch.base != head_) return conflict("another control plane was first");
    for (std::size_t i = 0; i < batch.writes.size(); ++i) {
      for (const EngineWrite& write : batch.writes[i]) {
        if (write.value) {
          records_[write.kind][write.key] = {*write.value, batch.revision_of(i)};
        } else {
          records_[write.kind].erase(write.key);
        }
      }
    }
    ids_.insert(ids_.end(), batch.transaction_ids.begin(), batch.transaction_ids.end());
    while (ids_.size() > kTransactionIdsKept) ids_.pop_front();
    head_ = batch.head;
    if (shared()) {
      log_.push_back(std::move(batch));
      if (log_.size() > kMemoryLogMax) log_.pop_front();
      log_begin_ = log_.front().base;
    }
    waiters.swap(waiters_);
  }
  for (const auto& waiter : waiters) waiter.set(true);
  return {};
}

Async<Result<EngineBatch>> MemoryEngine::next(Revision after) {
  if (!shared()) co_return invalid("this engine is not shared");
  for (;;) {
    runtime::Promise<bool> appended;
    const auto faults = this->faults();
    const Duration delay = delay_of(faults->watch_delay);
    if (delay > Duration(0)) co_await runtime_.sleep(delay);
    if (faults->compact && faults->compact())
      co_return Error{ErrorCode::too_large, "compacted", Retry::re_decide};
    {
      const std::lock_guard lock(mutex_);
      if (after < log_begin_) co_return Error{ErrorCode::too_large, "compacted", Retry::re_decide};
      const auto found =
          std::find_if(log_.rbegin(), log_.rend(), [&](const auto& batch) { return batch.base == after; });
      if (found != log_.rend()) co_return *found;
      waiters_.push_back(appended);
    }
    co_await appended.wait();
  }
}

Async<Result<Revision>> MemoryEngine::head() {
  if (!shared()) co_return invalid("this engine is not shared");
  const auto faults = this->faults();
  if (faults->head_fails && faults->head_fails()) co_return unavailable("the memory engine does not answer");
  co_return newest();
}

Async<Result<bool>> MemoryEngine::contains(std::string transaction_id) {
  const std::lock_guard lock(mutex_);
  co_return std::find(ids_.begin(), ids_.end(), transaction_id) != ids_.end();
}

Async<Result<void>> MemoryEngine::backup(std::string) {
  co_return invalid("a store in memory has no backup");
}

void MemoryEngine::set_faults(MemoryFaults faults) {
  auto shared = std::make_shared<const MemoryFaults>(std::move(faults));
  const std::lock_guard lock(mutex_);
  faults_ = std::move(shared);
}

std::shared_ptr<const MemoryFaults> MemoryEngine::faults() const {
  const std::lock_guard lock(mutex_);
  return faults_;
}

void MemoryEngine::compact() {
  const std::lock_guard lock(mutex_);
  log_.clear();
  log_begin_ = head_;
}

Revision MemoryEngine::newest() const {
  const std::lock_guard lock(mutex_);
  return head_;
}

std::map<std::string, std::string> MemoryEngine::dump(Kind kind) const {
  std::map<std::string, std::string> texts;
  const std::lock_guard lock(mutex_);
  if (const auto found = records_.find(kind); found != records_.end()) {
    for (const auto& [key, value] : found->second) texts.emplace(key, value.text);
  }
  return texts;
}

}  // namespace berth::store::memory
