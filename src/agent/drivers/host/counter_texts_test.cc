// Goal: numbers are taken from the kernel's files as it writes them; of a text that is not of their form
// nothing is taken.
// Method: texts of real kernels, and broken ones.
#include "agent/drivers/host/counter_texts.h"

#include <gtest/gtest.h>

namespace berth::agent::drivers::host {
namespace {

constexpr std::string_view kHeadlines =
    "Inter-|   Receive                                                |  Transmit\n"
    " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls "
    "carrier compressed\n";
constexpr std::string_view kLoopback = "    lo: 900 9 0 0 0 0 0 0 900 9 0 0 0 0 0 0\n";

Result<std::optional<engine::ContainerStats::Network>> interfaces(std::string_view lines) {
  return parse_interfaces(std::string(kHeadlines) + std::string(kLoopback) + std::string(lines));
}

TEST(CounterTexts, Numbers) {
  EXPECT_EQ(parse_count("102893613\n").value(), 102893613U);
  EXPECT_EQ(parse_count("18446744073709551615").value(), 18446744073709551615U);
  for (const char* text : {"", "\n", "-1\n", "18446744073709551616", "1 2", "max\n", "1.5"})
    EXPECT_FALSE(parse_count(text)) << text;
}

TEST(CounterTexts, NamedNumbers) {
  constexpr std::string_view kStat = "cache 4702208\nrss 53248\ntotal_cache 5\ninactive_file\n";
  EXPECT_EQ(find_count(kStat, "cache").value(), 4702208U);
  EXPECT_EQ(find_count(kStat, "total_cache").value(), 5U);
  EXPECT_FALSE(find_count(kStat, "swap"));
  EXPECT_FALSE(find_count(kStat, "inactive_file"));
  EXPECT_FALSE(find_count("", ""));
}

TEST(CounterTexts, StorageOfVersion1) {
  constexpr std::string_view kTwo =
      "8:16 Read 4096\n8:16 Write 100\n8:16 Sync 1\n8:16 Total 4196\n8:0 Read 1\n8:0 Write 0\nTotal 4197\n";
  EXPECT_EQ(parse_service_bytes(kTwo).value(), (StorageCounts{4097, 100}));
  EXPECT_EQ(parse_service_bytes("Total 0\n").value(), StorageCounts());
  EXPECT_EQ(parse_service_bytes("").value(), StorageCounts());
  for (const char* text : {"8:0 Read\n", "8:0 Read x\n", "read 5\n", "8 Read 5\n"})
    EXPECT_FALSE(parse_service_bytes(text)) << text;
}

TEST(CounterTexts, StorageOfVersion2) {
  constexpr std::string_view kTwo =
      "254:0 rbytes=4096 wbytes=8192 rios=1 wios=2 dbytes=0 dios=0\n7:0 \n8:0 rbytes=1 wbytes=0 rios=1\n";
  EXPECT_EQ(parse_io_stat(kTwo).value(), (StorageCounts{4097, 8192}));
  EXPECT_EQ(parse_io_stat("7:0 \n").value(), StorageCounts());
  EXPECT_EQ(parse_io_stat("").value(), StorageCounts());
  for (const char* text : {"8:0 rbytes=\n", "8:0 rbytes\n", "rbytes=1\n", "8:0 wbytes=-1"})
    EXPECT_FALSE(parse_io_stat(text)) << text;
}

TEST(CounterTexts, InterfacesOfDockerAreAddedUp) {
  const auto sum =
      interfaces(
          "  eth0: 1 2 3 4 0 0 0 0 5 6 7 8 0 0 0 0\n  eth1:10 20 30 40 0 0 0 0 50 60 70 80 0 0 0 0\n"
          "  tun0: 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9\n")
          .value();
  ASSERT_TRUE(sum);
  EXPECT_EQ(sum->rx_bytes, 11U);
  EXPECT_EQ(sum->rx_packets, 22U);
  EXPECT_EQ(sum->rx_errors, 33U);
  EXPECT_EQ(sum->rx_dropped, 44U);
  EXPECT_EQ(sum->tx_bytes, 55U);
  EXPECT_EQ(sum->tx_packets, 66U);
  EXPECT_EQ(sum->tx_errors, 77U);
  EXPECT_EQ(sum->tx_dropped, 88U);
}

TEST(CounterTexts, WithoutInterfacesThereIsNoNetwork) {
  const auto none = interfaces("");
  ASSERT_TRUE(none);
  EXPECT_FALSE(*none);
  EXPECT_FALSE(interfaces("  wg0: 1 2 3 4 0 0 0 0 5 6 7 8 0 0 0 0\n")) << "not by these names: Docker knows";
  EXPECT_FALSE(interfaces("  ethx: 1 2 3 4 0 0 0 0 5 6 7 8 0 0 0 0\n"));
  EXPECT_FALSE(interfaces("  eth0: 1 2 3 4 0 0 0 0 5 6 7\n"));
  EXPECT_FALSE(interfaces("  eth0 1 2 3 4 0 0 0 0 5 6 7 8 0 0 0 0\n"));
  EXPECT_FALSE(parse_interfaces(""));
  EXPECT_FALSE(parse_interfaces(kLoopback));
}

TEST(CounterTexts, Processors) {
  EXPECT_EQ(count_cpus("0\n").value(), 1U);
  EXPECT_EQ(count_cpus("0-1\n").value(), 2U);
  EXPECT_EQ(count_cpus("0-3,6,8-9\n").value(), 7U);
  for (const char* text : {"", "a", "3-1", "0-", "-3", "0-3,2", "0-99999999", "0-18446744073709551615"})
    EXPECT_FALSE(count_cpus(text)) << text;
}

TEST(CounterTexts, AProcessOfAnotherNamespaceIsNone) {
  EXPECT_EQ(first_process("13647\n13650\n").value(), 13647U);
  for (const char* text : {"", "0\n", "0\n13\n", "\n", "-5\n"}) EXPECT_FALSE(first_process(text)) << text;
}

TEST(CounterTexts, SlicesLieInEachOther) {
  EXPECT_EQ(folder_of_slice("system.slice"), "/system.slice");
  EXPECT_EQ(folder_of_slice("ecstasks-a1.slice"), "/ecstasks.slice/ecstasks-a1.slice");
  EXPECT_EQ(folder_of_slice("a-b-c.slice"), "/a.slice/a-b.slice/a-b-c.slice");
}

}  // namespace
}  // namespace berth::agent::drivers::host
