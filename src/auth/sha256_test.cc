#include "auth/sha256.h"

#include <gtest/gtest.h>

#include "base/encoding.h"

namespace berth::auth {
namespace {

// Goal: the published vectors of FIPS 180 and RFC 4231, a key longer than a block among them.
TEST(Sha256, PublishedVectors) {
  EXPECT_EQ(encode_hex(bytes_of(sha256(""))),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(encode_hex(bytes_of(sha256("abc"))),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(HmacSha256, Rfc4231) {
  EXPECT_EQ(encode_hex(bytes_of(hmac_sha256("Jefe", {"what do ya want ", "for nothing?"}))),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(encode_hex(bytes_of(hmac_sha256(std::string(131, '\xaa'),
                                            {"Test Using Larger Than Block-Size Key - Hash Key First"}))),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(Hex, IsThatOfBase) {
  std::string out = "x";
  append_hex(out, sha256("abc"));
  EXPECT_EQ(out, "x" + encode_hex(bytes_of(sha256("abc"))));
}

TEST(EqualConstantTime, ComparesContentAndLength) {
  EXPECT_TRUE(equal_constant_time("", ""));
  EXPECT_TRUE(equal_constant_time("abc", "abc"));
  EXPECT_FALSE(equal_constant_time("abc", "abd"));
  EXPECT_FALSE(equal_constant_time("abc", "abcd"));
}

}  // namespace
}  // namespace berth::auth
