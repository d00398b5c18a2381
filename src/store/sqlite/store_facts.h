#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"

namespace berth::store::sqlite {

/// What a store file is, without loading it.
struct StoreFacts {
  std::int64_t schema_version = 0;
  std::vector<std::string> realms;  ///< "account/region" of what is in it, each once, in order.
};

/// Checks the whole file at `path`, which no program uses, and says what it is. Blocks, as long as it takes
/// to read it.
/// Errors: `not_found`; `invalid` when it is damaged, empty, no store of Berth, or of a newer one (the
///   message names the version); `unavailable`.
Result<StoreFacts> examine_store(const std::string& path);

}  // namespace berth::store::sqlite
