#include "gateway/conversation.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "gateway/envelope.h"
#include "runtime/task_group.h"

namespace berth::gateway {
namespace {

constexpr int kPolicyViolation = 1008;

}  // namespace

Conversation::Conversation(runtime::Runtime& runtime, const GatewayLimits& limits, Counters& counters)
    : runtime_(runtime), limits_(limits), counters_(counters), last_heard_(runtime.clock().monotonic()) {}

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
    const Duration pause = std::max<Duration>(next_due() - now(), Duration::zero());
    if (outbox_.empty()) static_cast<void>(co_await wake_.wait_for(runtime_, pause));
  }
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
