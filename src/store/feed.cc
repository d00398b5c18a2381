#include "store/feed.h"

#include <algorithm>
#include <map>

#include "store/record_codec.h"

namespace berth::store {

/// The queue of one watch: batches are shared by all watches, so a slow reader costs pointers only.
struct Feed::Queue {
  std::mutex mutex;
  std::deque<ChangeBatch> batches;
  std::size_t changes = 0;
  bool compacted = false;
  runtime::Notifier wake;

  void push(const ChangeBatch& batch) {
    {
      const std::lock_guard lock(mutex);
      if (changes + batch->size() > kWatchQueueMax) {
        clear();
      } else {
        batches.push_back(batch);
        changes += batch->size();
      }
    }
    wake.notify();
  }
  void compact() {
    {
      const std::lock_guard lock(mutex);
      clear();
    }
    wake.notify();
  }
  void clear() {
    batches.clear();
    changes = 0;
    compacted = true;
  }
};

namespace {

class QueueWatch final : public Watch {
 public:
  explicit QueueWatch(std::shared_ptr<Feed::Queue> queue) : queue_(std::move(queue)) {}

  Async<Result<std::vector<Change>>> next() override { return next_of(queue_); }

 private:
  static Async<Result<std::vector<Change>>> next_of(std::shared_ptr<Feed::Queue> queue) {
    for (;;) {
      {
        const std::lock_guard lock(queue->mutex);
        if (std::exchange(queue->compacted, false)) {
          co_return Error{ErrorCode::too_large, "the watch fell behind: look at everything anew",
                          Retry::re_decide};
        }
        if (!queue->batches.empty()) co_return take(*queue);
      }
      co_await queue->wake.wait();
    }
  }
  static std::vector<Change> take(Feed::Queue& queue) {
    std::vector<Change> changes;
    changes.reserve(queue.changes);
    for (const ChangeBatch& batch : queue.batches)
      changes.insert(changes.end(), batch->begin(), batch->end());
    queue.batches.clear();
    queue.changes = 0;
    return changes;
  }

  std::shared_ptr<Feed::Queue> queue_;
};

// Slot of subscriptions that follow one record by its key; indexes have those below.
constexpr std::uint8_t kKeySlot = 31;

}  // namespace

/// Subscriptions by kind, slot and name. Only groups of indexes that somebody subscribed to are worked out.
struct Feed::Registry {
  struct Subscriber {
    std::uint64_t id;
    runtime::Notifier::Handle handle;
  };
  using Topics = std::unordered_map<std::string, std::vector<Subscriber>, TextHash, std::equal_to<>>;
  using BySlot = std::map<std::uint8_t, Topics>;

  std::mutex mutex;
  std::uint64_t last_id = 0;
  std::map<Kind, BySlot> kinds;  // Only those that somebody subscribed to.

  static void wake(const Topics& of, std::string_view name) {
    const auto found = of.find(name);
    if (found == of.end()) return;
    for (const Subscriber& subscriber : found->second) subscriber.handle.notify();
  }
  static void wake_groups(const BySlot& of, IndexEntries::Slots wanted, Kind kind, const void* record) {
    if (!record || wanted == 0) return;
    const IndexEntries entries = index_entries(kind, record, wanted);
    for (const auto& entry : entries.entries()) wake(of.at(entry.slot), entry.group);
  }
  void wake_of(const Change& change) const {
    const auto subscribed = kinds.find(change.kind);
    if (subscribed == kinds.end()) return;
    const BySlot& of = subscribed->second;
    IndexEntries::Slots wanted = 0;
    for (const auto& [slot, topics] : of) {
      if (slot == kKeySlot) {
        wake(topics, change.key);
      } else {
        wanted |= IndexEntries::Slots{1} << slot;
      }
    }
    wake_groups(of, wanted, change.kind, change.before.get());
    wake_groups(of, wanted, change.kind, change.after.get());
  }
};

namespace {

class TopicSubscription final : public Subscription {
 public:
  TopicSubscription(std::shared_ptr<Feed::Registry> registry, Kind kind, std::uint8_t slot, std::string topic,
                    runtime::Notifier::Handle handle)
      : registry_(std::move(registry)), kind_(kind), slot_(slot) {
    check(slot_ <= kKeySlot, "an index with a slot beyond what subscriptions know");
    const std::lock_guard lock(registry_->mutex);
    id_ = ++registry_->last_id;
    auto& topics = registry_->kinds[kind_][slot_];
    const auto at = topics.try_emplace(std::move(topic)).first;
    at->second.push_back({id_, std::move(handle)});
    topic_ = &at->first;
  }
  ~TopicSubscription() override {
    const std::lock_guard lock(registry_->mutex);
    auto& by_slot = registry_->kinds.at(kind_);
    auto& topics = by_slot.at(slot_);
    const auto found = topics.find(*topic_);
    std::erase_if(found->second, [&](const auto& subscriber) { return subscriber.id == id_; });
    if (found->second.empty()) topics.erase(found);
    if (topics.empty()) by_slot.erase(slot_);
    if (by_slot.empty()) registry_->kinds.erase(kind_);
  }
  TopicSubscription(const TopicSubscription&) = delete;
  TopicSubscription& operator=(const TopicSubscription&) = delete;

 private:
  std::shared_ptr<Feed::Registry> registry_;
  Kind kind_;
  std::uint8_t slot_;
  const std::string* topic_ = nullptr;  // The registry's, which lasts as long as this.
  std::uint64_t id_ = 0;
};

}  // namespace

Feed::Feed() : registry_(std::make_shared<Registry>()) {}
Feed::~Feed() = default;

std::unique_ptr<Watch> Feed::watch() {
  auto queue = std::make_shared<Queue>();
  const std::lock_guard lock(mutex_);
  std::erase_if(queues_, [](const auto& weak) { return weak.expired(); });
  queues_.push_back(queue);
  return std::make_unique<QueueWatch>(std::move(queue));
}

std::unique_ptr<Subscription> Feed::subscribe_group(Kind kind, std::uint8_t slot, std::string group,
                                                    runtime::Notifier::Handle handle) {
  return std::make_unique<TopicSubscription>(registry_, kind, slot, std::move(group), std::move(handle));
}

std::unique_ptr<Subscription> Feed::subscribe_key(Kind kind, std::string key,
                                                  runtime::Notifier::Handle handle) {
  return std::make_unique<TopicSubscription>(registry_, kind, kKeySlot, std::move(key), std::move(handle));
}

void Feed::publish(const ChangeBatch& changes) {
  if (changes->empty()) return;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& weak : queues_) {
      if (const auto queue = weak.lock()) queue->push(changes);
    }
  }
  const std::lock_guard lock(registry_->mutex);
  for (const Change& change : *changes) registry_->wake_of(change);
}

void Feed::compact() {
  {
    const std::lock_guard lock(mutex_);
    for (const auto& weak : queues_) {
      if (const auto queue = weak.lock()) queue->compact();
    }
  }
  const std::lock_guard lock(registry_->mutex);
  for (const auto& [kind, by_slot] : registry_->kinds) {
    for (const auto& [slot, topics] : by_slot) {
      for (const auto& [name, subscribers] : topics) {
        for (const auto& subscriber : subscribers) subscriber.handle.notify();
      }
    }
  }
}

}  // namespace berth::store
