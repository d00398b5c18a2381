#pragma once
#include <string>

#include "base/result.h"

namespace berth::store::sqlite {

/// Keeps a second process away from a store while it lives; the kernel lets go of it when the process ends,
/// however.
class FileLock {
 public:
  /// Takes `path` (made if need be).
  /// Errors: `unavailable` when another process holds it, naming that; `internal`.
  static Result<FileLock> take(const std::string& path);
  ~FileLock();
  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&&) = delete;

 private:
  explicit FileLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

/// Makes sure that a file exists and only its owner may read it.
/// Errors: `internal`.
Result<void> create_private_file(const std::string& path);

}  // namespace berth::store::sqlite
