// Goal: dynamic host ports, single and in rows, are ones that nobody has.
// Method: what the kernel says, as text; small ranges in which few rows are left.
#include "agent/tasks/port_ranges.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace berth::agent::tasks {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

TEST(PortRanges, RangesAsPeopleAndTheKernelWriteThem) {
  EXPECT_EQ(parse_port_range("40000-40010")->last, 40010);
  EXPECT_EQ(parse_port_range("32768\t60999\n")->first, 32768);
  for (const char* bad : {"", "x", "5", "9-5", "0-5", "1-70000", "1-2-3"})
    EXPECT_FALSE(parse_port_range(bad)) << bad;
}

TEST(PortRanges, LocalPortsOfTheKernelsTables) {
  const char* text =
      "  sl  local_address rem_address   st tx_queue\n"
      "   0: 0100007F:C9DE 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1\n"
      "   1: 00000000000000000000000000000000:0050 00000000000000000000000000000000:0000 0A\n"
      "nonsense: zz\n";
  EXPECT_THAT(parse_local_ports(text), ElementsAre(80, 51678));
}

TEST(PortRanges, TheOnlyRowIsFoundFromWhereverOneStarts) {
  const std::set<std::int32_t> taken{100, 101, 105, 109};
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    Prng random(seed);
    EXPECT_EQ(find_row({100, 109}, 3, taken, random).value_or(0) / 100, 1);
    EXPECT_EQ(find_row({100, 108}, 3, {100, 101, 105, 108}, random), 102);
    EXPECT_EQ(find_row({100, 109}, 4, taken, random), std::nullopt);
    EXPECT_EQ(find_row({100, 109}, 10, {}, random), 100);
    EXPECT_EQ(find_row({100, 109}, 11, {}, random), std::nullopt);
  }
}

TEST(PortRanges, RangesOfAContainerDoNotOverlap) {
  engine::ContainerSpec container;
  container.ports = {{80, 82, 0, "tcp"}, {90, 92, 0, "udp"}, {53, 53, 203, "tcp"}};
  Prng random(1);
  const auto starts = choose_host_ports(container, {200, 206}, PortChoice::rows, {}, random);
  EXPECT_EQ(starts.size(), 2U);
  EXPECT_NE(starts.at(0), starts.at(1));
  EXPECT_THAT(choose_host_ports(container, {200, 203}, PortChoice::rows, {}, random),
              ElementsAre(Pair(0, 200)));
  EXPECT_THAT(choose_host_ports(container, {200, 201}, PortChoice::rows, {}, random), IsEmpty());
}

TEST(PortRanges, SinglePortsAreChosenOnlyWhenAskedFor) {
  engine::ContainerSpec container;
  container.ports = {{80, 80, 0, "tcp"}, {53, 53, 0, "udp"}, {22, 22, 2222, "tcp"}, {90, 92, 0, "tcp"}};
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    Prng random(seed);
    EXPECT_THAT(choose_host_ports(container, {100, 104}, PortChoice::rows, {}, random),
                ElementsAre(Pair(3, testing::AllOf(testing::Ge(100), testing::Le(102)))));
    // Wherever the row lies, the two single ports fit beside it.
    const auto all = choose_host_ports(container, {100, 104}, PortChoice::every, {}, random);
    EXPECT_EQ(all.size(), 3U);
    EXPECT_FALSE(all.contains(2)) << "a port of the task definition is not chosen";
    const auto few = choose_host_ports(container, {100, 104}, PortChoice::every, {100}, random);
    EXPECT_EQ(few.size(), 2U) << "no port is given twice, nor a taken one";
  }
}

TEST(PortRanges, TheEnginesRefusalNamesThePort) {
  const auto refused = [](const char* text) {
    return find_refused_port({"CannotStartContainerError", text}, {4000, 40000, 40001});
  };
  EXPECT_EQ(refused("… Bind for 0.0.0.0:40000 failed: port is already allocated"), 40000);
  EXPECT_EQ(refused("… listen tcp4 0.0.0.0:40001: bind: address already in use"), 40001);
  EXPECT_EQ(refused("… Bind for 0.0.0.0:8080 failed: port is already allocated"), std::nullopt);
  EXPECT_EQ(refused("… Bind for 0.0.0.0:400001 failed: port is already allocated"), std::nullopt);
  EXPECT_EQ(refused("… exec: \"x:40000\": executable file not found"), std::nullopt);
}

}  // namespace
}  // namespace berth::agent::tasks
