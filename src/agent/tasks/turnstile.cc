#include "agent/tasks/turnstile.h"

namespace berth::agent::tasks {

/// Somebody in the queue; leaves it, or passes on what it was given, however its coroutine ends.
struct Turnstile::Stand {
  Turnstile& owner;
  std::list<Waiting*>& queue;
  Waiting waiting;
  bool through = false;
  ~Stand() {
    if (through) return;
    if (waiting.given)
      owner.leave();
    else
      queue.remove(&waiting);
  }
};

void Turnstile::leave() {
  for (auto& queue : queues_) {
    if (queue.empty()) continue;
    Waiting* next = queue.front();
    queue.pop_front();
    next->given = true;
    next->wake.notify();
    return;
  }
  --taken_;
}

Async<Turnstile::Place> Turnstile::enter(Urgency urgency) {
  if (taken_ < places_) {
    ++taken_;
    co_return Place(*this);
  }
  auto& queue = queues_[static_cast<std::size_t>(urgency)];
  Stand stand{*this, queue, {}};
  queue.push_back(&stand.waiting);
  while (!stand.waiting.given) co_await stand.waiting.wake.wait();
  stand.through = true;
  co_return Place(*this);
}

}  // namespace berth::agent::tasks
