// Goal: as many descriptors as may be had, some of them kept free; no silent end when memory runs out.
// Method: the limits of this process; a child that asks for too much.
#include "runtime/real/process_limits.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <new>

namespace berth::runtime {
namespace {

TEST(DescriptorLimit, IsRaisedToTheHardOneWithinTheMost) {
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlimit low{64, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &low), 0);
  EXPECT_EQ(raise_descriptor_limit(100), 100U);
  EXPECT_EQ(raise_descriptor_limit(80), 80U) << "no more are asked for, and what holds is not lowered";
  rlimit now{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &now), 0);
  EXPECT_EQ(now.rlim_cur, 100U);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
}

TEST(DescriptorLimit, KeepsSomeFree) {
  EXPECT_EQ(highest_connection_descriptor(1024), 896);
  EXPECT_EQ(highest_connection_descriptor(65536), 65280);
  EXPECT_EQ(highest_connection_descriptor(64), 48);
  EXPECT_EQ(highest_connection_descriptor(10), 1);
}

TEST(OutOfMemoryDeathTest, IsSaid) {
  EXPECT_DEATH(
      {
        announce_out_of_memory("berthd");
        std::get_new_handler()();
      },
      "berthd: out of memory");
}

}  // namespace
}  // namespace berth::runtime
