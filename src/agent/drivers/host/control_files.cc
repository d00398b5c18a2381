#include "agent/drivers/host/control_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

namespace berth::agent::drivers::host {
namespace {

constexpr std::size_t kPageBytes = 4096;

Error failure(const char* what, const std::string& path) {
  return internal_error(std::string(what) + " " + path + ": " + std::strerror(errno));
}

}  // namespace

bool RealControlFiles::exists(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0;
}

Result<std::string> RealControlFiles::read(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return failure("cannot open", path);
  std::string text;
  ssize_t got = 0;
  do {  // The kernel gives a page at a time.
    const std::size_t had = text.size();
    text.resize(had + kPageBytes);
    got = ::read(file, text.data() + had, kPageBytes);
    text.resize(had + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
  } while (got > 0 && text.size() <= kControlFileBytesMax);
  const int number = errno;
  ::close(file);
  errno = number;
  if (got < 0) return failure("cannot read", path);
  if (got > 0) return Error{ErrorCode::too_large, path + " is too long", Retry::no};
  return text;
}

Result<std::string> RealControlFiles::read_link(const std::string& path) {
  std::string target(kPageBytes, '\0');
  const ssize_t got = ::readlink(path.c_str(), target.data(), target.size());
  if (got < 0) return failure("cannot read", path);
  target.resize(static_cast<std::size_t>(got));
  return target;
}

Result<void> RealControlFiles::write(const std::string& path, std::string_view text) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (file < 0) return failure("cannot open", path);
  const ssize_t written = ::write(file, text.data(), text.size());
  const int number = errno;
  ::close(file);
  errno = number;
  if (written != static_cast<ssize_t>(text.size())) return failure("cannot write", path);
  return {};
}

Result<void> RealControlFiles::make_folder(const std::string& path) {
  std::error_code problem;
  std::filesystem::create_directories(path, problem);
  if (problem) return internal_error("cannot make " + path + ": " + problem.message());
  return {};
}

Result<void> RealControlFiles::remove_folder(const std::string& path) {
  if (::rmdir(path.c_str()) != 0 && errno != ENOENT) return failure("cannot remove", path);
  return {};
}

}  // namespace berth::agent::drivers::host
