#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace berth::runtime {

/// The few things Berth does with files. Blocking; meant for small files at start, checkpoints and
/// configuration.
///
/// Runs on: any thread.
class Files {
 public:
  virtual ~Files() = default;
  /// Errors: `not_found`, `too_large` beyond `bytes_max`, `internal`.
  virtual Result<std::string> read(const std::string& path, std::size_t bytes_max = 64U << 20) = 0;
  /// All or nothing, and durable when it returns: temporary file in the same folder, fsync, rename, fsync of
  /// the folder.
  virtual Result<void> write_atomically(const std::string& path, std::string_view text,
                                        unsigned mode = 0600) = 0;
  /// Adds to a file that is there. A crash may leave a part of `text`; with Sync::later, a crash of the
  /// machine also nothing of it.
  enum class Sync { now, later };
  virtual Result<void> append(const std::string& path, std::string_view text, Sync) {
    auto before = read(path);
    if (!before) return before.error();
    return write_atomically(path, before->append(text));
  }
  virtual Result<void> make_directories(const std::string& path, unsigned mode = 0755) = 0;
  virtual Result<void> remove(const std::string& path) = 0;
  virtual Result<std::vector<std::string>> list(const std::string& directory) = 0;
};

}  // namespace berth::runtime
