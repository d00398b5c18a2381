// The power goes at random points of a store at work: whatever was acknowledged before is there afterwards,
// and every transaction is there wholly or not at all. Method: a VFS that knows what was not yet synced; at
// random operations the files that a power loss would leave are put aside, and each such disk is opened
// afterwards.
#include <gtest/gtest.h>

#include <atomic>

#include "store/sqlite/sqlite_engine.h"
#include "store/sqlite/testing/power_loss_disk.h"
#include "store/testing/world.h"

namespace berth::store::testing {
namespace {

using domain::ClusterRecord;

constexpr int kWriters = 3;
constexpr int kCommits = 100;
constexpr std::size_t kSurvivorsMax = 60;

struct Acknowledged {
  std::array<std::atomic<int>, kWriters> count{};
};

struct Survivor {
  std::string folder;
  std::array<int, kWriters> acknowledged;
};

std::string name_of(int writer, const char* half) {
  return "w" + std::to_string(writer) + half;
}

// Each transaction writes both halves of a pair; the text makes it large enough that checkpoints happen on
// the way.
Async<void> write_pairs(Store& store, int writer, Acknowledged& acknowledged) {
  for (int i = 1; i <= kCommits; ++i) {
    Transaction transaction = make_transaction();
    for (const char* half : {"left", "right"}) {
      ClusterRecord record = make_cluster(name_of(writer, half), std::to_string(i));
      record.unknown_members["ballast"] = std::string(12'000, static_cast<char>('a' + i % 26));
      transaction.put(record);
    }
    const Result<Revision> revision = co_await store.commit(std::move(transaction));
    check(revision.ok(), "a commit failed");
    acknowledged.count[static_cast<std::size_t>(writer)] = i;
  }
}

Async<void> write_all(Store& store, Executor executor, Acknowledged& acknowledged) {
  runtime::TaskGroup group(std::move(executor));
  for (int writer = 0; writer < kWriters; ++writer) group.spawn(write_pairs(store, writer, acknowledged));
  co_await group.drain();
}

std::vector<Survivor> run_and_lose_power(PowerLossDisk& disk, const TemporaryFolder& folder,
                                         std::uint64_t seed) {
  Acknowledged acknowledged;
  std::vector<Survivor> survivors;
  std::mutex mutex;
  Prng random(seed);
  disk.set_hook([&] {
    const std::lock_guard lock(mutex);
    if (!random.chance(1, 60) || survivors.size() == kSurvivorsMax) return;
    Survivor survivor{folder.path("survivor" + std::to_string(survivors.size())), {}};
    for (std::size_t i = 0; i < kWriters; ++i) survivor.acknowledged[i] = acknowledged.count[i];
    disk.write_survivors(survivor.folder, random);
    survivors.push_back(survivor);
  });
  runtime::IoThreads threads(3);
  threads.start();
  runtime::RealRuntime runtime(threads.executor(0));
  auto engine = sqlite::SqliteEngine::open(folder.path("berth.db"), threads.executor(1), threads.executor(2),
                                           PowerLossDisk::kName);
  check(engine.ok(), "the store does not open");
  Committer committer(**engine, runtime, threads.executor(0));
  check(runtime::block_on(threads.executor(0), committer.start()).ok(), "the store does not start");
  runtime::block_on(threads.executor(0), write_all(committer, threads.executor(0), acknowledged));
  runtime::block_on(threads.executor(0), committer.stop());
  threads.stop();
  return survivors;
}

int generation(World& world, const std::string& name) {
  return world.view([&](const View& view) {
    const Stored<ClusterRecord>* stored = view.find<ClusterRecord>(cluster(name));
    return stored ? std::stoi(stored->record->generation) : 0;
  });
}

TEST(PowerLoss, NothingAcknowledgedIsMissing) {
  TemporaryFolder folder;
  PowerLossDisk disk;
  const std::vector<Survivor> survivors = run_and_lose_power(disk, folder, 42);
  ASSERT_GT(survivors.size(), 20U);
  for (const Survivor& survivor : survivors) {
    World world(WorldKind::sqlite, survivor.folder + "/berth.db");
    for (int writer = 0; writer < kWriters; ++writer) {
      const int left = generation(world, name_of(writer, "left"));
      EXPECT_GE(left, survivor.acknowledged[static_cast<std::size_t>(writer)]) << survivor.folder;
      EXPECT_EQ(left, generation(world, name_of(writer, "right"))) << survivor.folder;
    }
  }
}

}  // namespace
}  // namespace berth::store::testing
