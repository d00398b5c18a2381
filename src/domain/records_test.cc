// Goal: records keep what they do not know, and fill in what older versions did not write.
// Method: decode stored text, encode it again, compare.
#include <gtest/gtest.h>

#include "domain/records_codec.h"

namespace berth::domain {
namespace {

TEST(Records, KeepUnknownMembersAndFillDefaults) {
  const auto record = model::decode_json<InstanceAllocation>(
      R"({"future":{"a":[1]},"account":"1","region":"r","cluster":"c","instanceId":"i","tcpPorts":[80]})");
  ASSERT_TRUE(record.ok()) << record.error().message;
  EXPECT_EQ(record->tcp_ports, std::vector<std::int32_t>{80});
  EXPECT_TRUE(record->udp_ports.empty());
  EXPECT_EQ(record->cpu, 0);
  const std::string text = model::encode_json(*record);
  EXPECT_EQ(model::decode_json<InstanceAllocation>(text).value(), *record);
  EXPECT_NE(text.find(R"("udpPorts":[])"), std::string::npos);
  EXPECT_NE(text.find(R"("future":{"a":[1]})"), std::string::npos);
}

TEST(Records, NameWhatIsMissing) {
  const auto record = model::decode_json<InstanceAllocation>(R"({"account":"1","region":"r","cluster":"c"})");
  ASSERT_FALSE(record.ok());
  EXPECT_EQ(record.error().message, "instanceId: is required");
}

}  // namespace
}  // namespace berth::domain
