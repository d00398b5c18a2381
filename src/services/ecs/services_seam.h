#pragma once
#include <cstdint>

#include "domain/records.h"
#include "store/transaction.h"
#include "store/view.h"

// Where clusters ask about services. Berth has none yet: these two answers change when it does.
namespace berth::services::ecs {

/// Services of the cluster that are ACTIVE.
inline std::int32_t active_services_count(const store::View&, const domain::ClusterRecord&) { return 0; }

/// Makes a transaction lose the race against a service that is created in the cluster meanwhile.
inline void expect_no_services(store::Transaction&, const domain::ClusterRecord&) {}

}  // namespace berth::services::ecs
