// Goal: a container's counters are found where its kind of host keeps them, and are whole or not there.
// Method: a file system in memory with the files of one container; each is taken away in turn.
#include "agent/drivers/host/container_counters.h"

#include <gtest/gtest.h>

#include "agent/drivers/host/memory_files_testing.h"
#include "runtime/sim/sim_world.h"

namespace berth::agent::drivers::host {
namespace {

constexpr char kId[] = "20ccc6734370";

class HostCountersTest : public testing::Test {
 protected:
  void SetUp() override {
    files_.files["/sys/online"] = "0-3\n";
    files_.files["/p/77/net/dev"] =
        "Inter-|   Receive  |  Transmit\n face |bytes |bytes\n"
        "    lo: 9 9 0 0 0 0 0 0 9 9 0 0 0 0 0 0\n  eth0: 736 8 0 0 0 0 0 0 90 1 0 0 0 0 0 0\n";
    files_.links["/p/self/ns/net"] = "net:[1]";
    files_.links["/p/77/ns/net"] = "net:[2]";
  }
  void add_v1(const std::string& group) {
    files_.files["/cg/cpuacct" + group + "/cpuacct.usage"] = "102893613\n";
    files_.files["/cg/memory" + group + "/memory.usage_in_bytes"] = "5492736\n";
    files_.files["/cg/memory" + group + "/memory.stat"] = "cache 4702208\nrss 53248\ninactive_file 1\n";
    files_.files["/cg/memory" + group + "/cgroup.procs"] = "77\n78\n";
    files_.files["/cg/blkio" + group + "/blkio.throttle.io_service_bytes"] =
        "8:0 Read 4096\n8:0 Write 512\n8:0 Total 4608\nTotal 4608\n";
  }
  void add_v2(const std::string& group) {
    files_.files["/cg/cgroup.controllers"] = "cpu io memory pids\n";
    files_.files["/cg" + group + "/cpu.stat"] = "usage_usec 102893\nuser_usec 1\n";
    files_.files["/cg" + group + "/memory.current"] = "5492736\n";
    files_.files["/cg" + group + "/memory.stat"] = "anon 53248\ninactive_file 4239360\n";
    files_.files["/cg" + group + "/cgroup.procs"] = "77\n";
    files_.files["/cg" + group + "/io.stat"] = "8:0 rbytes=4096 wbytes=512 rios=1 wios=1\n";
  }
  std::optional<engine::ContainerStats> read(Layout layout, const std::string& mode = "default",
                                             const std::string& parent = "") {
    HostCounters counters(files_, node_.runtime().clock(), layout, {"/cg", "/p", "/sys/online"});
    return counters.read({kId, parent, mode});
  }
  /// Without any one of the files that are needed there are no counters at all.
  void expect_each_needed(Layout layout, std::size_t optional) {
    std::size_t missed = 0;
    const auto all = files_.files;
    for (const auto& [path, text] : all) {
      files_.files.erase(path);
      if (!read(layout)) ++missed;
      files_.files[path] = "?";
      EXPECT_EQ(read(layout).has_value(), path == "/cg/cgroup.controllers") << path;
      files_.files = all;
    }
    EXPECT_EQ(missed, all.size() - optional);
  }
  runtime::SimWorld world_{1};
  runtime::SimNode& node_ = world_.add_node("host");
  MemoryFiles files_;
};

TEST_F(HostCountersTest, Version1) {
  add_v1(std::string("/docker/") + kId);
  const auto stats = read(Layout::v1);
  ASSERT_TRUE(stats);
  EXPECT_EQ(stats->read_at, node_.runtime().clock().wall());
  EXPECT_EQ(stats->cpu_total_ns, 102893613U);
  EXPECT_EQ(stats->online_cpus, 4U);
  EXPECT_EQ(stats->memory_usage_bytes, 5492736U);
  EXPECT_EQ(stats->memory_cache_bytes, 4702208U);
  EXPECT_EQ(stats->storage_read_bytes, 4096U);
  EXPECT_EQ(stats->storage_write_bytes, 512U);
  ASSERT_TRUE(stats->network);
  EXPECT_EQ(stats->network->rx_bytes, 736U);
  EXPECT_EQ(stats->network->tx_packets, 1U);
  EXPECT_EQ(stats->raw_json, "");
  expect_each_needed(Layout::v1, 1);  // blkio
}

TEST_F(HostCountersTest, Version1CountsStorageWhereDockerDoes) {
  const std::string group = std::string("/docker/") + kId;
  add_v1(group);
  files_.files["/cg/blkio" + group + "/blkio.io_service_bytes_recursive"] = "Total 0\n";
  EXPECT_EQ(read(Layout::v1)->storage_read_bytes, 4096U);
  files_.files["/cg/blkio" + group + "/blkio.io_service_bytes_recursive"] =
      "8:0 Read 7\n8:0 Write 0\nTotal 7\n";
  EXPECT_EQ(read(Layout::v1)->storage_read_bytes, 7U);
  EXPECT_EQ(read(Layout::v1)->storage_write_bytes, 0U);
  files_.files.erase("/cg/blkio" + group + "/blkio.io_service_bytes_recursive");
  files_.files["/cg/blkio" + group + "/blkio.throttle.io_service_bytes"] = "Total 0\n";
  EXPECT_FALSE(read(Layout::v1)->storage_read_bytes);
  EXPECT_FALSE(read(Layout::v1)->storage_write_bytes);
}

TEST_F(HostCountersTest, Version2) {
  add_v2(std::string("/docker/") + kId);
  const auto stats = read(Layout::v2);
  ASSERT_TRUE(stats);
  EXPECT_EQ(stats->cpu_total_ns, 102893000U);
  EXPECT_EQ(stats->memory_usage_bytes, 5492736U);
  EXPECT_EQ(stats->memory_cache_bytes, 4239360U);
  EXPECT_EQ(stats->storage_read_bytes, 4096U);
  EXPECT_EQ(stats->storage_write_bytes, 512U);
  EXPECT_EQ(stats->network->rx_packets, 8U);
  expect_each_needed(Layout::v2, 2);  // io.stat, and cgroup.controllers, which says nothing here
}

TEST_F(HostCountersTest, TasksWithAGroupOfTheirOwn) {
  add_v1(std::string("/ecs/t1/") + kId);
  EXPECT_TRUE(read(Layout::v1, "default", "/ecs/t1"));
  EXPECT_FALSE(read(Layout::v1));
  EXPECT_FALSE(read(Layout::v1, "default", "/ecs/t2"));
}

TEST_F(HostCountersTest, SystemdWithEitherVersion) {
  const std::string scope = std::string("docker-") + kId + ".scope";
  add_v1("/system.slice/" + scope);
  ASSERT_TRUE(read(Layout::systemd));
  EXPECT_EQ(read(Layout::systemd)->memory_cache_bytes, 4702208U);
  files_.files["/cg/cgroup.controllers"] = "";
  EXPECT_FALSE(read(Layout::systemd));
  add_v2("/ecstasks.slice/ecstasks-t1.slice/" + scope);
  ASSERT_TRUE(read(Layout::systemd, "default", "ecstasks-t1.slice"));
  EXPECT_EQ(read(Layout::systemd, "default", "ecstasks-t1.slice")->memory_cache_bytes, 4239360U);
}

TEST_F(HostCountersTest, NetworksThatAreNotTheContainersAreNotCounted) {
  add_v2(std::string("/docker/") + kId);
  for (const char* mode : {"host", "none"}) {
    files_.links["/p/77/ns/net"] = "net:[1]";
    ASSERT_TRUE(read(Layout::v2, mode)) << mode;
    EXPECT_FALSE(read(Layout::v2, mode)->network) << mode;
  }
  EXPECT_FALSE(read(Layout::v2)) << "its first process is still in the host's network";
  files_.links["/p/77/ns/net"] = "net:[3]";
  EXPECT_TRUE(read(Layout::v2, "container:8f3c")->network);
  EXPECT_FALSE(read(Layout::v2, "")) << "not inspected yet";
}

TEST_F(HostCountersTest, AnAgentWithAPidNamespaceOfItsOwnAsksDocker) {
  const std::string group = std::string("/docker/") + kId;
  add_v2(group);
  for (const char* processes : {"0\n", ""}) {
    files_.files["/cg" + group + "/cgroup.procs"] = processes;
    EXPECT_FALSE(read(Layout::v2));
    EXPECT_TRUE(read(Layout::v2, "host"));
  }
}

TEST_F(HostCountersTest, IdsThatAreNoneNameNoGroup) {
  add_v2("/docker/");
  add_v2("/docker/..");
  HostCounters counters(files_, node_.runtime().clock(), Layout::v2, {"/cg", "/p", "/sys/online"});
  EXPECT_FALSE(counters.read({"", "", "host"}));
  EXPECT_FALSE(counters.read({"..", "", "host"}));
}

}  // namespace
}  // namespace berth::agent::drivers::host
