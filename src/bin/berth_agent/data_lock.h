#pragma once
#include <string>

#include "base/result.h"

namespace berth::agent_program {

/// The data folder of a running agent belongs to it alone: two agents on one would each undo what the other
/// does. The kernel lets go of the lock when the process ends, however it does; nothing need be cleaned up.
class DataLock {
 public:
  DataLock() = default;
  ~DataLock();
  DataLock(const DataLock&) = delete;
  DataLock& operator=(const DataLock&) = delete;

  /// False while another process has it.
  /// Errors: the folder cannot be written to.
  Result<bool> take(const std::string& folder);

 private:
  int file_ = -1;
};

}  // namespace berth::agent_program
