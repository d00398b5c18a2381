#include "store/table.h"

#include <algorithm>

#include "store/record_codec.h"

namespace berth::store {
namespace {

template <class R>
IndexEntries entries_of(const R& record) {
  IndexEntries into;
  Schema<R>::index(record, into);
  return into;
}

}  // namespace

template <class R>
void Table<R>::link(Node& node, const IndexEntries::Entry& entry, Revision revision) {
  if constexpr (Schema<R>::indexes > 0) {
    auto& place = node.places[entry.slot];
    check(place.group == nullptr, "a record twice in one index");
    place.dense = entry.dense;
    if (!entry.sort.empty()) place.sort = std::make_unique<std::string>(entry.sort);
    indexes_[entry.slot].add(node, place, entry.group, revision);
  }
}

template <class R>
void Table<R>::unlink(Node& node, std::size_t slot, Revision revision) {
  if constexpr (Schema<R>::indexes > 0) {
    auto& place = node.places[slot];
    if (place.group) indexes_[slot].remove(node, place, static_cast<std::uint8_t>(slot), revision);
  }
}

// Moves the record from the groups that it is in to those of what the node holds now.
template <class R>
void Table<R>::relink(Node& node, Revision revision) {
  const IndexEntries is = entries_of(*node.stored.record);
  for (std::size_t slot = 0; slot < Schema<R>::indexes; ++slot) {
    const auto& place = node.places[slot];
    if (!place.group) continue;
    const auto* entry = is.find(static_cast<std::uint8_t>(slot));
    const bool stays = entry && entry->group == *place.group->name && entry->sort == place.sort_text();
    if (stays) {
      place.group->changed = revision;
    } else {
      unlink(node, slot, revision);
    }
  }
  for (const auto& entry : is.entries()) {
    if (!node.places[entry.slot].group) link(node, entry, revision);
  }
}

template <class R>
void Table<R>::put(std::string_view key, Ptr<R> record, Revision revision) {
  if (const auto found = by_key_.find(key); found != by_key_.end()) {
    Node& node = *found->second;
    node.stored.record = std::move(record);
    node.stored.revision = revision;
    relink(node, revision);
    return;
  }
  auto node = std::make_unique<Node>();
  node->stored = {std::string(key), std::move(record), revision};
  node->places = std::make_unique<typename Node::Place[]>(Schema<R>::indexes);
  const IndexEntries entries = entries_of(*node->stored.record);
  for (const auto& entry : entries.entries()) link(*node, entry, revision);
  const std::string_view name = node->stored.key;
  ordered_.emplace_hint(ordered_.end(), name, node.get());
  by_key_.emplace(name, std::move(node));
}

template <class R>
void Table<R>::erase(std::string_view key, Revision revision) {
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return;
  const std::unique_ptr<Node> node = std::move(found->second);
  by_key_.erase(found);
  ordered_.erase(node->stored.key);
  for (std::size_t slot = 0; slot < Schema<R>::indexes; ++slot) unlink(*node, slot, revision);
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
        of<R>().put(change.key, std::static_pointer_cast<const R>(change.after), change.revision);
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
    of<R>().put(key, std::static_pointer_cast<const R>(*record), revision);
  });
  return {};
}

void Tables::finish_load(Revision head) {
  head_ = head;
  epoch_ = head;
  for_each_record_type([&]<class R>(std::type_identity<R>) { of<R>().forget_changes_before(head); });
}

}  // namespace berth::store
