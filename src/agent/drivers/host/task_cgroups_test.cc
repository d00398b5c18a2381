// Goal: the kernel is told the limits of a task as it was given them, in the words of its version, and
// nothing of a
//       group stays behind.
// Method: a file system in memory that knows the rules of control groups; commands are written down.
#include "agent/drivers/host/task_cgroups.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/drivers/host/memory_files_testing.h"
#include "runtime/sim/sim_world.h"

namespace berth::agent::drivers::host {
namespace {

using engine::TaskLimits;
using testing::ElementsAre;
using testing::HasSubstr;

class HostCgroupsTest : public testing::Test {
 protected:
  HostCgroups make(Layout layout) {
    return HostCgroups(
        files_, [this](std::vector<std::string> argv) { return record(std::move(argv)); }, layout, "/cg");
  }
  Async<Result<void>> record(std::vector<std::string> argv) {
    std::string line;
    for (const std::string& word : argv) line += (line.empty() ? "" : " ") + word;
    ran_.push_back(line);
    if (fail_) co_return internal_error("Failed to connect to bus");
    co_return Result<void>();
  }
  runtime::SimWorld world_{1};
  runtime::SimNode& node_ = world_.add_node("host");
  MemoryFiles files_;
  std::vector<std::string> ran_;
  bool fail_ = false;
};

TEST(TaskCgroups, LayoutFollowsDocker) {
  EXPECT_EQ(layout_of("cgroupfs", "1"), Layout::v1);
  EXPECT_EQ(layout_of("cgroupfs", "2"), Layout::v2);
  EXPECT_EQ(layout_of("systemd", "2"), Layout::systemd);
}

TEST(TaskCgroups, ATaskWithoutACpuLimitWeighsWhatItsContainersWeigh) {
  EXPECT_THAT(settings_of({.cpu = 0, .cpu_shares = 300, .memory_mib = 0}, Layout::v1),
              ElementsAre(Setting{"cpu", "cpu.shares", "300"}));
  EXPECT_THAT(settings_of({.cpu = 0, .cpu_shares = 2, .memory_mib = 1}, Layout::v2),
              ElementsAre(Setting{"cpu", "cpu.weight", "1"}, Setting{"memory", "memory.max", "6291456"}));
}

TEST_F(HostCgroupsTest, Version1HasAGroupInEachHierarchy) {
  files_.folders = {"/cg/cpu", "/cg/memory", "/cg/pids"};
  HostCgroups groups = make(Layout::v1);
  auto made = world_.run(node_, groups.make("t1", {.cpu = 0.5, .cpu_shares = 10, .memory_mib = 64}));
  ASSERT_TRUE(made.ok());
  EXPECT_EQ(*made, "/ecs/t1");
  EXPECT_EQ(files_.files["/cg/cpu/ecs/t1/cpu.shares"], "512");
  EXPECT_EQ(files_.files["/cg/cpu/ecs/t1/cpu.cfs_quota_us"], "50000");
  EXPECT_EQ(files_.files["/cg/memory/ecs/t1/memory.limit_in_bytes"], "67108864");

  files_.folders.insert("/cg/pids/ecs/t1");  // Docker's
  EXPECT_TRUE(world_.run(node_, groups.remove("t1")).ok());
  EXPECT_THAT(files_.folders, ElementsAre("/cg/cpu", "/cg/memory", "/cg/pids"));
  EXPECT_TRUE(world_.run(node_, groups.remove("t1")).ok());
}

TEST_F(HostCgroupsTest, Version2HandsControllersDown) {
  files_.files["/cg/cgroup.controllers"] = "cpu memory pids";
  HostCgroups groups = make(Layout::v2);
  ASSERT_TRUE(world_.run(node_, groups.make("t1", {.cpu = 2, .cpu_shares = 0, .memory_mib = 64})).ok());
  EXPECT_EQ(files_.files["/cg/cgroup.subtree_control"], "+cpu +memory +pids");
  EXPECT_EQ(files_.files["/cg/ecs/cgroup.subtree_control"], "+cpu +memory +pids");
  EXPECT_EQ(files_.files["/cg/ecs/t1/cpu.max"], "200000 100000");
  EXPECT_EQ(files_.files["/cg/ecs/t1/memory.max"], "67108864");
  files_.busy = true;
  EXPECT_FALSE(world_.run(node_, groups.remove("t1")).ok());
}

TEST_F(HostCgroupsTest, SystemdIsAskedForASlice) {
  HostCgroups groups = make(Layout::systemd);
  auto made = world_.run(node_, groups.make("t1", {.cpu = 0.25, .cpu_shares = 0, .memory_mib = 32}));
  ASSERT_TRUE(made.ok());
  EXPECT_EQ(*made, "ecstasks-t1.slice");
  EXPECT_THAT(ran_,
              ElementsAre("systemctl set-property --runtime ecstasks-t1.slice CPUWeight=10 CPUQuota=25% "
                          "MemoryMax=33554432",
                          "systemctl start ecstasks-t1.slice"));
  fail_ = true;
  EXPECT_THAT(world_.run(node_, groups.make("t1", {})).error().text, HasSubstr("bus"));
}

TEST_F(HostCgroupsTest, AHostThatForbidsItSaysSo) {
  HostCgroups groups = make(Layout::v1);
  EXPECT_THAT(world_.run(node_, groups.make("t1", {})).error().text, HasSubstr("no control group hierarchy"));
  files_.folders = {"/cg/cpu", "/cg/memory"};
  files_.read_only = true;
  auto made = world_.run(node_, groups.make("t1", {}));
  ASSERT_FALSE(made.ok());
  EXPECT_EQ(made.error().name, "CgroupError");
  EXPECT_THAT(made.error().text, HasSubstr("Read-only"));
}

}  // namespace
}  // namespace berth::agent::drivers::host
