#pragma once
#include <gtest/gtest.h>

#include "store/testing/world.h"

namespace berth::store::testing {

/// The conformance suite: every test of it holds for every engine.
class Conformance : public ::testing::TestWithParam<WorldKind> {
 protected:
  TemporaryFolder folder_;
  World world_{GetParam(), folder_.path("berth.db")};

  /// An ACTIVE cluster "c" with an instance "i".
  void make_cluster_with_instance() {
    Transaction transaction = make_transaction();
    transaction.put(make_cluster("c"));
    transaction.put(make_instance("i"));
    transaction.put(make_allocation("i"));
    world_.must_commit(std::move(transaction));
  }
  template <class R>
  Ptr<R> find(const std::string& key, std::size_t which = 0) {
    return world_.view(
        [&](const View& view) {
          const Stored<R>* stored = view.find<R>(key);
          return stored ? stored->record : nullptr;
        },
        which);
  }
  template <class R>
  Revision revision_of(const std::string& key) {
    return world_.view([&](const View& view) { return view.find<R>(key)->revision; });
  }
  /// The code of what a commit failed with; nothing when it succeeded. The committer knows all earlier
  /// commits.
  std::optional<ErrorCode> failure(Transaction transaction, std::size_t which = 0) {
    world_.view([](const View&) { return true; }, which);
    const Result<Revision> revision = world_.commit(std::move(transaction), which);
    if (revision.ok()) return std::nullopt;
    return revision.error().code;
  }
};

inline auto every_engine() {
  return ::testing::Values(WorldKind::memory, WorldKind::memory_shared, WorldKind::sqlite);
}

}  // namespace berth::store::testing
