#include "bin/berth/programs.h"

#include <gtest/gtest.h>

namespace berth::cli {
namespace {

constexpr const char* kStat = "4711 (nsenter) S 1 4711 4711 0 -1";

TEST(Programs, AreToldByTheirCommandLine) {
  EXPECT_TRUE(may_be_program("berth-agent", std::string_view("nsenter\0--\0/opt/berth-agent\0", 29), kStat));
  EXPECT_FALSE(may_be_program("berth-agent", std::string_view("sh\0-c\0", 6), kStat));
}

TEST(Programs, ACommandLineIsEmptyInTheMiddleOfAnExec) {
  EXPECT_TRUE(may_be_program("berth-agent", "", kStat));
  EXPECT_TRUE(may_be_program("berth-agent", "", "4711 (a) Z b) R 1 4711"));
}

TEST(Programs, AProcessThatHasEndedIsNone) {
  EXPECT_FALSE(may_be_program("berth-agent", "", "4711 (nsenter) Z 1 4711"));
  EXPECT_FALSE(may_be_program("berth-agent", "", ""));
}

}  // namespace
}  // namespace berth::cli
