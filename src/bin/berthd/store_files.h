#pragma once
#include <string>

#include "base/result.h"
#include "runtime/files.h"
#include "store/write_health.h"

namespace berth::berthd {

/// Where the store lies in a data folder.
std::string store_path(const std::string& data_dir);

/// Whether a data folder that was served before has no store any more: a folder with a root key and a
/// certificate, but without a database, or with an empty one, has lost it, also when nothing else is left to
/// say so (store/sqlite/evidence.h).
/// Errors: `invalid`, in words for the operator.
Result<void> check_store_is_there(runtime::Files& files, const std::string& data_dir);

/// Lines for GET /metrics.
std::string render_store_metrics(const store::WriteHealth::Report& health);

}  // namespace berth::berthd
