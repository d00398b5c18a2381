#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "domain/limits.h"
#include "domain/realm.h"
#include "store/schema.h"

namespace berth::simulate {

/// The state of a cluster as ExportState gives it.
struct SavedState {
  struct Record {
    store::Kind kind;
    std::string key;
    std::shared_ptr<const void> record;
  };
  std::uint64_t revision = 0;
  WallTime at;
  domain::Realm realm;
  domain::Compat compat = domain::Compat::current;
  std::vector<Record> records;

  /// Calls `each(const R&)` for the records of one type.
  template <class R, class F>
  void each(F each) const {
    for (const auto& one : records)
      if (one.kind == store::Schema<R>::kind) each(*static_cast<const R*>(one.record.get()));
  }
};

/// Errors: `invalid`: no such document, or a record of another version that cannot be read.
Result<SavedState> parse_state(std::string_view document);

}  // namespace berth::simulate
