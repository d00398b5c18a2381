// What only the SQLite engine has: its file, its versions, its backup.
#include "store/sqlite/sqlite_engine.h"

#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "store/sqlite/connection.h"
#include "store/testing/world.h"

namespace berth::store::testing {
namespace {

using domain::ClusterRecord;
using sqlite::Connection;
using sqlite::SqliteEngine;

class SqliteFile : public ::testing::Test {
 protected:
  SqliteFile() { threads_.start(); }
  Result<std::unique_ptr<SqliteEngine>> open(const std::string& path) {
    return SqliteEngine::open(path, threads_.executor(0), threads_.executor(0));
  }
  static void run_sql(const std::string& path, const std::string& sql) {
    auto connection = Connection::open(path, Connection::Access::create);
    ASSERT_TRUE(connection.ok());
    const auto done = connection->run(sql);
    ASSERT_TRUE(done.ok()) << done.error().message;
  }
  static Transaction put_cluster(const std::string& name) {
    Transaction transaction = make_transaction();
    transaction.put(make_cluster(name));
    return transaction;
  }
  static bool exists(World& world, const std::string& name) {
    return world.view([&](const View& view) { return view.find<ClusterRecord>(cluster(name)) != nullptr; });
  }

  TemporaryFolder folder_;
  std::string path_ = folder_.path("berth.db");
  runtime::IoThreads threads_{1};
};

TEST_F(SqliteFile, IsForItsOwnerOnly) {
  World world(WorldKind::sqlite, path_);
  world.must_commit(put_cluster("a"));
  for (const char* suffix : {"", "-wal", "-shm", ".lock"}) {
    struct stat status {};
    ASSERT_EQ(stat((path_ + suffix).c_str(), &status), 0) << suffix;
    EXPECT_EQ(status.st_mode & 0777U, 0600U) << suffix;
  }
}

TEST_F(SqliteFile, ASecondProcessIsRefused) {
  const auto first = open(path_);
  ASSERT_TRUE(first.ok());
  const auto second = open(path_);
  ASSERT_FALSE(second.ok());
  EXPECT_NE(second.error().message.find("another berthd"), std::string::npos);
}

TEST_F(SqliteFile, ANewerStoreIsRefusedByName) {
  ASSERT_TRUE(open(path_).ok());
  run_sql(path_, "UPDATE meta SET value = 99 WHERE name = 'schema_version'");
  const auto engine = open(path_);
  ASSERT_FALSE(engine.ok());
  EXPECT_EQ(engine.error().code, ErrorCode::invalid);
  EXPECT_NE(engine.error().message.find("schema version 99"), std::string::npos);
}

TEST_F(SqliteFile, SomeoneElsesDatabaseIsRefused) {
  run_sql(path_, "CREATE TABLE music(title)");
  EXPECT_EQ(open(path_).error().code, ErrorCode::invalid);
  std::ofstream(folder_.path("text.db")) << std::string(5000, 'x');
  EXPECT_FALSE(open(folder_.path("text.db")).ok());
}

// The dump was written by the first version and never changes: whatever comes later has to read it.
TEST_F(SqliteFile, AStoreOfTheFirstVersionOpens) {
  const std::string source = BERTH_STORE_TESTDATA "/store_v1.sql";
  std::ifstream file(source);
  ASSERT_TRUE(file) << source;
  std::stringstream sql;
  sql << file.rdbuf();
  run_sql(path_, sql.str());
  World world(WorldKind::sqlite, path_);
  EXPECT_EQ(world.store().durable(), Revision(7));
  EXPECT_TRUE(*world.run(world.store().outcome_of("00000000-0000-4000-8000-000000000007")));
  const auto unknown = world.view([](const View& view) {
    EXPECT_EQ(view.count<ClusterRecord>(), 1U);
    // It was written then, and is added up from the tasks now.
    domain::InstanceAllocation allocation = make_allocation("i");
    allocation.cpu = 128;
    allocation.memory = 64;
    allocation.tcp_ports = {80};
    allocation.task_count = 1;
    EXPECT_EQ(*view.find<domain::InstanceAllocation>(instance("i"))->record, allocation);
    EXPECT_EQ(view.group(kTasksByInstance, instance("i")).size(), 1U);
    EXPECT_EQ(view.group(kDefinitionsByFamily, realm_key(kRealm) + "/web").size(), 1U);
    EXPECT_EQ(view.count<domain::ClientTokenRecord>(), 1U);
    return view.find<ClusterRecord>(cluster("c"))->record->unknown_members;
  });
  EXPECT_TRUE(unknown.contains("memberOfALaterVersion"));
  EXPECT_EQ(world.must_commit(put_cluster("new")), Revision(8));
}

TEST_F(SqliteFile, BackupAndRestore) {
  const std::string copy = folder_.path("copy.db");
  {
    World world(WorldKind::sqlite, path_);
    world.must_commit(put_cluster("kept"));
    ASSERT_TRUE(world.run(world.committer().backup(copy)).ok());
    EXPECT_EQ(world.run(world.committer().backup(copy)).error().code, ErrorCode::invalid);
    world.must_commit(put_cluster("later"));
    EXPECT_EQ(sqlite::restore_backup(copy, path_).error().code, ErrorCode::unavailable) << "in use";
  }
  EXPECT_EQ(sqlite::restore_backup(folder_.path("nowhere"), path_).error().code, ErrorCode::not_found);
  const auto restored = sqlite::restore_backup(copy, path_);
  ASSERT_TRUE(restored.ok()) << restored.error().message;
  {
    World world(WorldKind::sqlite, path_);
    EXPECT_TRUE(exists(world, "kept"));
    EXPECT_FALSE(exists(world, "later"));
  }
  World old(WorldKind::sqlite, path_ + ".before-restore");
  EXPECT_TRUE(exists(old, "later"));
}

// The write-ahead log is copied into the database beside the commits instead of growing for ever.
TEST_F(SqliteFile, TheLogIsCheckpointed) {
  World world(WorldKind::sqlite, path_);
  domain::ClusterRecord large = make_cluster("large");
  large.unknown_members["ballast"] = std::string(200'000, 'b');
  for (int i = 0; i < 60; ++i) {
    Transaction transaction = make_transaction();
    transaction.put(large);
    world.must_commit(std::move(transaction));
  }
  // 60 x 200 KB were written; without checkpoints all of it would lie in the log.
  EXPECT_LT(std::filesystem::file_size(path_ + "-wal"), 9'000'000U);
}

// What was acknowledged must be there when the store opens again. Each case damages the files of a process
// that was killed: the newest changes are in the log.
class LostStore : public SqliteFile {
 protected:
  LostStore() {
    const std::string live = folder_.path("live.db");
    {
      World world(WorldKind::sqlite, live);
      world.must_commit(put_cluster("early"));
    }
    World world(WorldKind::sqlite, live);
    world.must_commit(put_cluster("late"));
    // As a SIGKILL leaves them.
    for (const char* suffix : {"", "-wal"}) std::filesystem::copy_file(live + suffix, path_ + suffix);
    std::filesystem::copy_file(sqlite::Evidence::path_of(live), sqlite::Evidence::path_of(path_));
  }
  void expect_refused(std::string_view fragment) {
    const auto refused = open(path_);
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, ErrorCode::invalid);
    EXPECT_NE(refused.error().message.find(fragment), std::string::npos) << refused.error().message;
    EXPECT_NE(refused.error().message.find("--accept-data-loss"), std::string::npos);
  }
  void accept() {
    auto engine =
        SqliteEngine::open(path_, threads_.executor(0), threads_.executor(0), {}, sqlite::DataLoss::accepted);
    ASSERT_TRUE(engine.ok()) << engine.error().message;
    runtime::block_on(threads_.executor(0), (*engine)->close());
  }
};

TEST_F(LostStore, OpensWhenNothingIsMissing) {
  World world(WorldKind::sqlite, path_);
  EXPECT_TRUE(exists(world, "early"));
  EXPECT_TRUE(exists(world, "late"));
}

TEST_F(LostStore, AnEmptyDatabaseIsRefusedAndItsLogLeftAlone) {
  std::filesystem::resize_file(path_, 0);
  const auto log = std::filesystem::file_size(path_ + "-wal");
  expect_refused("is empty");
  EXPECT_EQ(std::filesystem::file_size(path_ + "-wal"), log);
}

TEST_F(LostStore, ARemovedDatabaseIsRefused) {
  std::filesystem::remove(path_);
  expect_refused("is gone");
  EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(LostStore, AnEmptyLogIsRefused) {
  std::filesystem::resize_file(path_ + "-wal", 0);
  expect_refused("the last 1 are missing");
  accept();
  World world(WorldKind::sqlite, path_);
  EXPECT_TRUE(exists(world, "early"));
  EXPECT_FALSE(exists(world, "late"));
}

// All that it held was in the log: not even the tables are in the database.
TEST_F(SqliteFile, AnEmptyLogOfAStoreThatWasNeverCopiedIsRefused) {
  const std::string live = folder_.path("live.db");
  World world(WorldKind::sqlite, live);
  world.must_commit(put_cluster("a"));
  std::filesystem::copy_file(live, path_);
  std::filesystem::copy_file(sqlite::Evidence::path_of(live), sqlite::Evidence::path_of(path_));
  const auto refused = open(path_);
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().message.find("the last 1 are missing"), std::string::npos)
      << refused.error().message;
}

TEST_F(LostStore, ALogThatIsDamagedAtItsStartIsRefusedAndStays) {
  const auto size = std::filesystem::file_size(path_ + "-wal");
  {
    std::fstream log(path_ + "-wal", std::ios::in | std::ios::out | std::ios::binary);
    log << std::string(64, '\0');
  }
  expect_refused("the last 1 are missing");
  EXPECT_EQ(std::filesystem::file_size(path_ + "-wal"), size);
}

TEST_F(LostStore, AcceptedLossOfEverythingStartsAnew) {
  std::filesystem::remove(path_);
  std::filesystem::remove(path_ + "-wal");
  accept();
  World world(WorldKind::sqlite, path_);
  EXPECT_FALSE(exists(world, "early"));
  world.must_commit(put_cluster("new"));
}

TEST_F(LostStore, AStoreOfBeforeOpensWithoutEvidence) {
  std::filesystem::remove(sqlite::Evidence::path_of(path_));
  {
    World world(WorldKind::sqlite, path_);
    EXPECT_TRUE(exists(world, "late"));
  }
  std::filesystem::remove(path_);
  expect_refused("is gone");
}

TEST_F(LostStore, EvidenceThatMakesNoSenseCountsForNothing) {
  std::ofstream(sqlite::Evidence::path_of(path_)) << "berth store, durable up to revision 9";
  World world(WorldKind::sqlite, path_);
  EXPECT_TRUE(exists(world, "late"));
}

TEST_F(LostStore, EmptiedEvidenceIsWarnedOf) {
  std::ofstream(sqlite::Evidence::path_of(path_)).close();
  std::ostringstream said;
  const auto before = spdlog::default_logger();
  spdlog::set_default_logger(
      std::make_shared<spdlog::logger>("test", std::make_shared<spdlog::sinks::ostream_sink_mt>(said)));
  {
    World world(WorldKind::sqlite, path_);
    EXPECT_TRUE(exists(world, "late"));
  }
  spdlog::set_default_logger(before);
  EXPECT_NE(said.str().find(sqlite::Evidence::path_of(path_) + " is empty and is written anew: whether " +
                            path_ + " holds all"),
            std::string::npos)
      << said.str();
}

}  // namespace
}  // namespace berth::store::testing
