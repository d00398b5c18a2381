#pragma once
#include <string>
#include <vector>

#include "controllers/core/work_queue.h"
#include "runtime/runtime.h"
#include "store/store.h"

namespace berth::controllers {

/// The loop of a controller that brings each of its keys to what it should be. A controller says which keys
/// there are, which of them a change concerns, and what to do about one.
///
/// Level-triggered: what woke it is never trusted, each reconcile() starts from a fresh view. Begins with all
/// keys, then follows the change feed; looks at all again when the feed lost something, and every
/// `resync_every` whatever the feed says. A key whose reconcile() failed comes back, later each time.
///
/// Borrows: store and runtime, until run() has ended.
/// Runs on: the executor of run(); add() on any thread.
class Reconciler {
 public:
  Reconciler(store::Store& store, runtime::Runtime& runtime, Duration resync_every)
      : store_(store), runtime_(runtime), resync_every_(resync_every), queue_(runtime) {}
  virtual ~Reconciler() = default;
  Reconciler(const Reconciler&) = delete;
  Reconciler& operator=(const Reconciler&) = delete;

  /// Works until cancelled.
  Async<void> run();

 protected:
  /// What is, what should be: does what is next for the key. Never twice at once for one key.
  virtual Async<WorkQueue::Outcome> reconcile(std::string key) = 0;
  /// Adds every key that there is.
  virtual void add_all(const store::View& view) = 0;
  /// Adds the keys that the changes concern.
  virtual Async<void> add_changed(const std::vector<store::Change>& changes) = 0;

  void add(std::string key) { queue_.add(std::move(key)); }
  store::Store& store() { return store_; }
  runtime::Runtime& runtime() { return runtime_; }

 private:
  Async<void> look_at_all();
  Async<void> follow_feed();
  Async<void> resync();

  store::Store& store_;
  runtime::Runtime& runtime_;
  Duration resync_every_;
  WorkQueue queue_;
};

}  // namespace berth::controllers
