#include "placement/plan.h"

#include <algorithm>
#include <optional>
#include <unordered_map>

#include "base/assert.h"
#include "placement/ranking.h"

namespace berth::placement {
namespace {

/// Tasks of the plan being made, by instance.
using Planned = std::unordered_map<std::size_t, std::int64_t>;

std::int64_t planned_on(const Planned& planned, std::size_t index) {
  auto found = planned.find(index);
  return found == planned.end() ? 0 : found->second;
}

/// Draws for even_random. Keeps the better of the first two distinct instances that fit.
class BestOfTwo {
 public:
  BestOfTwo(const Snapshot& snapshot, const PlacementRequest& request, const Planned& planned)
      : snapshot_(snapshot), request_(request), planned_(planned) {}

  std::optional<std::size_t> draw(Prng& prng) {
    std::size_t size = snapshot_.size();
    // Probing a small cluster would miss instances that a walk over it finds at the same cost.
    if (size > kProbesMax) {
      for (std::size_t i = 0; i < kProbesMax && found_ < 2; ++i) consider(prng.below(size));
      if (found_ > 0) return best_;
    }
    walk(prng);
    return best_;
  }

 private:
  /// In a small cluster an arbitrary pair is drawn, not neighbours: neighbours of full instances would be
  /// favoured.
  void walk(Prng& prng) {
    std::size_t size = snapshot_.size();
    if (size > kProbesMax) {
      std::size_t start = prng.below(size);
      for (std::size_t i = 0; i < size && found_ < 2; ++i) consider((start + i) % size);
      return;
    }
    std::size_t order[kProbesMax];
    for (std::size_t i = 0; i < size; ++i) order[i] = i;
    for (std::size_t i = 0; i < size && found_ < 2; ++i) {
      std::swap(order[i], order[i + prng.below(size - i)]);
      consider(order[i]);
    }
  }

  void consider(std::size_t index) {
    if (best_ == index || !fits({snapshot_, index, planned_on(planned_, index)}, request_)) return;
    ++found_;
    if (!best_ || load(index) < load(*best_)) best_ = index;
  }

  std::pair<std::int64_t, std::int64_t> load(std::size_t index) const {
    const InstanceView& view = snapshot_.at(index);
    return {planned_on(planned_, index), view.running_tasks + view.pending_tasks};
  }

  const Snapshot& snapshot_;
  const PlacementRequest& request_;
  const Planned& planned_;
  std::optional<std::size_t> best_;
  std::size_t found_ = 0;
};

void place_even_random(const Snapshot& snapshot, const PlacementRequest& request, Prng& prng,
                       Planned& planned, PlacementPlan& plan) {
  for (std::int64_t i = 0; i < request.count; ++i) {
    auto chosen = BestOfTwo(snapshot, request, planned).draw(prng);
    if (!chosen) return;  // All tasks are equal: the next one would fit nowhere either.
    ++planned[*chosen];
    plan.placed.push_back(*chosen);
  }
}

void place_ranked(const Snapshot& snapshot, const PlacementRequest& request, Prng& prng, Planned& planned,
                  PlacementPlan& plan) {
  Ranking ranking(snapshot, request);
  for (std::int64_t i = 0; i < request.count; ++i) {
    auto chosen = ranking.take(prng);
    if (!chosen) return;
    ++planned[*chosen];
    plan.placed.push_back(*chosen);
  }
}

void reject_all(const Snapshot& snapshot, const PlacementRequest& request, const Planned& planned,
                PlacementPlan& plan) {
  plan.rejections.reserve(snapshot.size());
  for (std::size_t i = 0; i < snapshot.size(); ++i) {
    const InstanceView& view = snapshot.at(i);
    if (view.status == InstanceStatus::active) ++plan.active_instances;
    auto reasons = rejections_of({snapshot, i, planned_on(planned, i)}, request);
    check(!reasons.empty(), "a task was left unplaced although an instance has room");
    plan.rejections.push_back({i, view.arn, std::move(reasons)});
  }
}

}  // namespace

PlacementPlan plan_placement(const Snapshot& snapshot, const PlacementRequest& request, Prng& prng) {
  PlacementPlan plan;
  plan.instances = snapshot.size();
  Planned planned;
  if (snapshot.size() > 0) {
    bool even = request.strategies.empty() && request.default_strategy == DefaultStrategy::even_random;
    (even ? place_even_random : place_ranked)(snapshot, request, prng, planned, plan);
  }
  plan.unplaced = std::max<std::int64_t>(request.count, 0) - static_cast<std::int64_t>(plan.placed.size());
  plan.too_costly = request.budget->exceeded();
  if (plan.unplaced > 0 && !plan.too_costly) reject_all(snapshot, request, planned, plan);
  plan.too_costly = request.budget->exceeded();
  return plan;
}

}  // namespace berth::placement
