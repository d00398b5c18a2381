#include "base/random.h"

#include <gtest/gtest.h>

#include <set>

namespace berth {
namespace {

// Goal: same seed, same draws; streams are independent; ids have their form.
TEST(Prng, SameSeedSameDraws) {
  Prng a(7), b(7), c(8);
  EXPECT_EQ(a.next(), b.next());
  EXPECT_NE(a.next(), c.next());
  EXPECT_NE(Prng::stream(1, "network").next(), Prng::stream(1, "faults").next());
}

TEST(Prng, BelowCoversItsRange) {
  Prng prng(1);
  std::set<std::uint64_t> seen;
  for (int i = 0; i < 1000; ++i) seen.insert(prng.below(10));
  EXPECT_EQ(seen.size(), 10U);
  EXPECT_EQ(*seen.rbegin(), 9U);
  for (int i = 0; i < 100; ++i) {
    const auto value = prng.between(-2, 2);
    EXPECT_TRUE(value >= -2 && value <= 2);
  }
}

TEST(Ids, HaveTheirForm) {
  Prng prng(3);
  EXPECT_EQ(random_hex(prng, 32).size(), 32U);
  const std::string uuid = random_uuid(prng);
  EXPECT_EQ(uuid.size(), 36U);
  EXPECT_EQ(uuid[14], '4');
}

}  // namespace
}  // namespace berth
