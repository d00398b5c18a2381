// Goal: files are written whole, read back with a limit, listed and removed.
// Method: a fresh folder under the test's temporary folder.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/real/real_files.h"

namespace berth::runtime {
namespace {

class FilesTest : public testing::Test {
 protected:
  std::string folder_ = testing::TempDir() + "berth_files_" + std::to_string(getpid()) + "/a/b";
  RealFiles files_;
};

TEST_F(FilesTest, WritesReadsListsRemoves) {
  Files& files = files_;
  ASSERT_TRUE(files.make_directories(folder_).ok());
  ASSERT_TRUE(files.make_directories(folder_).ok());
  const std::string path = folder_ + "/state.json";
  ASSERT_TRUE(files.write_atomically(path, "one").ok());
  ASSERT_TRUE(files.write_atomically(path, "two", 0640).ok());
  ASSERT_TRUE(files.append(path, "o", Files::Sync::later).ok());
  ASSERT_TRUE(files.append(path, "!", Files::Sync::now).ok());
  EXPECT_EQ(files.read(path).value(), "twoo!");
  EXPECT_EQ(files.read(path, 2).error().code, ErrorCode::too_large);
  struct stat status {};
  ASSERT_EQ(::stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0640u);
  EXPECT_EQ(files.list(folder_).value(), std::vector<std::string>{"state.json"});
  ASSERT_TRUE(files.remove(path).ok());
  EXPECT_EQ(files.read(path).error().code, ErrorCode::not_found);
  EXPECT_EQ(files.remove(path).error().code, ErrorCode::not_found);
  EXPECT_EQ(files.list(folder_ + "/none").error().code, ErrorCode::not_found);
  EXPECT_FALSE(files.write_atomically(folder_ + "/none/x", "").ok());
  for (const auto sync : {Files::Sync::now, Files::Sync::later})
    EXPECT_FALSE(files.append(path, "x", sync).ok());
}

}  // namespace
}  // namespace berth::runtime
