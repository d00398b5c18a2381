#include "bin/berth_agent/data_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace berth::agent_program {

DataLock::~DataLock() {
  if (file_ >= 0) ::close(file_);
}

Result<bool> DataLock::take(const std::string& folder) {
  const std::string path = folder + "/lock";
  if (file_ < 0) file_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file_ < 0) return internal_error("cannot open " + path + ": " + std::strerror(errno));
  if (::flock(file_, LOCK_EX | LOCK_NB) == 0) return true;
  if (errno == EWOULDBLOCK) return false;
  return internal_error("cannot lock " + path + ": " + std::strerror(errno));
}

}  // namespace berth::agent_program
