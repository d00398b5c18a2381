#pragma once
#include <functional>
#include <string>
#include <vector>

#include "base/random.h"
#include "controllers/service/facts.h"

namespace berth::controllers::service {

/// Tasks that were placed, and why others were not.
struct Placed {
  std::vector<domain::TaskRecord> tasks;
  bool all = true;
  std::string why_not;  ///< A sentence, when not all were placed.
};

/// Places `plan.starts` tasks of the PRIMARY deployment of `service` (the service as it will be). Pure save
/// for ids.
Placed place_tasks(const store::View& view, const domain::ServiceRecord& service, const ServicePlan& plan,
                   const std::function<std::string()>& new_id, WallTime now, Prng& prng);

}  // namespace berth::controllers::service
