#pragma once
#include <memory>
#include <shared_mutex>
#include <string_view>
#include <utility>

#include "base/strong.h"
#include "store/table.h"

namespace berth::store {

/// A consistent, synchronous look at all tables.
///
/// Runs on:   the thread that obtained it. It holds the tables' mutex shared: keep it short, never across a
///            co_await.
/// Borrows:   pointers and groups from it are valid while it lives; copy `Stored::record` (a shared_ptr) to
///            keep a record.
/// Invariant: everything seen belongs to revision(). An answer made from it must be held until that revision
///            is durable: `co_await store.until_durable(view.revision())` after the View is gone.
class View {
 public:
  View(const Tables& tables, std::shared_lock<std::shared_mutex> lock)
      : tables_(&tables), lock_(std::move(lock)) {}
  Revision revision() const { return tables_->head(); }

  /// Null when there is none.
  template <class R>
  const Stored<R>* find(std::string_view key) const {
    return tables_->of<R>().find(key);
  }
  /// The records of one group of an index; empty when the group is.
  template <class R>
  Group<R> group(const Index<R>& index, std::string_view key) const {
    return tables_->of<R>().group(index, key);
  }
  /// All records of a kind in key order, beginning with the first key greater than `after`; `each(const
  /// Stored<R>&)` answers false to stop. For export and retention, a bounded number at a time.
  template <class R, class F>
  void walk(std::string_view after, F each) const {
    tables_->of<R>().walk(after, std::move(each));
  }
  template <class R>
  std::size_t count() const {
    return tables_->of<R>().size();
  }

 private:
  const Tables* tables_;
  std::shared_lock<std::shared_mutex> lock_;
};

}  // namespace berth::store
