#pragma once
#include <string>
#include <string_view>

#include "base/result.h"

namespace berth::agent::drivers::host {

inline constexpr std::size_t kControlFileBytesMax = 1U << 20;

/// Files of the kernel: control groups, /proc/sys. They are written in place, as the kernel knows no renaming
/// there. Blocks for as long as the kernel does; any thread.
class ControlFiles {
 public:
  virtual ~ControlFiles() = default;
  virtual bool exists(const std::string& path) = 0;
  /// The whole file.
  /// Errors: `too_large`: above kControlFileBytesMax; `internal`: anything else.
  virtual Result<std::string> read(const std::string& path) = 0;
  /// What a symbolic link says.
  virtual Result<std::string> read_link(const std::string& path) = 0;
  virtual Result<void> write(const std::string& path, std::string_view text) = 0;
  /// With the folders above it. One that is there is success.
  virtual Result<void> make_folder(const std::string& path) = 0;
  /// A missing folder is success; a group that still has processes or groups below it is an error.
  virtual Result<void> remove_folder(const std::string& path) = 0;
};

class RealControlFiles final : public ControlFiles {
 public:
  bool exists(const std::string& path) override;
  Result<std::string> read(const std::string& path) override;
  Result<std::string> read_link(const std::string& path) override;
  Result<void> write(const std::string& path, std::string_view text) override;
  Result<void> make_folder(const std::string& path) override;
  Result<void> remove_folder(const std::string& path) override;
};

}  // namespace berth::agent::drivers::host
