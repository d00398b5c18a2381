#pragma once
#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "store/store.h"

namespace berth::store {

/// Durable changes as they are handed to every watch.
using ChangeBatch = std::shared_ptr<const std::vector<Change>>;

/// Hands durable changes to watches and wakes subscriptions. What the committer publishes to.
///
/// Owns:    nothing of the watches and subscriptions it hands out; they may outlive it.
/// Runs on: any thread; publish() and compact() from one thread at a time, in order of revisions.
/// Limits:  kWatchQueueMax changes a watch.
class Feed {
 public:
  Feed();
  ~Feed();
  Feed(const Feed&) = delete;
  Feed& operator=(const Feed&) = delete;

  std::unique_ptr<Watch> watch();
  std::unique_ptr<Subscription> subscribe_group(Kind kind, std::uint8_t slot, std::string group,
                                                runtime::Notifier::Handle handle);
  std::unique_ptr<Subscription> subscribe_key(Kind kind, std::string key, runtime::Notifier::Handle handle);

  void publish(const ChangeBatch& changes);
  /// What happened is not known in detail: every watch answers `too_large` once, every subscription wakes.
  void compact();

  struct Queue;
  struct Registry;

 private:
  std::mutex mutex_;
  std::vector<std::weak_ptr<Queue>> queues_;
  std::shared_ptr<Registry> registry_;
};

}  // namespace berth::store
