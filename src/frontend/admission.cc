#include "frontend/admission.h"

namespace berth::frontend {
namespace {

bool is_of_agents(std::string_view operation) {
  return operation == "SubmitTaskStateChange" || operation == "SubmitContainerStateChange" ||
         operation == "SubmitAttachmentStateChanges";
}

}  // namespace

Admission::Place Admission::enter(std::string_view operation) {
  const std::size_t before = inside_.fetch_add(1, std::memory_order_relaxed);
  if (before < requests_max_ || is_of_agents(operation)) return Place(&inside_);
  inside_.fetch_sub(1, std::memory_order_relaxed);
  return Place(nullptr);
}

}  // namespace berth::frontend
