#include "base/short_ids.h"

#include <gtest/gtest.h>

namespace berth {
namespace {

TEST(ShortIds, AreAsLongAsTellsThemApart) {
  const auto ids = short_ids({"0123456789ab0000", "fedcba9876543210", "fedcba9876543999", "short"});
  EXPECT_EQ(ids.at("0123456789ab0000"), "0123456789ab");
  EXPECT_EQ(ids.at("fedcba9876543210"), "fedcba98765432");
  EXPECT_EQ(ids.at("fedcba9876543999"), "fedcba98765439");
  EXPECT_EQ(ids.at("short"), "short");
}

TEST(ShortIds, AreTypedWithFourDigitsOrMore) {
  for (const char* good : {"0123", "0123456789ab", "abcd-ef01"}) EXPECT_TRUE(may_be_short_id(good)) << good;
  for (const char* wrong : {"", "012", "wxyz", "web-service", "arn:aws", "0123/"})
    EXPECT_FALSE(may_be_short_id(wrong)) << wrong;
}

}  // namespace
}  // namespace berth
