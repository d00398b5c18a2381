#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/random.h"
#include "controllers/service/facts.h"
#include "domain/limits.h"
#include "runtime/runtime.h"
#include "store/transaction.h"
#include "store/view.h"

namespace berth::controllers::service {

/// What operators choose of the service scheduler.
struct SchedulerOptions {
  domain::Compat compat = domain::Compat::current;
  domain::Limits limits = {};
  /// No other control plane shares the store. With others a round is one transaction: of several, those that
  /// only start tasks would not lose against the other's.
  bool sole = true;
};

/// What one look at a service led to.
struct Execution {
  /// Nothing to write: none. The last one writes the service and its events, and is for after the others, in
  /// any order, have succeeded; what they have started stands by itself.
  std::vector<store::Transaction> transactions;
  std::optional<WallTime> look_again;
  /// A task of the PRIMARY deployment found no place.
  bool placement_blocked = false;
};

/// Plans for the service, places what is to be started, and puts it all in transactions that expect the
/// service unchanged. Pure save for ids and `prng`.
///
/// Limits: kStopsMax, kStartsMax.
Execution execute(const store::View& view, const store::Stored<domain::ServiceRecord>& service,
                  const SchedulerOptions& options, bool placement_blocked, runtime::Runtime& runtime,
                  Prng& prng, const WallSteps* steps = nullptr);

}  // namespace berth::controllers::service
