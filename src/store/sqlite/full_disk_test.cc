// A disk that is full, or fails: whoever writes learns why, what was durable can be read on, and once there
// is room again writes succeed by themselves. Method: a VFS that refuses writes or syncs when told to.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <fstream>

#include "store/sqlite/connection.h"
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

// The limit of this process on the size of files, for as long as it lives.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() { setrlimit(RLIMIT_FSIZE, &before_); }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  rlimit before_{};
};

TEST_F(FullDisk, ALimitOfFileSizeIsAFullDisk) {
  constexpr rlim_t kLimit = 200'000;
  {
    const FileSizeLimit limit(kLimit);
    Result<Revision> last = put("b");
    for (rlim_t i = 0; i < kLimit && last.ok(); ++i) last = put("b");
    ASSERT_FALSE(last.ok());
    EXPECT_EQ(last.error().code, ErrorCode::internal);
    EXPECT_EQ(last.error().message, "the disk is full, as files may not grow further (limit of file size): " +
                                        folder_.path("berth.db"));
    EXPECT_TRUE(*shows("a"));
  }
  put_again("c");
  EXPECT_TRUE(*shows("c"));
}

// Writes rubbish over the page on which a table begins.
void damage_table(const std::string& path, const std::string& table) {
  std::int64_t page = 0;
  std::int64_t page_bytes = 0;
  {
    auto connection = sqlite::Connection::open(path, sqlite::Connection::Access::read_only);
    page = *connection->number("SELECT rootpage FROM sqlite_master WHERE name = '" + table + "'");
    page_bytes = *connection->number("PRAGMA page_size");
  }
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp((page - 1) * page_bytes);
  file << std::string(static_cast<std::size_t>(page_bytes), 'x');
}

class DamagedStore : public ::testing::Test {
 protected:
  DamagedStore() {
    World world(WorldKind::sqlite, path_);
    world.must_commit(put("a"));
  }
  static Transaction put(const std::string& name) {
    Transaction transaction = make_transaction();
    transaction.put(make_cluster(name));
    return transaction;
  }
  std::string remedy() const {
    return "the database " + path_ +
           " is damaged: database disk image is malformed; stop berthd and put a backup in its place, with "
           "`berth restore FILE` (docs/ops/backup.md)";
  }
  Error refusal() {
    runtime::IoThreads threads(1);
    threads.start();
    auto engine = sqlite::SqliteEngine::open(path_, threads.executor(0), threads.executor(0));
    if (!engine.ok()) return engine.error();
    runtime::RealRuntime runtime(threads.executor(0));
    Committer committer(**engine, runtime, threads.executor(0));
    const Result<void> started = runtime::block_on(threads.executor(0), committer.start());
    runtime::block_on(threads.executor(0), committer.stop());
    runtime::block_on(threads.executor(0), (*engine)->close());
    return started.ok() ? Error{ErrorCode::closed, "it starts"} : started.error();
  }

  TemporaryFolder folder_;
  std::string path_ = folder_.path("berth.db");
};

// The table of transactions is written with each change, and not read at the start.
TEST_F(DamagedStore, MetByAWriteIsSaidAndReadsGoOn) {
  damage_table(path_, "transactions");
  World world(WorldKind::sqlite, path_);
  for (int i = 0; i < 3; ++i) {
    const Result<Revision> refused = world.commit(put("b"));
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, ErrorCode::internal);
    EXPECT_EQ(refused.error().message, remedy());
  }
  EXPECT_FALSE(world.committer().health().writable);
  EXPECT_EQ(world.committer().health().cause, remedy());
  EXPECT_EQ(world.view([](const View& view) { return view.count<ClusterRecord>(); }), 1U);
}

TEST_F(DamagedStore, MetAtTheStartNamesTheFileAndTheRemedy) {
  damage_table(path_, "cluster");
  EXPECT_EQ(refusal().message, remedy());
}

TEST_F(DamagedStore, WhatIsNoDatabaseNamesTheFileAndTheRemedy) {
  std::ofstream(path_) << std::string(5000, 'x');
  const std::string message = refusal().message;
  EXPECT_NE(message.find("the database " + path_ + " is damaged: file is not a database"), std::string::npos)
      << message;
  EXPECT_NE(message.find("berth restore FILE"), std::string::npos) << message;
}

TEST_F(DamagedStore, ARecordThatCannotBeReadNamesTheFileAndTheRemedy) {
  {
    auto connection = sqlite::Connection::open(path_, sqlite::Connection::Access::read_write);
    ASSERT_TRUE(connection->run("UPDATE cluster SET value = '{'").ok());
  }
  const std::string message = refusal().message;
  EXPECT_NE(message.find("the database " + path_ + " cannot be understood: stored cluster "),
            std::string::npos)
      << message;
  EXPECT_NE(message.find("berth restore FILE"), std::string::npos) << message;
}

}  // namespace
}  // namespace berth::store::testing
