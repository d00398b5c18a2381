#include "api/turns.h"

#include <algorithm>
#include <utility>

#include "store/check.h"

namespace berth::api {

Turns::Turn::Turn(Turn&& other) noexcept
    : shared_(std::exchange(other.shared_, nullptr)), name_(std::move(other.name_)), number_(other.number_) {}

Turns::Turn& Turns::Turn::operator=(Turn&& other) noexcept {
  if (this == &other) return *this;
  leave();
  shared_ = std::exchange(other.shared_, nullptr);
  name_ = std::move(other.name_);
  number_ = other.number_;
  return *this;
}

void Turns::Turn::leave() {
  const std::shared_ptr<Shared> shared = std::exchange(shared_, nullptr);
  if (!shared) return;
  std::optional<runtime::Promise<bool>> next;
  {
    const std::lock_guard lock(shared->mutex);
    const auto queue = shared->queues.find(name_);
    check(queue != shared->queues.end(), "a turn without a queue");
    auto& places = queue->second;
    const bool had_the_turn = places.front().number == number_;
    std::erase_if(places, [&](const Place& place) { return place.number == number_; });
    if (places.empty()) {
      shared->queues.erase(queue);
      shared->names.store(shared->queues.size(), std::memory_order_relaxed);
    } else if (had_the_turn) {
      next = places.front().granted;
    }
  }
  if (next) next->set(true);
}

Turns::Turns() : shared_(std::make_shared<Shared>()) {}

Async<Turns::Turn> Turns::take(std::string name) {
  Turn turn;
  runtime::Promise<bool> granted;
  {
    const std::lock_guard lock(shared_->mutex);
    auto& places = shared_->queues[name];
    if (places.size() > kTurnWaitersMax) co_return turn;
    if (places.empty()) granted.set(true);
    places.push_back({++shared_->last_number, granted});
    shared_->names.store(shared_->queues.size(), std::memory_order_relaxed);
    turn.number_ = shared_->last_number;
  }
  turn.shared_ = shared_;
  turn.name_ = std::move(name);
  co_await granted.wait();
  co_return turn;
}

std::string Turns::contended(const store::Transaction& transaction) const {
  if (shared_->names.load(std::memory_order_relaxed) == 0) return {};
  const std::lock_guard lock(shared_->mutex);
  for (const auto& write : transaction.writes()) {
    std::string name = store::contended_name(write.kind, write.key);
    if (shared_->queues.contains(name)) return name;
  }
  return {};
}

}  // namespace berth::api
