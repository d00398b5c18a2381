#include "base/encoding.h"

#include <gtest/gtest.h>

namespace berth {
namespace {

// Goal: RFC 4648 and RFC 3986 vectors, and that what is encoded decodes to itself.
TEST(Base64, Vectors) {
  const std::pair<const char*, const char*> vectors[] = {{"", ""},
                                                         {"f", "Zg=="},
                                                         {"fo", "Zm8="},
                                                         {"foo", "Zm9v"},
                                                         {"foob", "Zm9vYg=="},
                                                         {"fooba", "Zm9vYmE="},
                                                         {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, coded] : vectors) {
    EXPECT_EQ(encode_base64(plain), coded);
    EXPECT_EQ(*decode_base64(coded), plain);
  }
  EXPECT_FALSE(decode_base64("a!").ok());
  EXPECT_FALSE(decode_base64("aaaaa").ok());
  EXPECT_FALSE(decode_base64("Zg").ok() && decode_base64("Zh").ok());
}

TEST(Base64Url, RoundTripsAnyBytes) {
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
  EXPECT_EQ(*decode_base64url(encode_base64url(bytes)), bytes);
}

TEST(Uri, EncodesAllButUnreserved) {
  EXPECT_EQ(encode_uri("a b/c~"), "a%20b%2Fc~");
  EXPECT_EQ(encode_uri("a/b", Slash::keep), "a/b");
  EXPECT_EQ(*decode_uri("a%20b+c", Plus::space), "a b c");
  EXPECT_EQ(*decode_uri("a+c"), "a+c");
  EXPECT_EQ(*decode_uri("%41"), "A");
  EXPECT_FALSE(decode_uri("%4").ok());
  EXPECT_FALSE(decode_uri("%zz").ok());
}

}  // namespace
}  // namespace berth
