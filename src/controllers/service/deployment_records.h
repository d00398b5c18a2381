#pragma once
#include "base/time.h"
#include "domain/records.h"
#include "store/transaction.h"
#include "store/view.h"

namespace berth::controllers::service {

/// Moves the service deployments' records on as the service went from `before` to `after`: completed, failed,
/// rolled back.
/// Limits: a few writes; older rollouts that are still open are ended with the one that completes.
void reflect_deployments(store::Transaction& transaction, const store::View& view,
                         const domain::ServiceRecord& before, const domain::ServiceRecord& after,
                         WallTime now);

}  // namespace berth::controllers::service
