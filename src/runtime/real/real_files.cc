#include "runtime/real/real_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <utility>

namespace berth::runtime {

namespace {

/// What mkostemp() gives a file.
constexpr unsigned kTemporaryMode = 0600;

/// An open file descriptor, closed at the end of its scope.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int number() const { return number_; }
  bool open() const { return number_ >= 0; }

 private:
  int number_;
};

Error system_failure(const std::string& what, const std::string& path, int number) {
  const std::string message = what + " " + path + ": " + std::strerror(number);
  if (number == ENOENT || number == ENOTDIR) return not_found(message);
  if (number == EACCES || number == EPERM) return Error{ErrorCode::denied, message, Retry::no};
  return internal_error(message);
}

std::string folder_of(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

bool write_all(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(file, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

/// The temporary file, complete and synced; 0, or the error number.
int fill_temporary(int file, std::string_view text, unsigned mode) {
  if (!write_all(file, text)) return errno;
  if (mode != kTemporaryMode && ::fchmod(file, mode) != 0) return errno;
  if (::fsync(file) != 0) return errno;
  return 0;
}

}  // namespace

Result<std::string> RealFiles::read(const std::string& path, std::size_t bytes_max) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.open()) return system_failure("cannot open", path, errno);
  std::string text;
  char buffer[65536];
  while (true) {
    const ssize_t got = ::read(file.number(), buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_failure("cannot read", path, errno);
    if (got == 0) return text;
    if (text.size() + static_cast<std::size_t>(got) > bytes_max) {
      return Error{ErrorCode::too_large, path + " is larger than " + std::to_string(bytes_max) + " bytes",
                   Retry::no};
    }
    text.append(buffer, static_cast<std::size_t>(got));
  }
}

Result<void> RealFiles::write_atomically(const std::string& path, std::string_view text, unsigned mode) {
  std::string temporary = path + ".XXXXXX";
  const Descriptor file(::mkostemp(temporary.data(), O_CLOEXEC));
  if (!file.open()) return system_failure("cannot create", temporary, errno);
  int failure = fill_temporary(file.number(), text, mode);
  if (failure == 0 && ::rename(temporary.c_str(), path.c_str()) != 0) failure = errno;
  if (failure != 0) {
    ::unlink(temporary.c_str());
    return system_failure("cannot write", path, failure);
  }
  // Without this, the rename itself may be lost in a power cut.
  const std::string folder = folder_of(path);
  const Descriptor directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory.open() || ::fsync(directory.number()) != 0)
    return system_failure("cannot sync", folder, errno);
  return {};
}

Result<void> RealFiles::append(const std::string& path, std::string_view text, Sync sync) {
  const Descriptor file(::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC));
  if (!file.open()) return system_failure("cannot open", path, errno);
  if (!write_all(file.number(), text)) return system_failure("cannot write", path, errno);
  if (sync == Sync::now && ::fdatasync(file.number()) != 0) return system_failure("cannot sync", path, errno);
  return {};
}

Result<void> RealFiles::make_directories(const std::string& path, unsigned mode) {
  std::string prefix;
  for (const std::filesystem::path& part : std::filesystem::path(path)) {
    prefix = prefix.empty() ? part.string() : (std::filesystem::path(prefix) / part).string();
    if (prefix.empty() || prefix == "/") continue;
    if (::mkdir(prefix.c_str(), mode) != 0 && errno != EEXIST)
      return system_failure("cannot create folder", prefix, errno);
  }
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0 || !S_ISDIR(status.st_mode))
    return internal_error("cannot create folder " + path + ": there is something else");
  return {};
}

Result<void> RealFiles::remove(const std::string& path) {
  // An empty folder goes as well.
  if (std::remove(path.c_str()) != 0) return system_failure("cannot remove", path, errno);
  return {};
}

Result<std::vector<std::string>> RealFiles::list(const std::string& directory) {
  std::error_code error;
  std::filesystem::directory_iterator entry(directory, error);
  if (error) return system_failure("cannot list", directory, error.value());
  std::vector<std::string> names;
  for (; entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    if (error) return system_failure("cannot list", directory, error.value());
    names.push_back(entry->path().filename().string());
  }
  std::ranges::sort(names);
  return names;
}

}  // namespace berth::runtime
