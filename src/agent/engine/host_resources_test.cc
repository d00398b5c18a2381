// Goal: tasks enter in the order they came, as soon as there is room, and nothing is ever held twice or waits
// for ever. Method: small hosts, worked by hand.
#include "agent/engine/host_resources.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace berth::agent::engine {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

ResourceNeeds needs(std::int64_t cpu, std::int64_t memory_mib, std::int32_t port = 0) {
  ResourceNeeds made{cpu, memory_mib, {}};
  if (port > 0) made.ports.emplace("tcp", port);
  return made;
}

TEST(HostResources, FirstComeFirstServed) {
  HostResources host(1024, 1000);
  host.enqueue("a", needs(512, 100));
  host.enqueue("b", needs(600, 100));
  host.enqueue("c", needs(10, 100));
  EXPECT_THAT(host.admit(), ElementsAre("a"));
  host.release("a");
  EXPECT_THAT(host.admit(), ElementsAre("b", "c"));
}

TEST(HostResources, APortIsFreeOnlyWhenItsHolderHasStopped) {
  HostResources host(1024, 1000);
  host.adopt("old", needs(0, 10, 80));
  host.enqueue("new", needs(0, 10, 80));
  EXPECT_THAT(host.admit(), IsEmpty());
  host.release("old");
  EXPECT_THAT(host.admit(), ElementsAre("new"));
}

TEST(HostResources, MemoryBounds) {
  HostResources host(1024, 100);
  host.enqueue("a", needs(0, 60));
  host.enqueue("b", needs(0, 41));
  EXPECT_THAT(host.admit(), ElementsAre("a"));
}

TEST(HostResources, TooBigForTheHostRunsAlone) {
  HostResources host(1024, 100);
  host.enqueue("small", needs(0, 10));
  host.enqueue("big", needs(4096, 1000));
  EXPECT_THAT(host.admit(), ElementsAre("small"));
  host.release("small");
  EXPECT_THAT(host.admit(), ElementsAre("big"));
}

TEST(HostResources, LeavingTheQueueAndDoubleCallsAreHarmless) {
  HostResources host(1024, 100);
  host.adopt("a", needs(0, 100));
  host.adopt("a", needs(0, 100));
  host.enqueue("a", needs(0, 100));
  host.enqueue("b", needs(0, 100));
  host.release("b");
  host.release("b");
  EXPECT_EQ(host.waiting(), 0U);
  host.release("a");
  host.enqueue("c", needs(0, 100));
  EXPECT_THAT(host.admit(), ElementsAre("c"));
}

TEST(HostResources, NeedsCountWhatTheControlPlaneCounts) {
  TaskSpec spec;
  spec.containers.resize(2);
  spec.containers[0].cpu = 100;
  spec.containers[0].memory_mib = 64;
  spec.containers[0].host_config["MemoryReservation"] = 32 << 20;
  spec.containers[0].ports.push_back({80, 80, 8080, "tcp"});
  spec.containers[1].memory_mib = 16;
  spec.containers[1].ports.push_back({53, 53, 0, "udp"});
  EXPECT_EQ(compute_needs(spec).cpu, 100);
  EXPECT_EQ(compute_needs(spec).memory_mib, 48);
  EXPECT_THAT(compute_needs(spec).ports, ElementsAre(std::pair("tcp", 8080)));
  spec.cpu = 0.5;
  spec.memory_mib = 512;
  EXPECT_EQ(compute_needs(spec).cpu, 512);
  EXPECT_EQ(compute_needs(spec).memory_mib, 512);
}

}  // namespace
}  // namespace berth::agent::engine
