// Goal: a file of the kernel is read whole or not at all.
// Method: files and links in a folder of the test's own.
#include "agent/drivers/host/control_files.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace berth::agent::drivers::host {
namespace {

class ControlFilesTest : public testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directories(folder_); }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::string make(const std::string& name, std::size_t bytes) {
    std::ofstream(folder_ / name) << std::string(bytes, 'x');
    return folder_ / name;
  }
  const std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("berth-control-files-" + std::to_string(::getpid()));
  RealControlFiles files_;
};

TEST_F(ControlFilesTest, LongFilesAreReadToTheirEnd) {
  for (const std::size_t bytes :
       {std::size_t{0}, std::size_t{4096}, std::size_t{10'000}, kControlFileBytesMax})
    EXPECT_EQ(files_.read(make("file", bytes)).value().size(), bytes);
  EXPECT_EQ(files_.read(make("file", kControlFileBytesMax + 1)).error().code, ErrorCode::too_large);
  EXPECT_FALSE(files_.read(folder_ / "missing"));
}

TEST_F(ControlFilesTest, LinksSayWhereTheyLead) {
  std::filesystem::create_symlink("net:[4026531840]", folder_ / "net");
  EXPECT_EQ(files_.read_link(folder_ / "net").value(), "net:[4026531840]");
  EXPECT_FALSE(files_.read_link(make("file", 1)));
}

}  // namespace
}  // namespace berth::agent::drivers::host
