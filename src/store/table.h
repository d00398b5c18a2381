#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/strong.h"
#include "store/schema.h"

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

/// One group of an index, read-only, in sort order.
template <class R>
class Group {
 public:
  using Members = std::map<std::string, const Stored<R>*, std::less<>>;
  Group() = default;
  std::size_t size() const;
  bool empty() const { return size() == 0; }
  typename Members::const_iterator begin() const;
  typename Members::const_iterator end() const;
  /// The first member whose sort key is greater than `key`: where a page that ended with `key` goes on.
  typename Members::const_iterator after(std::string_view key) const;
  /// Random access, in no particular order; only for dense indexes.
  const Stored<R>& at(std::size_t position) const;
  /// The newest revision that added, changed or removed a member.
  Revision changed() const;
};

/// All records of a kind with their indexes. Not thread-safe: Tables' mutex guards it.
template <class R>
class Table;

/// All tables.
class Tables;

}  // namespace berth::store
