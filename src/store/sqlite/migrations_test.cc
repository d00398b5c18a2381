// Goal: a store of an earlier version is brought to the version of now, and stays as it was beside that.
// Method: the checked-in store of version 1 in a temporary folder.
#include "store/sqlite/migrations.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace berth::store::sqlite {
namespace {

namespace fs = std::filesystem;

class Migrations : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    folder_ = ::testing::TempDir() + "berth-it's-" + test->name();
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    path_ = folder_ + "/berth.db";
    std::ifstream in(BERTH_STORE_TESTDATA "/store_v1.sql");
    const std::string dump(std::istreambuf_iterator<char>(in), {});
    ASSERT_TRUE(open(path_, Connection::Access::create)->run(dump).ok());
  }
  void TearDown() override { fs::remove_all(folder_); }
  static Result<Connection> open(const std::string& path,
                                 Connection::Access access = Connection::Access::read_write) {
    return Connection::open(path, access);
  }
  static Result<void> migrate_file(const std::string& path) {
    auto connection = open(path, Connection::Access::create);
    return migrate(*connection);
  }
  static std::int64_t version_of(const std::string& path) {
    auto connection = open(path);
    return *schema_version(*connection);
  }

  std::string folder_, path_;
};

TEST_F(Migrations, KeepTheStoreOfBeforeBesideIt) {
  ASSERT_TRUE(migrate_file(path_).ok());
  EXPECT_EQ(version_of(path_), kSchemaVersion);
  const std::string kept = path_ + ".schema-1";
  EXPECT_EQ(version_of(kept), 1);
  EXPECT_EQ(*open(kept)->number("SELECT count(*) FROM task"), 1);
  EXPECT_EQ(fs::status(kept).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_FALSE(fs::exists(kept + ".part"));
  ASSERT_TRUE(migrate_file(path_).ok()) << "a second time";
}

TEST_F(Migrations, ChangeNothingWhenNoCopyCanBeKept) {
  fs::create_directories(path_ + ".schema-1.part/occupied");
  const auto refused = migrate_file(path_);
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().message.find("no copy of it can be kept"), std::string::npos)
      << refused.error().message;
  EXPECT_EQ(version_of(path_), 1);
}

TEST_F(Migrations, OfANewStoreKeepNothing) {
  const std::string fresh = folder_ + "/fresh.db";
  ASSERT_TRUE(migrate_file(fresh).ok());
  for (const auto& entry : fs::directory_iterator(folder_))
    EXPECT_EQ(entry.path().string().find(".schema-"), std::string::npos) << entry.path();
}

TEST_F(Migrations, MakeTheTableOfAKindThatIsMissing) {
  ASSERT_TRUE(migrate_file(path_).ok());
  ASSERT_TRUE(open(path_)->run("DROP TABLE capacity_provider").ok());
  ASSERT_TRUE(migrate_file(path_).ok());
  EXPECT_EQ(*open(path_)->number("SELECT count(*) FROM capacity_provider"), 0);
  EXPECT_EQ(*open(path_)->number("SELECT count(*) FROM task"), 1);
}

TEST_F(Migrations, RefuseAKindOfANewerProgramByItsName) {
  ASSERT_TRUE(migrate_file(path_).ok());
  ASSERT_TRUE(open(path_)
                  ->run("CREATE TABLE load_balancer(key TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL, "
                        "revision INTEGER NOT NULL)")
                  .ok());
  const auto refused = migrate_file(path_);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::invalid);
  EXPECT_NE(refused.error().message.find("records of the kind load_balancer"), std::string::npos)
      << refused.error().message;
}

TEST_F(Migrations, LeaveTablesOfTheOperatorAlone) {
  ASSERT_TRUE(migrate_file(path_).ok());
  ASSERT_TRUE(open(path_)->run("CREATE TABLE notes(key TEXT, value TEXT)").ok());
  EXPECT_TRUE(migrate_file(path_).ok());
}

}  // namespace
}  // namespace berth::store::sqlite
