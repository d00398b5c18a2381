#pragma once
#include <string>

#include "base/result.h"
#include "runtime/files.h"
#include "runtime/runtime.h"

namespace berth::berthd {

/// The root key of an installation.
struct RootKey {
  std::string access_key_id;
  std::string secret;
};

/// Reads the key from `DIR/credentials` (an AWS shared-credentials file, profile `berth`, mode 0600), or
/// makes both at the first start.
/// Errors: `invalid` when the file has no such profile, `internal`.
Result<RootKey> load_or_make_root_key(runtime::Files& files, runtime::IdSource& ids,
                                      const std::string& data_dir, const std::string& region);

}  // namespace berth::berthd
