#pragma once
#include <cstdint>
#include <map>
#include <string>

#include "runtime/async.h"
#include "store/store.h"

namespace berth::scenarios {

/// Between how many tasks of a service ran, and how many existed, as the change feed tells: every state that
/// ever was counts, not samples of it.
class BoundsWatch {
 public:
  struct Bounds {
    std::int64_t running_min = 0, running_max = 0, tasks_max = 0;
  };

  explicit BoundsWatch(store::Store& store) : store_(store) {}
  /// Follows the feed until cancelled.
  Async<void> run();
  /// Begins anew for a service.
  void reset(const std::string& service);
  Bounds bounds(const std::string& service) { return states_[service].bounds; }

 private:
  struct State {
    std::map<std::string, bool> tasks;  ///< Those not STOPPED, by key: running, and not to be stopped.
    Bounds bounds;
    std::int64_t running() const;
  };
  void take(const store::Change& change);
  void account();

  store::Store& store_;
  std::map<std::string, State> states_;
};

}  // namespace berth::scenarios
