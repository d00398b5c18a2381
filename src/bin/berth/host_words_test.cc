// Goal: what `berth` reads from the host: who has a port, which ports are reserved, what a log tells.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bin/berth/log_tail.h"
#include "bin/berth/port_owner.h"
#include "bin/berth/reserved_ports.h"

namespace berth::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr const char* kTable =
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
    "   0: 0100007F:142F 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 111 1 0 100 "
    "0\n"
    "   1: 0100007F:142F 0100007F:C9E6 01 00000000:00000000 00:00000000 00000000     0        0 222 1 0 20 "
    "4\n"
    "   2: 0100007F:C9E6 0100007F:142F 01 00000000:00000000 00:00000000 00000000     0        0 333 1 0 20 "
    "4\n"
    "   3: 0100007F:142F 0100007F:C9E7 06 00000000:00000000 03:00000000 00000000     0        0 0 3 0\n";

TEST(PortOwner, SocketsAreFoundByTheirLocalPort) {
  EXPECT_THAT(sockets_at(kTable, 5167, Sockets::listening), ElementsAre("111"));
  EXPECT_THAT(sockets_at(kTable, 5167, Sockets::all), ElementsAre("111", "222"));
  EXPECT_THAT(sockets_at(kTable, 51686, Sockets::listening), IsEmpty());
  EXPECT_THAT(sockets_at("", 5167, Sockets::all), IsEmpty());
}

TEST(PortOwner, ARunningControlPlaneTellsItsPort) {
  using namespace std::string_literals;
  EXPECT_EQ(listen_port_of("/x/berthd\0--data-dir\0/d\0--listen\000127.0.0.1:51670\0"s), 51670);
  EXPECT_EQ(listen_port_of("/x/berthd\0--listen=[::1]:6000\0"s), 6000);
  EXPECT_EQ(listen_port_of("/x/berthd\0"s), 5167);
  EXPECT_EQ(option_of("berthd\0--data-dir\0/with space\0"s, "--data-dir"), "/with space");
}

TEST(ReservedPorts, WhatIsThereIsKept) {
  const std::vector<std::uint16_t> ours = {51678, 51679};
  EXPECT_THAT(ports_missing("\n", ours), ElementsAre(51678, 51679));
  EXPECT_THAT(ports_missing("8080,51000-51678\n", ours), ElementsAre(51679));
  EXPECT_THAT(ports_missing("51678-51679\n", ours), IsEmpty());
  EXPECT_EQ(ports_added("\n", ours), "51678-51679");
  EXPECT_EQ(ports_added("8080,9000-9002\n", ours), "8080,9000-9002,51678-51679");
}

TEST(ReservedPorts, OnlyWhatWasAddedIsTakenBack) {
  EXPECT_EQ(ports_removed("8080,9000-9002,51678-51679\n", {51678, 51679}), "8080,9000-9002");
  EXPECT_EQ(ports_removed("51000-51679\n", {51679}), "51000-51678");
  EXPECT_EQ(ports_removed("51678-51679\n", {51678, 51679}), "");
}

TEST(LogTail, ErrorsAndTheLastLineTell) {
  EXPECT_EQ(telling_lines(""), "");
  EXPECT_EQ(telling_lines("a [info] one\nb [error] two\nc [info] three\nberthd: listen: in use\n"),
            "\n    b [error] two\n    berthd: listen: in use");
  EXPECT_EQ(telling_lines("level=info x\nlevel=critical y\n"), "\n    level=critical y");
  std::string many;
  for (int i = 0; i < 20; ++i) many += "[error] " + std::to_string(i) + "\n";
  EXPECT_EQ(telling_lines(many),
            "\n    [error] 15\n    [error] 16\n    [error] 17\n    [error] 18\n    [error] 19");
}

}  // namespace
}  // namespace berth::cli
