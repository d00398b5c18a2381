#include "api/admission.h"

namespace berth::api {

Admission::Place Admission::enter(bool always) {
  const std::size_t before = inside_.fetch_add(1, std::memory_order_relaxed);
  if (before < requests_max_ || always) return Place(&inside_);
  inside_.fetch_sub(1, std::memory_order_relaxed);
  return Place(nullptr);
}

}  // namespace berth::api
