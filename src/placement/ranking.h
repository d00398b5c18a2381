#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "placement/candidates.h"
#include "placement/predicates.h"

namespace berth::placement {

/// The instances that fit a request, and the strategies that choose among them one task at a time.
///
/// Borrows: the snapshot and the request.
class Ranking {
 public:
  Ranking(const Snapshot& snapshot, const PlacementRequest& request);

  /// The instance for the next task; it counts as placed from now on. Nothing when no instance has room.
  std::optional<std::size_t> take(Prng& prng);
  /// Those that still have room, best first, with what each step of the chain sees in them.
  std::vector<CandidateRank> candidates() const;

 private:
  enum class KeyKind { spread_bucket, spread_instance, binpack_cpu, binpack_memory, fewest_tasks, random };
  /// One step of the chain. Smaller values are better.
  struct Key {
    KeyKind kind = KeyKind::random;
    std::vector<std::uint32_t> bucket_of;    ///< spread_bucket: by position of an instance in the snapshot.
    std::vector<std::int64_t> bucket_tasks;  ///< spread_bucket: tasks of the group.
    std::string attribute;                   ///< spread_bucket.
  };
  struct Fitting {
    std::size_t index = 0;
    const InstanceView* view = nullptr;
    std::int64_t planned = 0;
    std::int64_t group_tasks = 0;
    bool full = false;
  };
  /// A place in `fitting_`, and what decides among equally good ones.
  struct Lot {
    std::size_t at = 0;
    std::uint64_t drawn = 0;
  };
  /// Instances that share all buckets, as a heap with the best in front: a task that is placed elsewhere does
  /// not change their order, so that the next one need not look at all of them.
  using Peers = std::vector<Lot>;

  void add_key(const Strategy& strategy);
  void add_spread_by(std::string_view attribute);
  std::int64_t value(const Key& key, const Fitting& fitting) const;
  static std::string describe(const Key& key);
  int compare(const Fitting& a, const Fitting& b) const;
  bool worse(const Lot& a, const Lot& b) const;
  void draw_lots(Prng& prng);

  const Snapshot& snapshot_;
  const PlacementRequest& request_;
  std::vector<Key> keys_;
  std::vector<Fitting> fitting_;
  std::vector<Peers> peers_;  ///< From the first take() on.
};

}  // namespace berth::placement
