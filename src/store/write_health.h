#pragma once
#include <cstdint>
#include <mutex>
#include <string>

#include "base/time.h"

namespace berth::store {

/// Whether the store can be written. While it cannot, reads go on.
///
/// Runs on: any thread.
class WriteHealth {
 public:
  struct Report {
    bool writable = true;
    std::string cause;          ///< Why not: "the disk is full: PATH"; empty when writable.
    WallTime since{};           ///< Since when not.
    std::uint64_t refused = 0;  ///< Transactions that were refused for it, ever.
  };

  Report report() const;
  /// True when it was writable before.
  bool broke(const std::string& cause, WallTime now);
  /// True when it was not.
  bool mended();
  void count_refused(std::uint64_t transactions);

 private:
  mutable std::mutex mutex_;
  Report report_;
};

}  // namespace berth::store
