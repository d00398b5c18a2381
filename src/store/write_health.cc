#include "store/write_health.h"

namespace berth::store {

WriteHealth::Report WriteHealth::report() const {
  const std::lock_guard lock(mutex_);
  return report_;
}

bool WriteHealth::broke(const std::string& cause, WallTime now) {
  const std::lock_guard lock(mutex_);
  report_.cause = cause;
  if (!report_.writable) return false;
  report_.writable = false;
  report_.since = now;
  return true;
}

bool WriteHealth::mended() {
  const std::lock_guard lock(mutex_);
  if (report_.writable) return false;
  report_.writable = true;
  report_.cause.clear();
  return true;
}

void WriteHealth::count_refused(std::uint64_t transactions) {
  const std::lock_guard lock(mutex_);
  report_.refused += transactions;
}

}  // namespace berth::store
