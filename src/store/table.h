#pragma once
#include <array>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "store/group_index.h"
#include "store/schema.h"

namespace berth::store {

/// One group of an index, read-only, in sort order.
///
/// Borrows: from the table; valid until it changes.
template <class R>
class Group {
 public:
  /// Sort key -> record.
  using Members = typename GroupData<R>::Members;
  using const_iterator = typename Members::const_iterator;

  Group(const GroupData<R>* data, Revision changed) : data_(data ? data : &nothing()), changed_(changed) {}
  std::size_t size() const { return data_->members.size(); }
  bool empty() const { return size() == 0; }
  const_iterator begin() const { return data_->members.begin(); }
  const_iterator end() const { return data_->members.end(); }
  /// The first member whose sort key is greater than `key`: where a page that ended with `key` goes on.
  const_iterator after(std::string_view key) const { return data_->members.upper_bound(key); }
  /// Random access, in no particular order; only for dense indexes.
  const Stored<R>& at(std::size_t position) const {
    check(position < data_->positions.size(), "a position beyond the group, or an index that is not dense");
    return data_->positions[position]->stored;
  }
  /// The newest revision that added, changed or removed a member. For a group that has long been empty it may
  /// be too new, never too old.
  Revision changed() const { return changed_; }

 private:
  static const GroupData<R>& nothing() {
    static const GroupData<R> none;
    return none;
  }
  const GroupData<R>* data_;
  Revision changed_;
};

/// All records of a kind with their indexes: found by key in constant time, walked in key order.
///
/// Runs on: one thread at a time changes it and nobody reads meanwhile: Tables' mutex guards it. A record's
///          Stored keeps its address until the record is erased.
template <class R>
class Table {
 public:
  Table() = default;
  Table(const Table&) = delete;
  Table& operator=(const Table&) = delete;

  std::size_t size() const { return by_key_.size(); }
  const Stored<R>* find(std::string_view key) const {
    const auto found = by_key_.find(key);
    return found == by_key_.end() ? nullptr : &found->second->stored;
  }
  Group<R> group(const Index<R>& index, std::string_view name) const { return group(index.slot, name); }
  Group<R> group(std::uint8_t slot, std::string_view name) const {
    if constexpr (Schema<R>::indexes == 0) {
      unreachable();
    } else {
      const GroupData<R>* data = indexes_.at(slot).find(name);
      return Group<R>(data, indexes_.at(slot).changed(data));
    }
  }
  /// Every record, in key order, beginning with the first key greater than `after`. `each` answers false to
  /// stop.
  template <class F>
  void walk(std::string_view after, F each) const {
    for (auto at = ordered_.upper_bound(after); at != ordered_.end(); ++at) {
      if (!each(at->second->stored)) return;
    }
  }

  /// `key` is the record's.
  void put(std::string_view key, Ptr<R> record, Revision revision);
  void erase(std::string_view key, Revision revision);
  /// Counts every group, even those not seen yet, as changed at `revision`: what came before is not known in
  /// detail.
  void forget_changes_before(Revision revision) {
    for (auto& index : indexes_) index.forget_changes_before(revision);
  }

 private:
  using Node = IndexedNode<R>;
  using Place = typename Node::Place;

  void link(Node& node, const IndexEntries::Entry& entry, Revision revision);
  void unlink(Node& node, std::size_t slot, Revision revision);
  void relink(Node& node, Revision revision);

  std::unordered_map<std::string_view, std::unique_ptr<Node>>
      by_key_;  // The views are of the nodes' own keys.
  std::map<std::string_view, const Node*, std::less<>> ordered_;
  std::array<GroupIndex<R>, Schema<R>::indexes> indexes_;
};

/// Every type of record that has a table.
using RecordTypes = std::tuple<domain::ClusterRecord, domain::ContainerInstanceRecord,
                               domain::InstanceAllocation, domain::TaskDefinitionRecord, domain::FamilyRecord,
                               domain::TaskRecord, domain::AccountSettingRecord, domain::ClientTokenRecord,
                               domain::ServiceRecord, domain::ServiceDeploymentRecord,
                               domain::ServiceRevisionRecord, domain::CapacityProviderRecord>;

namespace detail {
template <class Types>
struct TablesOf;
template <class... R>
struct TablesOf<std::tuple<R...>> {
  using Tuple = std::tuple<Table<R>...>;
  template <class F>
  static bool visit(Kind kind, F&& each) {
    return ((Schema<R>::kind == kind ? (static_cast<void>(each(std::type_identity<R>{})), true) : false) ||
            ...);
  }
  template <class F>
  static void visit_all(F&& each) {
    (each(std::type_identity<R>{}), ...);
  }
};
}  // namespace detail

/// Calls `each(std::type_identity<R>{})` for the record type of `kind`; false when this version has none.
template <class F>
bool visit_record_type(Kind kind, F&& each) {
  return detail::TablesOf<RecordTypes>::visit(kind, std::forward<F>(each));
}
/// Calls it for every record type.
template <class F>
void for_each_record_type(F&& each) {
  detail::TablesOf<RecordTypes>::visit_all(std::forward<F>(each));
}

/// One record that a transaction changed. `before` or `after` is null when it was created or erased.
struct Change {
  Revision revision;
  Kind kind;
  std::string key;
  std::shared_ptr<const void> before;
  std::shared_ptr<const void> after;

  template <class R>
  const R* before_as() const {
    return kind == Schema<R>::kind ? static_cast<const R*>(before.get()) : nullptr;
  }
  template <class R>
  const R* after_as() const {
    return kind == Schema<R>::kind ? static_cast<const R*>(after.get()) : nullptr;
  }
};

/// All tables, at one revision. Guarded like a Table.
class Tables {
 public:
  template <class R>
  const Table<R>& of() const {
    return std::get<Table<R>>(tables_);
  }
  template <class R>
  Table<R>& of() {
    return std::get<Table<R>>(tables_);
  }
  /// The newest transaction that is in the tables.
  Revision head() const { return head_; }
  /// Since when no change was lost: the head with which they were last read from the engine, or from which
  /// changes were taken back. What was seen before that may never have happened.
  Revision epoch() const { return epoch_; }
  void apply(const std::vector<Change>& changes, Revision head);
  /// A record as an engine gave it.
  /// Errors: `invalid`: this version cannot read it.
  Result<void> load(Kind kind, std::string_view key, std::string_view value, Revision revision);
  /// After loading: everything that happened up to `head` counts as a change of every group.
  void finish_load(Revision head);

 private:
  detail::TablesOf<RecordTypes>::Tuple tables_;
  Revision head_;
  Revision epoch_;
};

}  // namespace berth::store
