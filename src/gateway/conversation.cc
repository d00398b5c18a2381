#include "gateway/conversation.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "gateway/envelope.h"
#include "runtime/task_group.h"

namespace berth::gateway {
Conversation::Conversation(const SessionServices& services)
    : runtime_(services.runtime),
      limits_(services.limits),
      counters_(services.counters),
      last_heard_(services.runtime.clock().monotonic()),
      alarms_(services.alarms),
      alarm_at_(last_heard_) {}

Async<void> Conversation::run(runtime::MessageSocket& socket) {
  const Executor executor = co_await current_executor();
  runtime::TaskGroup reader(executor, runtime::TaskGroup::Leftovers::abandoned);
  reader.spawn(read(*this, socket));
  std::exception_ptr cancelled;
  try {
    co_await drive(socket);
  } catch (...) {
    cancelled = std::current_exception();
  }
  if (cancelled) {
    co_await ignore_cancellation();
    reader.cancel();
  } else {
    const std::lock_guard lock(mutex_);
    // After close() a pending receive() ends by itself, so the reader need not be cancelled under the close's
    // feet.
    if (!close_) close_ = CloseOrder{};
    if (!peer_gone_) socket.close(close_->code, close_->reason);
  }
  co_await reader.drain();
  if (cancelled) std::rethrow_exception(cancelled);
}

void Conversation::request_close(CloseOrder order) {
  {
    const std::lock_guard lock(mutex_);
    if (!close_) close_ = std::move(order);
  }
  wake_.notify();
}

bool Conversation::closing() const {
  const std::lock_guard lock(mutex_);
  return close_.has_value();
}

void Conversation::say(std::string text) {
  if (outbox_.size() >= limits_.outbox_max) return request_close({kPolicyViolation, "answers are not taken"});
  outbox_.push_back(std::move(text));
  wake_.notify();
}

void Conversation::complain(const Error& error) {
  counters_.malformed.fetch_add(1, std::memory_order_relaxed);
  if (++malformed_ > limits_.malformed_max)
    return request_close({kPolicyViolation, "too many malformed messages"});
  say(error_message(error.message));
}

Async<void> Conversation::read(Conversation& self, runtime::MessageSocket& socket) {
  while (!self.closing()) {
    auto text = co_await socket.receive();
    if (!text) break;
    self.last_heard_ = self.now();
    self.on_message(std::move(*text));
  }
  if (!self.closing()) self.peer_gone_ = true;
  self.request_close({});
}

Async<void> Conversation::drive(runtime::MessageSocket& socket) {
  while (!closing()) {
    const auto flushed = co_await flush(socket);
    if (!flushed || closing()) break;
    const auto worked = co_await work(socket);
    if (!worked || closing()) break;
    if (!outbox_.empty()) continue;
    set_alarm(next_due());
    co_await wake_.wait();
  }
}

// What is due moves further away most of the time; then the alarm that is set rings early, for nothing, once.
void Conversation::set_alarm(MonotonicTime due) {
  if (alarm_at_ > now() && alarm_at_ <= due) return;
  alarm_at_ = due;
  alarms_.set(due, wake_.handle());
}

Async<Result<void>> Conversation::flush(runtime::MessageSocket& socket) {
  while (!outbox_.empty()) {
    std::vector<std::string> batch = std::exchange(outbox_, {});
    for (auto& text : batch) {
      const auto sent = co_await socket.send(std::move(text));
      if (!sent) co_return sent.error();
    }
  }
  co_return Result<void>();
}

}  // namespace berth::gateway
