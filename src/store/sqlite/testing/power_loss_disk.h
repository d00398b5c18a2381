#pragma once
#include <sqlite3.h>

#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "base/random.h"

namespace berth::store::testing {

/// An SQLite VFS that knows, for every database and log file, what a power loss would leave: everything up to
/// the last sync, and of the writes after it any part, in any selection, torn at sectors.
///
/// Runs on: any thread. One at a time exists in a process: it registers itself under kName.
class PowerLossDisk {
 public:
  static constexpr const char* kName = "power-loss";

  PowerLossDisk();
  ~PowerLossDisk();
  PowerLossDisk(const PowerLossDisk&) = delete;
  PowerLossDisk& operator=(const PowerLossDisk&) = delete;

  /// Called before each write, truncation and sync of a file.
  void set_hook(std::function<void()> hook) { hook_ = std::move(hook); }
  /// From now on writes, or syncs, answer this code of SQLite's: SQLITE_FULL for a full disk. SQLITE_OK: no
  /// more.
  void fail_writes(int code) { write_code_ = code; }
  void fail_syncs(int code) { sync_code_ = code; }
  /// Writes into `folder` the files as a power loss at this moment could leave them.
  void write_survivors(const std::string& folder, Prng& random);

  // For the VFS itself.
  void opened(const std::string& path);
  void written(const std::string& path, std::int64_t offset, std::string bytes);
  void truncated(const std::string& path, std::int64_t size);
  void synced(const std::string& path);
  void deleted(const std::string& path);
  void before_operation() const {
    if (hook_) hook_();
  }
  sqlite3_vfs* real() const { return real_; }
  int write_code() const { return write_code_; }
  int sync_code() const { return sync_code_; }

 private:
  struct Operation {
    bool truncation;
    std::int64_t offset;  ///< Or the new size.
    std::string bytes;
  };
  struct File {
    std::string durable;
    std::vector<Operation> unsynced;
  };
  static void apply(std::string& content, const Operation& operation);

  sqlite3_vfs* real_;
  sqlite3_vfs vfs_;
  std::function<void()> hook_;
  std::atomic<int> write_code_{SQLITE_OK};
  std::atomic<int> sync_code_{SQLITE_OK};
  std::mutex mutex_;
  std::map<std::string, File> files_;
};

}  // namespace berth::store::testing
