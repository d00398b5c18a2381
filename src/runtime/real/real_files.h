#pragma once
#include "runtime/files.h"

namespace berth::runtime {

/// Files of the kernel.
class RealFiles final : public Files {
 public:
  Result<std::string> read(const std::string& path, std::size_t bytes_max) override;
  Result<void> write_atomically(const std::string& path, std::string_view text, unsigned mode) override;
  Result<void> append(const std::string& path, std::string_view text, Sync sync) override;
  Result<void> make_directories(const std::string& path, unsigned mode) override;
  Result<void> remove(const std::string& path) override;
  /// Names without their folder, sorted.
  Result<std::vector<std::string>> list(const std::string& directory) override;
};

}  // namespace berth::runtime
