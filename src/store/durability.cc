#include "store/durability.h"

#include <algorithm>

namespace berth::store {

Async<Result<void>> Durability::until(Revision revision) {
  if (revision <= head() && !any_lost_.load(std::memory_order_acquire)) co_return Result<void>();
  runtime::Promise<Result<void>> answer;
  {
    const std::lock_guard lock(mutex_);
    if (lost(revision)) co_return unavailable("the change this answer was made from was lost");
    if (revision <= head()) co_return Result<void>();
    if (closed_) co_return unavailable("the store is closed");
    waiters_.push_back({revision, answer});
  }
  Result<void> result = co_await answer.wait();
  co_return result;
}

void Durability::advance(Revision head) {
  std::vector<Waiter> ready;
  {
    const std::lock_guard lock(mutex_);
    if (head <= this->head()) return;
    head_.store(head.value(), std::memory_order_release);
    const auto waits = [&](const Waiter& waiter) { return waiter.revision > head; };
    const auto split = std::partition(waiters_.begin(), waiters_.end(), waits);
    ready.assign(std::make_move_iterator(split), std::make_move_iterator(waiters_.end()));
    waiters_.erase(split, waiters_.end());
  }
  for (const Waiter& waiter : ready) waiter.answer.set({});
}

void Durability::lose(Revision applied, const Error& error) {
  std::vector<Waiter> losers;
  {
    const std::lock_guard lock(mutex_);
    const auto stays = [&](const Waiter& waiter) { return waiter.revision > applied; };
    const auto split = std::partition(waiters_.begin(), waiters_.end(), stays);
    losers.assign(std::make_move_iterator(split), std::make_move_iterator(waiters_.end()));
    waiters_.erase(split, waiters_.end());
    if (applied > head()) {
      if (lost_.size() == kLostRangesMax) lost_.erase(lost_.begin());
      lost_.emplace_back(head(), applied);
      any_lost_.store(true, std::memory_order_release);
    }
  }
  for (const Waiter& waiter : losers) waiter.answer.set(error);
}

void Durability::close(const Error& error) {
  std::vector<Waiter> losers;
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    losers.swap(waiters_);
  }
  for (const Waiter& waiter : losers) waiter.answer.set(error);
}

bool Durability::lost(Revision revision) const {
  return std::any_of(lost_.begin(), lost_.end(),
                     [&](const auto& range) { return revision > range.first && revision <= range.second; });
}

}  // namespace berth::store
