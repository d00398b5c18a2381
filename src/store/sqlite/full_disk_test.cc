// A disk that is full, or fails: whoever writes learns why, what was durable can be read on, and once there
// is room again writes succeed by themselves. Method: a VFS that refuses writes or syncs when told to.
#include <gtest/gtest.h>

#include "store/sqlite/sqlite_engine.h"
#include "store/sqlite/testing/power_loss_disk.h"
#include "store/testing/world.h"

namespace berth::store::testing {
namespace {

using domain::ClusterRecord;

class FullDisk : public ::testing::Test {
 protected:
  FullDisk() {
    threads_.start();
    auto engine = sqlite::SqliteEngine::open(folder_.path("berth.db"), threads_.executor(1),
                                             threads_.executor(2), PowerLossDisk::kName);
    check(engine.ok(), "the store does not open");
    engine_ = std::move(*engine);
    committer_ = std::make_unique<Committer>(*engine_, runtime_, threads_.executor(0));
    check(runtime::block_on(executor(), committer_->start()).ok(), "the store does not start");
    check(put("a").ok(), "the first write fails");
  }
  ~FullDisk() override {
    disk_.fail_writes(SQLITE_OK);
    disk_.fail_syncs(SQLITE_OK);
    runtime::block_on(executor(), committer_->stop());
    runtime::block_on(executor(), engine_->close());
    threads_.stop();
  }
  Executor executor() { return threads_.executor(0); }
  Result<Revision> put(const std::string& name) {
    Transaction transaction = make_transaction();
    transaction.put(make_cluster(name));
    return runtime::block_on(executor(), committer_->commit(std::move(transaction)));
  }
  // As an answer is made: what it says, held until it is durable.
  static Async<Result<bool>> look(Store* store, std::string name) {
    Revision revision;
    bool found = false;
    {
      const View view = co_await store->read();
      found = view.find<ClusterRecord>(cluster(name)) != nullptr;
      revision = view.revision();
    }
    const Result<void> durable = co_await store->until_durable(revision);
    if (!durable.ok()) co_return durable.error();
    co_return found;
  }
  Result<bool> shows(const std::string& name) {
    return runtime::block_on(executor(), look(committer_.get(), name));
  }
  // Tries as a client does.
  void put_again(const std::string& name) {
    for (int tries = 0; tries < 100'000; ++tries)
      if (put(name).ok()) return;
    FAIL() << "it never writes again";
  }

  TemporaryFolder folder_;
  PowerLossDisk disk_;
  runtime::IoThreads threads_{3};
  runtime::RealRuntime runtime_{threads_.executor(0)};
  std::unique_ptr<sqlite::SqliteEngine> engine_;
  std::unique_ptr<Committer> committer_;
};

TEST_F(FullDisk, WritersLearnItAndReadersGoOn) {
  disk_.fail_writes(SQLITE_FULL);
  for (int i = 0; i < 20; ++i) {
    const Result<Revision> refused = put("b");
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, ErrorCode::internal);
    EXPECT_EQ(refused.error().message, "the disk is full: " + folder_.path("berth.db"));
    const Result<bool> a = shows("a");
    ASSERT_TRUE(a.ok()) << a.error().message;
    EXPECT_TRUE(*a);
    EXPECT_FALSE(*shows("b"));
  }
  const WriteHealth::Report report = committer_->health();
  EXPECT_FALSE(report.writable);
  EXPECT_EQ(report.refused, 20U);
  EXPECT_EQ(report.cause, "the disk is full: " + folder_.path("berth.db"));
}

TEST_F(FullDisk, WritesAgainByItself) {
  disk_.fail_writes(SQLITE_FULL);
  EXPECT_FALSE(put("b").ok());
  disk_.fail_writes(SQLITE_OK);
  put_again("b");
  EXPECT_TRUE(committer_->health().writable);
  EXPECT_TRUE(*shows("a"));
  EXPECT_TRUE(*shows("b"));
}

TEST_F(FullDisk, OtherErrorsOfTheDiskAreNamedToo) {
  disk_.fail_writes(SQLITE_IOERR_WRITE);
  const Result<Revision> refused = put("b");
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::internal);
  EXPECT_NE(refused.error().message.find("disk I/O error"), std::string::npos) << refused.error().message;
  EXPECT_TRUE(*shows("a"));
}

TEST_F(FullDisk, AFailedSyncLeavesTheOutcomeOpen) {
  disk_.fail_syncs(SQLITE_IOERR_FSYNC);
  const Result<Revision> failed = put("b");
  ASSERT_FALSE(failed.ok());
  EXPECT_EQ(failed.error().code, ErrorCode::unavailable);
  EXPECT_EQ(failed.error().retry, Retry::no);
  disk_.fail_syncs(SQLITE_OK);
  put_again("c");
  EXPECT_TRUE(*shows("a"));
  EXPECT_TRUE(*shows("c"));
}

}  // namespace
}  // namespace berth::store::testing
