#include "store/sqlite/file_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace berth::store::sqlite {
namespace {

constexpr int kClosed = -1;
constexpr unsigned kOwnerOnly = 0600;

Error system_error(std::string_view doing, const std::string& path) {
  return internal_error(fmt::format("{} {}: {}", doing, path, std::strerror(errno)));
}

std::string holder_of(int descriptor) {
  std::array<char, 32> text{};
  const ssize_t size = pread(descriptor, text.data(), text.size(), 0);
  return size > 0 ? std::string(text.data(), static_cast<std::size_t>(size)) : std::string("unknown");
}

}  // namespace

Result<FileLock> FileLock::take(const std::string& path) {
  const int descriptor = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kOwnerOnly);
  if (descriptor < 0) return system_error("cannot open", path);
  FileLock lock(descriptor);
  if (flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return system_error("cannot lock", path);
    return unavailable(fmt::format("another berthd (process {}) uses this store: {} is locked: stop it first",
                                   holder_of(descriptor), path));
  }
  const std::string pid = std::to_string(getpid());
  if (ftruncate(descriptor, 0) != 0 || pwrite(descriptor, pid.data(), pid.size(), 0) < 0) {
    return system_error("cannot write", path);
  }
  return lock;
}

FileLock::FileLock(FileLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, kClosed)) {}

FileLock::~FileLock() {
  if (descriptor_ != kClosed) close(descriptor_);
}

Result<void> create_private_file(const std::string& path) {
  const int descriptor = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kOwnerOnly);
  if (descriptor < 0) return system_error("cannot create", path);
  const bool closed_to_others = fchmod(descriptor, kOwnerOnly) == 0;
  close(descriptor);
  if (!closed_to_others) return system_error("cannot restrict", path);
  return {};
}

}  // namespace berth::store::sqlite
