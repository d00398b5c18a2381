#include "placement/rejection.h"

#include "base/assert.h"

namespace berth::placement {

std::string_view failure_reason(ReasonCode code) {
  switch (code) {
    case ReasonCode::inactive:
      return "INACTIVE";
    case ReasonCode::draining:
      return "DRAINING";
    case ReasonCode::agent:
      return "AGENT";
    case ReasonCode::attribute:
      return "ATTRIBUTE";
    case ReasonCode::member_of:
      return "MemberOf placement constraint unsatisfied.";
    case ReasonCode::distinct_instance:
      return "DistinctInstance placement constraint unsatisfied.";
    case ReasonCode::cpu:
      return "RESOURCE:CPU";
    case ReasonCode::memory:
      return "RESOURCE:MEMORY";
    case ReasonCode::ports:
      return "RESOURCE:PORTS";
  }
  unreachable();
}

std::string_view to_string(ReasonCode code) {
  switch (code) {
    case ReasonCode::inactive:
      return "inactive";
    case ReasonCode::draining:
      return "draining";
    case ReasonCode::agent:
      return "agent";
    case ReasonCode::attribute:
      return "attribute";
    case ReasonCode::member_of:
      return "member_of";
    case ReasonCode::distinct_instance:
      return "distinct_instance";
    case ReasonCode::cpu:
      return "cpu";
    case ReasonCode::memory:
      return "memory";
    case ReasonCode::ports:
      return "ports";
  }
  unreachable();
}

bool is_resource(ReasonCode code) {
  return code == ReasonCode::cpu || code == ReasonCode::memory || code == ReasonCode::ports;
}

std::string render_details(const std::vector<Rejection>& reasons) {
  std::string text;
  for (const Rejection& reason : reasons) {
    if (!text.empty()) text += "; ";
    text += reason.detail;
  }
  return text;
}

}  // namespace berth::placement
