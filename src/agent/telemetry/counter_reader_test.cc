// Goal: the container engine is asked for counters only where the host does not show them, and only of
// containers that run.
// Method: pretended counters and a pretended engine, each with numbers of its own.
#include "agent/telemetry/counter_reader.h"

#include <gtest/gtest.h>

#include <map>

#include "agent/tasks/pretended_containers_testing.h"
#include "runtime/sim/sim_world.h"

namespace berth::agent::telemetry {
namespace {

class PretendedCounters final : public engine::ContainerCounters {
 public:
  std::optional<engine::ContainerStats> read(const engine::CountedContainer& container) override {
    if (!shown.contains(container.docker_id)) return {};
    engine::ContainerStats stats;
    stats.memory_usage_bytes = shown[container.docker_id];
    return stats;
  }
  std::map<std::string, std::uint64_t> shown;
};

class CounterReaderTest : public testing::Test {
 protected:
  std::uint64_t memory(engine::ContainerCounters* host, const std::string& id) {
    CounterReader reader(host, engine_);
    auto stats = world_.run(node_, reader.read({id, "", "bridge"}));
    return stats.ok() ? stats->memory_usage_bytes : 0;
  }
  runtime::SimWorld world_{1};
  runtime::SimNode& node_ = world_.add_node("host");
  tasks::PretendedHost host_;
  tasks::PretendedContainers engine_{host_, node_.runtime()};
  PretendedCounters counters_;
};

TEST_F(CounterReaderTest, TheEngineIsAskedForWhatTheHostDoesNotShow) {
  counters_.shown["a"] = 5;
  EXPECT_EQ(memory(&counters_, "a"), 5U);
  EXPECT_EQ(host_.stats, 0);
  EXPECT_EQ(memory(&counters_, "b"), tasks::kPretendedMemory);
  EXPECT_EQ(host_.stats, 1);
}

TEST_F(CounterReaderTest, WithoutCountersOfTheHostTheEngineIsAskedAlways) {
  EXPECT_EQ(memory(nullptr, "a"), tasks::kPretendedMemory);
  EXPECT_EQ(host_.stats, 1);
}

TEST(RunningContainers, AreNamedWithGroupAndNetwork) {
  engine::TaskState first, second;
  first.cgroup_parent = "/ecs/t1";
  first.containers.resize(2);
  first.containers[0].docker_id = "a";
  first.containers[0].known = engine::Status::running;
  first.containers[0].network_mode = "host";
  first.containers[1].docker_id = "b";
  first.containers[1].known = engine::Status::stopped;
  second.containers.resize(1);
  second.containers[0].docker_id = "c";
  second.containers[0].known = engine::Status::running;
  const auto running = running_containers({&first, &second});
  ASSERT_EQ(running.size(), 2U);
  EXPECT_EQ(running[0].docker_id, "a");
  EXPECT_EQ(running[0].cgroup_parent, "/ecs/t1");
  EXPECT_EQ(running[0].network_mode, "host");
  EXPECT_EQ(running[1].docker_id, "c");
  EXPECT_EQ(running[1].cgroup_parent, "");
}

}  // namespace
}  // namespace berth::agent::telemetry
