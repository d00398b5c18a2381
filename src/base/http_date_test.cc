// Goal: dates of HTTP answers are read as they are meant, and nothing else is taken for one. Method:
// examples.
#include "base/http_date.h"

#include <gtest/gtest.h>

namespace berth {
namespace {

TEST(HttpDate, IsReadToTheSecond) {
  EXPECT_EQ(parse_http_date("Fri, 20 Nov 2026 23:34:11 GMT"), WallTime{1795217651000});
  EXPECT_EQ(parse_http_date("Thu, 01 Jan 1970 00:00:00 GMT"), WallTime{0});
  EXPECT_EQ(parse_http_date("Thu, 29 Feb 2024 12:00:00 GMT"), WallTime{1709208000000});
}

TEST(HttpDate, NothingElseIsOne) {
  for (const char* text :
       {"", "now", "Fri, 20 Nov 2026 23:34:11 UTC", "Fri, 20 Nov 2026 23:34:1x GMT",
        "Fri, 31 Feb 2026 23:34:11 GMT", "Fri, 20 Foo 2026 23:34:11 GMT", "Fri, 20 Nov 2026 24:34:11 GMT",
        "Friday, 20-Nov-26 23:34:11 GMT", "Fri, -1 Nov 2026 23:34:11 GMT", "Fri; 20 Nov 2026 23:34:11 GMT"})
    EXPECT_FALSE(parse_http_date(text)) << text;
}

}  // namespace
}  // namespace berth
