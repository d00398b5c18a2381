#pragma once
#include "store/table.h"

namespace berth::store {

/// Gives each container instance the InstanceAllocation that its tasks make: the sum of what those hold that
/// have not stopped. Claims and releases keep it up from there on (Transaction::claim). An engine that has
/// but one writer is not given allocations to keep: they are a second record for each task that starts or
/// stops.
///
/// `revision`: that of all of them; newer than any that a reader may have seen.
void add_up_allocations(Tables& tables, Revision revision);

}  // namespace berth::store
