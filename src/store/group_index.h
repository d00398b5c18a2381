#pragma once
#include <algorithm>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "base/strong.h"

// The machinery of secondary indexes; readers see Group and Table (store/table.h).
namespace berth::store {

/// Counts committed transactions from 1; order of events is by revision, never by time.
using Revision = Strong<struct RevisionTag, std::uint64_t>;

template <class R>
using Ptr = std::shared_ptr<const R>;

/// A record as the table holds it.
template <class R>
struct Stored {
  std::string key;
  Ptr<R> record;
  Revision revision;  ///< Of the transaction that wrote it last.
};

template <class R>
struct GroupData;

/// A record and its places in the indexes.
template <class R>
struct IndexedNode {
  /// Small, as there is one for each record and index, most of them plain.
  struct Place {
    GroupData<R>* group = nullptr;      ///< Null: the index does not have this record.
    std::unique_ptr<std::string> sort;  ///< Null: the record's own key. The group's map views it.
    std::uint32_t position = 0;         ///< In GroupData::positions, when dense.
    bool dense = false;

    std::string_view sort_text() const { return sort ? std::string_view(*sort) : std::string_view(); }
  };
  Stored<R> stored;
  std::unique_ptr<Place[]> places;  ///< By slot.
};

template <class R>
struct GroupData {
  using Members = std::map<std::string_view, const Stored<R>*, std::less<>>;
  Members members;
  std::vector<IndexedNode<R>*> positions;
  Revision changed;
  const std::string* name = nullptr;  ///< As the index has it.
};

/// Hashing of text that finds a std::string by a string_view.
struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};

/// Empty groups of one index that are remembered for expect_unchanged(); for older ones a newer revision is
/// answered.
inline constexpr std::size_t kEmptyGroupsMax = 1000;

/// One secondary index: its groups by name. Guarded like the Table that owns it.
template <class R>
class GroupIndex {
 public:
  using Node = IndexedNode<R>;
  using Place = typename Node::Place;

  const GroupData<R>* find(std::string_view name) const {
    const auto found = groups_.find(name);
    return found == groups_.end() ? nullptr : found->second.get();
  }
  /// When the group last changed. Groups that were forgotten answer the newest change of any of them.
  Revision changed(const GroupData<R>* group) const {
    return group ? std::max(group->changed, floor_) : forgotten_;
  }

  /// Enters the record in the group; `place` is free and says `dense` and `sort`.
  void add(Node& node, Place& place, const std::string& name, Revision revision) {
    auto [at, created] = groups_.try_emplace(name);
    if (created) {
      at->second = std::make_unique<GroupData<R>>();
      at->second->name = &at->first;
    }
    GroupData<R>& group = *at->second;
    place.group = &group;
    place.position = static_cast<std::uint32_t>(group.positions.size());
    // Most sort keys rise with time, so that the end is the place.
    const std::size_t before = group.members.size();
    group.members.emplace_hint(group.members.end(), sort_of(node, place), &node.stored);
    check(group.members.size() > before, "two records at one place of an index");
    if (place.dense) group.positions.push_back(&node);
    group.changed = revision;
  }
  /// Takes it out, and lets go of the group in time, when it is empty.
  void remove(Node& node, Place& place, std::uint8_t slot, Revision revision) {
    GroupData<R>& group = *place.group;
    group.members.erase(sort_of(node, place));
    if (place.dense) {
      Node* last = group.positions.back();
      group.positions[place.position] = last;
      last->places[slot].position = place.position;
      group.positions.pop_back();
    }
    group.changed = revision;
    place = Place{};
    if (!group.members.empty()) return;
    empty_.emplace_back(*group.name, revision);
    if (empty_.size() > kEmptyGroupsMax) forget_oldest();
  }
  void forget_changes_before(Revision revision) {
    floor_ = std::max(floor_, revision);
    forgotten_ = std::max(forgotten_, revision);
  }

 private:
  static std::string_view sort_of(const Node& node, const Place& place) {
    return place.sort ? std::string_view(*place.sort) : std::string_view(node.stored.key);
  }
  void forget_oldest() {
    const auto [name, changed] = std::move(empty_.front());
    empty_.pop_front();
    const auto found = groups_.find(name);
    // It may have filled again, or be further back in the queue with a newer change.
    if (found == groups_.end() || !found->second->members.empty() || found->second->changed != changed)
      return;
    forgotten_ = std::max(forgotten_, changed);
    groups_.erase(found);
  }

  std::unordered_map<std::string, std::unique_ptr<GroupData<R>>, TextHash, std::equal_to<>> groups_;
  std::deque<std::pair<std::string, Revision>> empty_;
  Revision forgotten_;  // The newest change among the groups that were let go.
  Revision floor_;
};

}  // namespace berth::store
