#include "wire/page_token.h"

#include <gtest/gtest.h>

namespace berth::wire {
namespace {

constexpr PageScope kScope{"ListTasks", 0x0123456789abcdefULL, "123456789012/us-east-1"};

// Goal: a token gives back any key for its own list, and is refused by name for any other.
TEST(PageToken, RoundTripsAnyKey) {
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
  for (const std::string& key : {std::string(), std::string("a/b/c"), bytes}) {
    const std::string token = encode_page_token(kScope, key);
    EXPECT_EQ(token.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
              std::string::npos);
    const auto decoded = decode_page_token(token, kScope);
    ASSERT_TRUE(std::holds_alternative<std::string>(decoded));
    EXPECT_EQ(std::get<std::string>(decoded), key);
  }
}

// A token that was once given out must be good after an upgrade: this text may never change its meaning.
TEST(PageToken, FirstVersionIsReadForEver) {
  EXPECT_EQ(encode_page_token(kScope, "key"),
            "AQkATGlzdFRhc2tz782riWdFIwEWADEyMzQ1Njc4OTAxMi91cy1lYXN0LTFrZXnFPdFz");
}

TEST(PageToken, OfAnotherList) {
  const std::string token = encode_page_token(kScope, "key");
  const auto decode = [&](PageScope scope) {
    return std::get<PageTokenFailure>(decode_page_token(token, scope));
  };
  EXPECT_EQ(decode({"ListServices", kScope.filter, kScope.realm}), PageTokenFailure::other_operation);
  EXPECT_EQ(decode({kScope.operation, kScope.filter + 1, kScope.realm}), PageTokenFailure::other_filter);
  EXPECT_EQ(decode({kScope.operation, kScope.filter, "123456789012/us-east-2"}),
            PageTokenFailure::other_realm);
  EXPECT_NE(explain(PageTokenFailure::other_filter), explain(PageTokenFailure::other_operation));
}

TEST(PageToken, AnyChangedCharacterIsNoticed) {
  const std::string token = encode_page_token(kScope, "some/key");
  for (std::size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    const auto decoded = decode_page_token(changed, kScope);
    // The last character's spare bits carry nothing, so a change there may give the same bytes.
    if (i + 1 < token.size()) {
      EXPECT_TRUE(std::holds_alternative<PageTokenFailure>(decoded)) << i;
    }
    EXPECT_TRUE(std::holds_alternative<PageTokenFailure>(decode_page_token(token.substr(0, i), kScope))) << i;
  }
}

TEST(PageToken, Garbage) {
  for (const std::string& token : {std::string(), std::string("garbage"), std::string("!!!!"),
                                   std::string("AAAA"), std::string(kPageTokenBytesMax + 1, 'A')})
    EXPECT_EQ(std::get<PageTokenFailure>(decode_page_token(token, kScope)), PageTokenFailure::broken)
        << token;
}

}  // namespace
}  // namespace berth::wire
