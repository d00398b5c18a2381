#include "store/table.h"

#include <algorithm>

#include "store/record_codec.h"

namespace berth::store {
namespace {

template <class R>
std::vector<IndexEntries::Entry> entries_of(const R& record) {
  IndexEntries into;
  Schema<R>::index(record, into);
  return into.entries();
}

const IndexEntries::Entry* find_slot(const std::vector<IndexEntries::Entry>& entries, std::uint8_t slot) {
  const auto found =
      std::find_if(entries.begin(), entries.end(), [&](const auto& e) { return e.slot == slot; });
  return found == entries.end() ? nullptr : &*found;
}

bool same_place(const IndexEntries::Entry& a, const IndexEntries::Entry* b) {
  return b != nullptr && a.group == b->group && a.sort == b->sort;
}

}  // namespace

template <class R>
void Table<R>::link(Node& node, const IndexEntries::Entry& entry, Revision revision) {
  if constexpr (Schema<R>::indexes > 0) {
    auto& place = node.places.at(entry.slot);
    check(place.group == nullptr, "a record twice in one index");
    place.dense = entry.dense;
    place.sort = entry.sort;
    indexes_[entry.slot].add(node, place, entry.group, revision);
  }
}

template <class R>
void Table<R>::unlink(Node& node, const IndexEntries::Entry& entry, Revision revision) {
  if constexpr (Schema<R>::indexes > 0) {
    indexes_[entry.slot].remove(node, node.places.at(entry.slot), entry.slot, revision);
    indexes_[entry.slot].retire(entry.group);
  }
}

// Moves the record from the groups that `before` was in to those of what the node holds now.
template <class R>
void Table<R>::relink(Node& node, const R& before, Revision revision) {
  const auto was = entries_of(before);
  const auto is = entries_of(*node.stored.record);
  for (const auto& entry : was) {
    if (same_place(entry, find_slot(is, entry.slot))) {
      node.places[entry.slot].group->changed = revision;
    } else {
      unlink(node, entry, revision);
    }
  }
  for (const auto& entry : is) {
    if (!same_place(entry, find_slot(was, entry.slot))) link(node, entry, revision);
  }
}

template <class R>
void Table<R>::put(Ptr<R> record, Revision revision) {
  std::string key = Schema<R>::key(*record);
  if (const auto found = by_key_.find(key); found != by_key_.end()) {
    Node& node = *found->second;
    const Ptr<R> before = std::exchange(node.stored.record, std::move(record));
    node.stored.revision = revision;
    relink(node, *before, revision);
    return;
  }
  auto node = std::make_unique<Node>();
  node->stored = {std::move(key), std::move(record), revision};
  node->places.resize(Schema<R>::indexes);
  for (const auto& entry : entries_of(*node->stored.record)) link(*node, entry, revision);
  const std::string_view name = node->stored.key;
  ordered_.emplace(name, node.get());
  by_key_.emplace(name, std::move(node));
}

template <class R>
void Table<R>::erase(std::string_view key, Revision revision) {
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return;
  const std::unique_ptr<Node> node = std::move(found->second);
  by_key_.erase(found);
  ordered_.erase(node->stored.key);
  for (const auto& entry : entries_of(*node->stored.record)) unlink(*node, entry, revision);
}

template class Table<domain::ClusterRecord>;
template class Table<domain::ContainerInstanceRecord>;
template class Table<domain::InstanceAllocation>;
template class Table<domain::TaskDefinitionRecord>;
template class Table<domain::FamilyRecord>;
template class Table<domain::TaskRecord>;
template class Table<domain::AccountSettingRecord>;
template class Table<domain::ClientTokenRecord>;

void Tables::apply(const std::vector<Change>& changes, Revision head) {
  for (const Change& change : changes) {
    visit_record_type(change.kind, [&]<class R>(std::type_identity<R>) {
      if (change.after) {
        of<R>().put(std::static_pointer_cast<const R>(change.after), change.revision);
      } else {
        of<R>().erase(change.key, change.revision);
      }
    });
  }
  head_ = head;
}

Result<void> Tables::load(Kind kind, std::string_view key, std::string_view value, Revision revision) {
  Result<std::shared_ptr<const void>> record = decode_record(kind, key, value);
  if (!record.ok()) return record.error();
  visit_record_type(kind, [&]<class R>(std::type_identity<R>) {
    of<R>().put(std::static_pointer_cast<const R>(*record), revision);
  });
  return {};
}

void Tables::finish_load(Revision head) {
  head_ = head;
  for_each_record_type([&]<class R>(std::type_identity<R>) { of<R>().forget_changes_before(head); });
}

}  // namespace berth::store
