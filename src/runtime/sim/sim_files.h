#pragma once
#include <map>
#include <memory>
#include <set>

#include "runtime/files.h"
#include "runtime/sim/sim_runtime.h"

namespace berth::runtime {

/// A node's disk, which survives its processes.
///
/// write_atomically() is durable when it returns, append() with Sync::now too. A removal is durable once
/// something was written in the same folder; before that, a crash may bring the file back.
class SimDisk {
 public:
  SimDisk() : folders_{"", ".", "/"} {}
  /// Brings back a seeded part of what was removed and not yet synced, and cuts off one of what was appended.
  void crash(Prng& prng);

 private:
  friend class SimFiles;
  std::map<std::string, std::string> files_;
  std::set<std::string> folders_;
  std::map<std::string, std::string> unsynced_removals_;
  std::map<std::string, std::size_t> synced_bytes_;  ///< Of each file with more than that.
};

/// Files of one life of a node.
///
/// Errors: those of Files; `cancelled` once the life is over, and then nothing is changed. Buggify site
/// `files.write_fails`: `internal`, with either outcome, or half of an append.
class SimFiles final : public Files {
 public:
  SimFiles(SimDisk& disk, SimRuntime& runtime) : disk_(disk), runtime_(runtime) {}
  Result<std::string> read(const std::string& path, std::size_t bytes_max) override;
  Result<void> write_atomically(const std::string& path, std::string_view text, unsigned mode) override;
  Result<void> append(const std::string& path, std::string_view text, Sync sync) override;
  Result<void> make_directories(const std::string& path, unsigned mode) override;
  Result<void> remove(const std::string& path) override;
  Result<std::vector<std::string>> list(const std::string& directory) override;

 private:
  SimDisk& disk_;
  SimRuntime& runtime_;
};

}  // namespace berth::runtime
