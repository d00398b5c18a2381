#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "domain/records.h"
#include "gateway/acs/payload.h"
#include "store/table.h"

namespace berth::gateway::acs {

// The comparison with which a session begins (agent-protocol 4.3):
//
//   control plane ── TaskManifestMessage: every task of the instance that has not STOPPED ──▶ agent
//                 ◀── AckRequest ──────────────────────────────────────────────────────────
//                 ◀── TaskStopVerificationMessage: what it runs beside that ───────────────
//                 ◀── TaskMissingMessage: what of it it does not know (berth-agent only) ──
//
// The answer to what is surplus is a PayloadMessage that stops it, not a TaskStopVerificationAck, which
// Amazon's agent of 2024 answers with a report and goes on running the containers.

inline constexpr std::string_view kManifest = "TaskManifestMessage";
inline constexpr std::string_view kStopVerification = "TaskStopVerificationMessage";
inline constexpr std::string_view kMissing = "TaskMissingMessage";
/// Tasks that one answer may name; the others are named in the next session's.
inline constexpr std::size_t kDifferencesMax = 5000;

/// `head.sequence` is the manifest's timeline. `lastStatus` of each task is Berth's own member: by it
/// berth-agent sees which of its reports are not known here.
std::string manifest_message(const PayloadHead& head,
                             const std::vector<store::Ptr<domain::TaskRecord>>& tasks);

/// The ARNs in `member` of an answer, at most kDifferencesMax.
std::vector<std::string> task_arns_of(const JsonObject& message, std::string_view member);

}  // namespace berth::gateway::acs
