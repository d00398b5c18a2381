#pragma once
#include "domain/records.h"

namespace berth::domain {

/// Makes what a record has in common with others – the attributes of instances with the same agent, the
/// overrides of tasks that say the same – one object in memory. Call on a record that was read or made anew,
/// before it is kept; copies of it share anyhow.
///
/// Runs on: any thread. Values that no record holds any more are let go.
void share_parts(ContainerInstanceRecord& record);
void share_parts(TaskRecord& record);

}  // namespace berth::domain
