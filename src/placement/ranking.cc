#include "placement/ranking.h"

#include <algorithm>
#include <map>
#include <unordered_map>

#include "base/assert.h"

namespace berth::placement {

Ranking::Ranking(const Snapshot& snapshot, const PlacementRequest& request)
    : snapshot_(snapshot), request_(request) {
  for (std::size_t i = 0; i < snapshot.size(); ++i) {
    if (fits({snapshot, i, 0}, request))
      fitting_.push_back({i, &snapshot.at(i), 0, snapshot.count_of_group(i, request.group)});
  }
  if (fitting_.empty()) return;
  for (const Strategy& strategy : request.strategies) add_key(strategy);
  if (request.strategies.empty()) {
    add_spread_by(kZoneAttribute);
    keys_.push_back({KeyKind::spread_instance, {}, {}, {}});
    keys_.push_back({KeyKind::fewest_tasks, {}, {}, {}});
  }
}

void Ranking::add_key(const Strategy& strategy) {
  switch (strategy.field) {
    case Strategy::Field::none:
      keys_.push_back({KeyKind::random, {}, {}, {}});
      return;
    case Strategy::Field::instance_id:
      keys_.push_back({KeyKind::spread_instance, {}, {}, {}});
      return;
    case Strategy::Field::attribute:
      add_spread_by(strategy.attribute);
      return;
    case Strategy::Field::cpu:
      keys_.push_back({KeyKind::binpack_cpu, {}, {}, {}});
      return;
    case Strategy::Field::memory:
      keys_.push_back({KeyKind::binpack_memory, {}, {}, {}});
      return;
  }
  unreachable();
}

void Ranking::add_spread_by(std::string_view attribute) {
  Key key{KeyKind::spread_bucket, {}, {}, std::string(attribute)};
  std::unordered_map<std::string_view, std::uint32_t> buckets;
  key.bucket_of.reserve(snapshot_.size());
  for (std::size_t i = 0; i < snapshot_.size(); ++i) {
    const InstanceView& view = snapshot_.at(i);
    auto [found, added] = buckets.emplace(find_attribute(view, attribute).value_or(""),
                                          static_cast<std::uint32_t>(key.bucket_tasks.size()));
    if (added) key.bucket_tasks.push_back(0);
    key.bucket_of.push_back(found->second);
    if (view.status == InstanceStatus::active) {
      key.bucket_tasks[found->second] += snapshot_.count_of_group(i, request_.group);
    }
  }
  keys_.push_back(std::move(key));
}

std::int64_t Ranking::value(const Key& key, const Fitting& fitting) const {
  const InstanceView& view = *fitting.view;
  switch (key.kind) {
    case KeyKind::spread_bucket:
      return key.bucket_tasks[key.bucket_of[fitting.index]];
    case KeyKind::spread_instance:
      return fitting.group_tasks + fitting.planned;
    case KeyKind::binpack_cpu:
      return view.remaining_cpu - fitting.planned * request_.resources.cpu;
    case KeyKind::binpack_memory:
      return view.remaining_memory_mib - fitting.planned * request_.resources.memory_mib;
    case KeyKind::fewest_tasks:
      return view.running_tasks + view.pending_tasks + fitting.planned;
    case KeyKind::random:
      return 0;
  }
  unreachable();
}

int Ranking::compare(const Fitting& a, const Fitting& b) const {
  for (const Key& key : keys_) {
    if (key.kind == KeyKind::random) return 0;  // A draw leaves nothing for the strategies behind it.
    std::int64_t left = value(key, a), right = value(key, b);
    if (left != right) return left < right ? -1 : 1;
  }
  return 0;
}

bool Ranking::worse(const Lot& a, const Lot& b) const {
  const int order = compare(fitting_[a.at], fitting_[b.at]);
  return order != 0 ? order > 0 : a.drawn > b.drawn;
}

void Ranking::draw_lots(Prng& prng) {
  std::map<std::vector<std::uint32_t>, std::size_t> by_buckets;
  std::vector<std::uint32_t> buckets;
  for (std::size_t at = 0; at < fitting_.size(); ++at) {
    buckets.clear();
    for (const Key& key : keys_)
      if (key.kind == KeyKind::spread_bucket) buckets.push_back(key.bucket_of[fitting_[at].index]);
    const auto [found, added] = by_buckets.try_emplace(buckets, peers_.size());
    if (added) peers_.emplace_back();
    peers_[found->second].push_back({at, prng.next()});
  }
  for (Peers& peers : peers_)
    std::make_heap(peers.begin(), peers.end(), [this](const Lot& a, const Lot& b) { return worse(a, b); });
}

std::optional<std::size_t> Ranking::take(Prng& prng) {
  if (peers_.empty()) draw_lots(prng);
  const auto is_worse = [this](const Lot& a, const Lot& b) { return worse(a, b); };
  Peers* best = nullptr;
  for (Peers& peers : peers_)
    if (!peers.empty() && (!best || worse(best->front(), peers.front()))) best = &peers;
  if (!best) return std::nullopt;
  std::pop_heap(best->begin(), best->end(), is_worse);
  Lot& lot = best->back();
  Fitting& chosen = fitting_[lot.at];
  ++chosen.planned;
  for (Key& key : keys_) {
    if (key.kind == KeyKind::spread_bucket) ++key.bucket_tasks[key.bucket_of[chosen.index]];
  }
  if (fits({snapshot_, chosen.index, chosen.planned}, request_)) {
    lot.drawn = prng.next();
    std::push_heap(best->begin(), best->end(), is_worse);
  } else {
    chosen.full = true;
    best->pop_back();
  }
  return chosen.index;
}

std::string Ranking::describe(const Key& key) {
  switch (key.kind) {
    case KeyKind::spread_bucket:
      return "tasks of the group in the same " + key.attribute;
    case KeyKind::spread_instance:
      return "tasks of the group on the instance";
    case KeyKind::binpack_cpu:
      return "CPU units left";
    case KeyKind::binpack_memory:
      return "MiB of memory left";
    case KeyKind::fewest_tasks:
      return "tasks on the instance";
    case KeyKind::random:
      return "drawn at random";
  }
  unreachable();
}

std::vector<CandidateRank> Ranking::candidates() const {
  std::vector<const Fitting*> order;
  for (const Fitting& fitting : fitting_)
    if (!fitting.full) order.push_back(&fitting);
  std::stable_sort(order.begin(), order.end(),
                   [this](const Fitting* a, const Fitting* b) { return compare(*a, *b) < 0; });
  std::vector<CandidateRank> ranked;
  for (std::size_t i = 0; i < order.size(); ++i) {
    CandidateRank candidate;
    candidate.index = order[i]->index;
    const bool tied = i > 0 && compare(*order[i - 1], *order[i]) == 0;
    candidate.rank = tied ? ranked.back().rank : i + 1;
    for (const Key& key : keys_) candidate.values.push_back({describe(key), value(key, *order[i])});
    ranked.push_back(std::move(candidate));
  }
  return ranked;
}

}  // namespace berth::placement
