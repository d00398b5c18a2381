#pragma once
#include "base/result.h"
#include "bin/berthd/options.h"

namespace berth::berthd {

/// Builds the real objects, serves until SIGTERM or SIGINT, and stops cleanly.
/// Errors: what kept it from serving, in words for the operator.
Result<void> run_server(const Options& options);

/// Every limit and every retention as they are under these options, with their defaults: a line each, or
/// JSON.
std::string print_limits(const Options& options);

/// "service.Operation" of every implemented operation.
std::vector<std::string> implemented_operations();
/// Those: a line each, or JSON.
std::string print_operations(const Options& options);

}  // namespace berth::berthd
