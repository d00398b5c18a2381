#include "store/commit_core.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "store/allocations.h"
#include "store/committer.h"
#include "store/record_codec.h"

namespace berth::store {
namespace {

// Between two tries to read the engine after a failure.
constexpr Duration kReloadDelayMin = std::chrono::milliseconds(50);
constexpr Duration kReloadDelayMax = std::chrono::seconds(5);
// Between two tries to learn the engine's head.
constexpr Duration kHeadRetryDelay = std::chrono::milliseconds(50);

}  // namespace

std::vector<EngineWrite> encode_changes(const std::vector<Change>& changes, Allocations allocations) {
  std::vector<EngineWrite> writes;
  writes.reserve(changes.size());
  for (const Change& change : changes) {
    if (allocations == Allocations::left_out && change.kind == Kind::allocation) continue;
    writes.push_back({change.kind, change.key, std::nullopt});
    if (change.after) writes.back().value = encode_record(change.kind, change.after.get());
  }
  return writes;
}

void refuse(const Item& item, const Error& error) {
  std::visit([&](const auto& what) { what.answer.set(error); }, item);
}

Result<void> Submissions::push(Item item) {
  bool first = false;
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return unavailable("the store is closing");
    if (items_.size() >= kCommitQueueMax) return unavailable("overloaded: too many transactions wait");
    first = items_.empty();
    items_.push_back(std::move(item));
  }
  if (first) wake_.notify();
  return {};
}

std::deque<Item> Submissions::take(std::size_t count_max) {
  std::deque<Item> taken;
  const std::lock_guard lock(mutex_);
  if (items_.size() <= count_max) {
    taken.swap(items_);
    return taken;
  }
  const auto last = items_.begin() + static_cast<std::ptrdiff_t>(count_max);
  taken.assign(std::make_move_iterator(items_.begin()), std::make_move_iterator(last));
  items_.erase(items_.begin(), last);
  return taken;
}

bool Submissions::empty() const {
  const std::lock_guard lock(mutex_);
  return items_.empty();
}

void Submissions::refuse_all(const Error& error) {
  for (const Item& item : take(kCommitQueueMax)) refuse(item, error);
}

void Submissions::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
}

void CommitCore::apply(const std::vector<Change>& changes, Revision head) {
  lock.write([&] { tables->apply(changes, head); });
}

void CommitCore::take_back(const std::vector<Change>& changes, Revision head) {
  std::vector<Change> undo(changes.rbegin(), changes.rend());
  for (Change& change : undo) {
    change.revision = head;
    change.before.swap(change.after);
  }
  lock.write([&] {
    tables->apply(undo, head);
    // As after reading anew: whoever decided on what has gone must not commit.
    tables->finish_load(head);
  });
}

void CommitCore::publish(const ChangeBatch& changes, Revision head) {
  feed.publish(changes);
  durability.advance(head);
}

Async<Result<Revision>> CommitCore::load(Revision at_least, std::function<void()> replaced) {
  // Shared with the engine's thread, which may still be at it when this coroutine has been cancelled.
  auto fresh = std::make_shared<std::unique_ptr<Tables>>(std::make_unique<Tables>());
  // Named, as g++ 12 destroys a temporary function in a co_await expression twice.
  Engine::Loader each = [fresh](Kind kind, std::string_view key, std::string_view value, Revision revision) {
    return (*fresh)->load(kind, key, value, revision);
  };
  Result<Revision> head = co_await engine.load(each);
  if (!head.ok()) co_return head;
  if (engine.shared() && *head < tables->head()) co_return head;
  const Revision own = std::max(*head, at_least);
  (*fresh)->finish_load(own);
  if (!engine.shared()) add_up_allocations(**fresh, own);
  lock.write([&] { tables.swap(*fresh); });
  if (replaced) replaced();
  feed.compact();
  durability.advance(own);
  co_return head;
}

Async<void> CommitCore::catch_up() {
  for (;;) {
    const Result<Revision> head = co_await engine.head();
    if (head.ok()) {
      // An error says that the store is closing: then what is here has to do.
      const Result<void> reached = co_await durability.until(*head);
      static_cast<void>(reached);
      co_return;
    }
    co_await runtime.sleep(kHeadRetryDelay);
  }
}

Async<Revision> CommitCore::reload(Revision at_least, std::function<void()> tell) {
  bool told = !tell;
  const std::function<void()> tell_once = [&] {
    if (!std::exchange(told, true)) tell();
  };
  Duration delay = kReloadDelayMin;
  for (;;) {
    Result<Revision> head = co_await load(at_least, tell_once);
    if (head.ok()) {
      spdlog::warn("store: read anew at revision {}", head->value());
      tell_once();
      co_return *head;
    }
    const std::string cause = "the store cannot be read: " + head.error().message;
    spdlog::error("store: {}", cause);
    health.broke(cause, runtime.clock().wall());
    tell_once();
    submissions.refuse_all({ErrorCode::internal, cause, Retry::same_request});
    co_await runtime.sleep(delay);
    delay = std::min(delay * 2, kReloadDelayMax);
  }
}

}  // namespace berth::store
