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
  WhyNot why_not;  ///< When not all were placed.
};

/// What placing needs beside the service.
struct PlaceContext {
  const store::View& view;
  const domain::Limits& limits;
  std::function<std::string()> new_id;
  WallTime now;
};

/// Places `plan.starts` tasks of the PRIMARY deployment of `service` (the service as it will be). Pure save
/// for ids.
Placed place_tasks(const PlaceContext& context, const domain::ServiceRecord& service, const ServicePlan& plan,
                   Prng& prng);

}  // namespace berth::controllers::service
