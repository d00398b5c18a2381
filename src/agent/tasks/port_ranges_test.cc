// Goal: container port ranges get host ports in a row that nobody has.
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
  const auto starts = choose_range_starts(container, {200, 206}, {}, random);
  EXPECT_EQ(starts.size(), 2U);
  EXPECT_NE(starts.at(80), starts.at(90));
  EXPECT_THAT(choose_range_starts(container, {200, 203}, {}, random), ElementsAre(Pair(80, 200)));
  EXPECT_THAT(choose_range_starts(container, {200, 201}, {}, random), IsEmpty());
}

}  // namespace
}  // namespace berth::agent::tasks
