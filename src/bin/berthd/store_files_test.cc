// Goal: a data folder whose store went missing is not taken for a new one, and a disk that is full can be
// read in the metrics. Method: real files in a temporary folder; reports by hand.
#include "bin/berthd/store_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "runtime/real/real_files.h"

namespace berth::berthd {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class StoreFiles : public ::testing::Test {
 protected:
  StoreFiles() {
    std::string name = std::filesystem::temp_directory_path() / "berth-store-files-XXXXXX";
    folder_ = mkdtemp(name.data());
  }
  ~StoreFiles() override { std::filesystem::remove_all(folder_); }
  void put(const std::string& name, const std::string& text) {
    std::ofstream(folder_ + "/" + name, std::ios::binary) << text;
  }
  Result<void> check() { return check_store_is_there(files_, folder_); }

  runtime::RealFiles files_;
  std::string folder_;
};

TEST_F(StoreFiles, ANewFolderMayBeginWithoutAStore) {
  EXPECT_TRUE(check().ok());
  put("credentials", "[berth]\n");
  EXPECT_TRUE(check().ok()) << "a key that was provided";
}

TEST_F(StoreFiles, AFolderThatHasServedMayNot) {
  put("credentials", "[berth]\n");
  put("ca.pem", "-----BEGIN CERTIFICATE-----\n");
  ASSERT_FALSE(check().ok());
  EXPECT_THAT(check().error().message, HasSubstr("is gone"));
  EXPECT_THAT(check().error().message, HasSubstr("--accept-data-loss"));
  put("berth.db", "");
  ASSERT_FALSE(check().ok());
  EXPECT_THAT(check().error().message, HasSubstr("is empty"));
  put("berth.db", "SQLite format 3");
  EXPECT_TRUE(check().ok());
}

TEST(StoreMetrics, SayWhyNothingCanBeStored) {
  store::WriteHealth::Report health;
  EXPECT_THAT(render_store_metrics(health), HasSubstr("berth_store_writable 1\n"));
  EXPECT_THAT(render_store_metrics(health), Not(HasSubstr("cause=")));
  health = {false, "the disk is full: /a \"b\"/berth.db", WallTime{1'800'000'000'000}, 7};
  const std::string text = render_store_metrics(health);
  EXPECT_THAT(text, HasSubstr("berth_store_writable 0\n"));
  EXPECT_THAT(text, HasSubstr("berth_store_refused_transactions_total 7\n"));
  EXPECT_THAT(text, HasSubstr("{cause=\"the disk is full: /a \\\"b\\\"/berth.db\"} 1800000000\n"));
}

}  // namespace
}  // namespace berth::berthd
