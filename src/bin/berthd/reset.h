#pragma once
#include "runtime/runtime.h"
#include "store/store.h"

namespace berth::berthd {

/// Erases every record, a bounded number at a time (`--test-reset`).
/// Errors: those of Store::commit().
Async<Result<void>> reset_store(store::Store& store, runtime::Runtime& runtime);

}  // namespace berth::berthd
