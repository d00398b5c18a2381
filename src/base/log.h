#pragma once
#include <spdlog/spdlog.h>

#include <string>

namespace berth {

/// Logging is spdlog's: `spdlog::info("berthd: ready on {}", url)`. Pure code (placement, domain, engine)
/// does not log. Secrets are never passed to it.
///
/// Sets level ("debug", "info", "warn", "error", "crit", "none") and the line format of the whole process;
/// with `file` not empty, everything from debug up goes to that file too.
void configure_log(const std::string& level, const std::string& file = {});

}  // namespace berth
