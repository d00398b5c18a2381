// Goal: a backup brings everything back, into a fresh folder or an old one, or says why not and touches
// nothing. Method: a data directory in a temporary folder, with the store of an earlier version; backups are
// damaged at many
//         places.
#include "bin/berth/backup_archive.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "bin/berth/backup_files.h"
#include "bin/berth/tar_format.h"
#include "runtime/sim/sim_world.h"
#include "store/sqlite/connection.h"
#include "store/sqlite/file_lock.h"
#include "store/sqlite/store_facts.h"

namespace berth::cli {
namespace {

namespace fs = std::filesystem;
using store::sqlite::Connection;
using testing::ElementsAre;
using testing::HasSubstr;

std::string read(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void write(const std::string& path, std::string_view text) {
  std::ofstream(path, std::ios::binary) << text;
}

unsigned mode_of(const std::string& path) {
  struct stat facts {};
  return stat(path.c_str(), &facts) == 0 ? facts.st_mode & 0777U : 0;
}

class Backup : public testing::Test {
 protected:
  void SetUp() override {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    folder_ = testing::TempDir() + "berth-backup-" + test->name();
    fs::remove_all(folder_);
    data_ = folder_ + "/data";
    fresh_ = folder_ + "/new/machine";
    file_ = folder_ + "/backup";
    fs::create_directories(data_);
    make_store(data_ + "/berth.db");
    for (const char* name : kSmallFiles) write(data_ + "/" + name, std::string("content of ") + name);
  }
  void TearDown() override { fs::remove_all(folder_); }

  static void make_store(const std::string& path) {
    auto connection = Connection::open(path, Connection::Access::create);
    ASSERT_TRUE(connection.ok());
    ASSERT_TRUE(connection->run(read(BERTH_STORE_DUMP)).ok());
    ASSERT_TRUE(connection->run("PRAGMA journal_mode = WAL").ok());
  }
  Result<BackupFacts> backup(const std::string& passphrase = "") {
    return make_backup({data_, file_, passphrase}, node_.runtime());
  }
  Result<BackupFacts> restore(const std::string& into, const std::string& passphrase = "") {
    return restore_backup({into, file_, passphrase});
  }
  static void expect_all_there(const std::string& into) {
    for (const char* name : kSmallFiles)
      EXPECT_EQ(read(into + "/" + name), std::string("content of ") + name);
    const auto facts = store::sqlite::examine_store(into + "/berth.db");
    ASSERT_TRUE(facts.ok()) << facts.error().message;
    EXPECT_THAT(facts->realms, ElementsAre("000000000000/us-east-1"));
    EXPECT_FALSE(fs::exists(into + "/.restoring"));
  }
  // Each place of the backup is damaged in turn; nothing of it may be put in place.
  void expect_damage_is_found(const std::string& passphrase, std::size_t places) {
    ASSERT_TRUE(backup(passphrase).ok());
    const std::string whole = read(file_);
    const std::size_t step = whole.size() / places;
    for (std::size_t at = 3; at < whole.size(); at += step) {
      std::string damaged = whole;
      damaged[at] = static_cast<char>(damaged[at] ^ 0x20);
      write(file_, damaged);
      const auto restored = restore(fresh_, passphrase);
      // Between and behind the files of a plain archive there are bytes that mean nothing.
      EXPECT_EQ(fs::exists(fresh_ + "/credentials"), restored.ok()) << at;
      if (restored.ok()) expect_all_there(fresh_);
      EXPECT_TRUE(passphrase.empty() || !restored.ok()) << "damage at " << at << " went unnoticed";
      fs::remove_all(fresh_);
      write(file_, whole.substr(0, at));
      EXPECT_FALSE(restore(fresh_, passphrase).ok()) << "an end at " << at << " went unnoticed";
      EXPECT_FALSE(fs::exists(fresh_ + "/berth.db")) << at;
    }
  }

  std::string folder_, data_, fresh_, file_;
  runtime::SimWorld world_{1};
  runtime::SimNode& node_ = world_.add_node("machine");
};

TEST_F(Backup, BringsEverythingIntoAFreshFolder) {
  const auto made = backup();
  ASSERT_TRUE(made.ok()) << made.error().message;
  EXPECT_EQ(made->kind, BackupKind::archive);
  EXPECT_THAT(made->files,
              ElementsAre("ca-key.pem", "ca.pem", "credentials", "server-key.pem", "server.pem", "berth.db"));
  EXPECT_EQ(mode_of(file_), 0600U) << "others may read the keys";
  const auto restored = restore(fresh_);
  ASSERT_TRUE(restored.ok()) << restored.error().message;
  EXPECT_THAT(restored->realms, ElementsAre("000000000000/us-east-1"));
  expect_all_there(fresh_);
  EXPECT_EQ(mode_of(fresh_), 0700U);
  EXPECT_EQ(mode_of(fresh_ + "/credentials"), 0600U);
  EXPECT_EQ(mode_of(fresh_ + "/ca-key.pem"), 0600U);
  EXPECT_EQ(mode_of(fresh_ + "/ca.pem"), 0644U);
}

TEST_F(Backup, IsSealedWithAPassphraseAndNothingOfItShows) {
  ASSERT_TRUE(backup("correct horse").ok());
  EXPECT_THAT(read(file_), testing::Not(HasSubstr("content of")));
  EXPECT_THAT(read(file_), testing::Not(HasSubstr("credentials")));
  const auto restored = restore(fresh_, "correct horse");
  ASSERT_TRUE(restored.ok()) << restored.error().message;
  EXPECT_EQ(restored->kind, BackupKind::sealed);
  expect_all_there(fresh_);
}

TEST_F(Backup, AWrongPassphraseSaysSo) {
  ASSERT_TRUE(backup("correct horse").ok());
  EXPECT_THAT(restore(fresh_, "battery staple").error().message,
              HasSubstr("passphrase of " + file_ + " is another one"));
  EXPECT_THAT(restore(fresh_).error().message, HasSubstr("is encrypted, and no passphrase was given"));
  EXPECT_FALSE(fs::exists(fresh_ + "/berth.db"));
}

TEST_F(Backup, DamageOfAPlainOneIsFound) {
  expect_damage_is_found("", 12);
}

TEST_F(Backup, DamageOfASealedOneIsFoundWhereverItIs) {
  expect_damage_is_found("correct horse", 4);  // Each try takes scrypt its time.
}

TEST_F(Backup, KeepsWhatItReplaces) {
  ASSERT_TRUE(backup().ok());
  fs::create_directories(fresh_);
  make_store(fresh_ + "/berth.db");
  write(fresh_ + "/credentials", "another key");
  const auto first = restore(fresh_);
  ASSERT_TRUE(first.ok());
  expect_all_there(fresh_);
  EXPECT_EQ(first->kept, (std::vector<std::string>{"berth.db.before-restore", "credentials.before-restore"}));
  EXPECT_EQ(read(fresh_ + "/credentials.before-restore"), "another key");
  EXPECT_TRUE(store::sqlite::examine_store(fresh_ + "/berth.db.before-restore").ok());
  const auto second = restore(fresh_);
  ASSERT_TRUE(second.ok());
  EXPECT_EQ(second->kept, std::vector<std::string>{"berth.db.before-restore"}) << "the same key was there";
  EXPECT_EQ(read(fresh_ + "/credentials.before-restore"), "another key");
}

TEST_F(Backup, OfADamagedStoreNamesTheStore) {
  std::int64_t page = 0;
  {
    auto connection =
        store::sqlite::Connection::open(data_ + "/berth.db", store::sqlite::Connection::Access::read_write);
    ASSERT_TRUE(connection->run("PRAGMA wal_checkpoint(TRUNCATE)").ok());
    page = *connection->number("SELECT rootpage FROM sqlite_master WHERE name = 'task'");
  }
  std::fstream file(data_ + "/berth.db", std::ios::in | std::ios::out | std::ios::binary);
  file.seekp((page - 1) * 4096);
  file << std::string(4096, 'x') << std::flush;
  const auto refused = backup();
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().message.find(data_ + "/berth.db is damaged"), std::string::npos)
      << refused.error().message;
}

TEST_F(Backup, SaysNothingOfWhatWasNotThere) {
  ASSERT_TRUE(backup().ok());
  const auto restored = restore(fresh_);
  ASSERT_TRUE(restored.ok());
  EXPECT_TRUE(restored->kept.empty());
}

TEST_F(Backup, TakesThePlaceOfADamagedStore) {
  ASSERT_TRUE(backup().ok());
  fs::create_directories(fresh_);
  write(fresh_ + "/berth.db", "no database at all");
  write(fresh_ + "/berth.db-wal", "nor a log");
  const auto restored = restore(fresh_);
  ASSERT_TRUE(restored.ok()) << restored.error().message;
  expect_all_there(fresh_);
  EXPECT_EQ(read(fresh_ + "/berth.db.before-restore"), "no database at all");
  EXPECT_EQ(read(fresh_ + "/berth.db.before-restore-wal"), "nor a log");
}

TEST_F(Backup, IsRefusedWhileBerthdRunsThere) {
  ASSERT_TRUE(backup().ok());
  fs::create_directories(fresh_);
  const auto lock = store::sqlite::FileLock::take(fresh_ + "/berth.db.lock");
  ASSERT_TRUE(lock.ok());
  EXPECT_THAT(restore(fresh_).error().message, HasSubstr("another berthd"));
  EXPECT_FALSE(fs::exists(fresh_ + "/credentials"));
}

TEST_F(Backup, OfAFolderThatIsNotThereSaysSo) {
  const auto refused = make_backup({folder_ + "/nowhere", file_, ""}, node_.runtime());
  EXPECT_EQ(refused.error().message, "there is no data directory " + folder_ + "/nowhere");
}

TEST_F(Backup, DoesNotReplaceAFile) {
  write(file_, "precious");
  EXPECT_THAT(backup().error().message, HasSubstr("exists already"));
  EXPECT_EQ(read(file_), "precious");
}

TEST_F(Backup, LeavesNoCopyBehindAndClearsThoseOfDeadProcesses) {
  write(data_ + "/" + kCopyPrefix + std::string("999999999"), "left by a process that was killed");
  ASSERT_TRUE(backup().ok());
  for (const auto& entry : fs::directory_iterator(data_))
    EXPECT_FALSE(entry.path().filename().string().starts_with(kCopyPrefix)) << entry.path();
  EXPECT_FALSE(fs::exists(file_ + ".part"));
}

TEST_F(Backup, ACopyOfTheStateAloneIsStillTaken) {
  make_store(file_);
  const auto restored = restore(fresh_);
  ASSERT_TRUE(restored.ok()) << restored.error().message;
  EXPECT_EQ(restored->kind, BackupKind::store);
  EXPECT_TRUE(store::sqlite::examine_store(fresh_ + "/berth.db").ok());
}

TEST_F(Backup, OfANewerStoreNamesItsVersion) {
  {
    auto connection = Connection::open(data_ + "/berth.db", Connection::Access::read_write);
    ASSERT_TRUE(connection->run("UPDATE meta SET value = 4711 WHERE name = 'schema_version'").ok());
  }
  EXPECT_THAT(backup().error().message, HasSubstr("4711"));
}

TEST_F(Backup, NamesThatLeadElsewhereAreRefused) {
  const std::string manifest =
      R"({"format":1,"madeAt":"x","version":"x","realms":[],"files":[{"name":"../evil","size":0,"sha256":"x"}]})";
  std::string archive = render_tar_header({"manifest.json", manifest.size()}, WallTime{0}) + manifest;
  archive += std::string(tar_padding(manifest.size()), '\0');
  archive += render_tar_header({"../evil", 0}, WallTime{0}) + tar_end();
  write(file_, archive);
  EXPECT_THAT(restore(fresh_).error().message, HasSubstr("is not what its manifest says"));
  EXPECT_FALSE(fs::exists(folder_ + "/new/evil"));
}

TEST_F(Backup, WhatIsNoneSaysSo) {
  write(file_, "hello");
  EXPECT_THAT(restore(fresh_).error().message, HasSubstr("is no backup of Berth"));
  EXPECT_THAT(restore_backup({fresh_, folder_ + "/nothing", ""}).error().message,
              HasSubstr("there is no file"));
}

TEST(SealedPieces, CannotBeExchangedOrReadWithAnotherKey) {
  const Seal::Salt salt{1, 2, 3};
  Seal seal("p", salt);
  const std::string first = seal.close("aaaa", false), second = seal.close("bbbb", true);
  const auto open = [](Seal& with, const std::string& piece) {
    return with.open(std::string_view(piece).substr(0, 4), std::string_view(piece).substr(4));
  };
  Seal same("p", salt);
  EXPECT_EQ(*open(same, first), "aaaa");
  EXPECT_EQ(*open(same, second), "bbbb");
  Seal exchanged("p", salt);
  EXPECT_FALSE(open(exchanged, second).ok());
  Seal other("q", salt);
  EXPECT_FALSE(open(other, first).ok());
}

}  // namespace
}  // namespace berth::cli
