#pragma once
#include <string>

#include "journal/log_types.h"

namespace berth::berthd {

/// Prometheus text for GET /metrics. Pure.
std::string render_journal_metrics(const journal::JournalFigures& figures);

}  // namespace berth::berthd
