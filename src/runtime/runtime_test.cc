// Goal: the parts of the interfaces that have code of their own: identifiers and header lookup.
// Method: direct calls with a source of known numbers.
#include "runtime/runtime.h"

#include <gtest/gtest.h>

#include <regex>

#include "runtime/transport.h"

namespace berth::runtime {
namespace {

class CountingIds final : public IdSource {
 public:
  std::uint64_t next64() override { return prng_.next(); }

 private:
  Prng prng_{7};
};

TEST(IdSource, HexHasTheAskedLength) {
  CountingIds ids;
  EXPECT_TRUE(std::regex_match(ids.hex(), std::regex("[0-9a-f]{32}")));
  EXPECT_EQ(ids.hex(5).size(), 5u);
  EXPECT_NE(ids.hex(), ids.hex());
}

TEST(IdSource, UuidIsVersion4) {
  CountingIds ids;
  const std::regex form("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
  for (int i = 0; i < 100; ++i) {
    const std::string uuid = ids.uuid();
    EXPECT_TRUE(std::regex_match(uuid, form)) << uuid;
  }
}

TEST(Transport, HeaderNamesIgnoreCase) {
  const std::vector<Header> headers = {{"X-Amz-Target", "a"}, {"Host", "b"}, {"host", "c"}};
  EXPECT_EQ(find_header(headers, "x-amz-target"), "a");
  EXPECT_EQ(find_header(headers, "HOST"), "b");
  EXPECT_EQ(find_header(headers, "hos"), "");
}

}  // namespace
}  // namespace berth::runtime
