// Goal: no more than the bound is answered at once, but agents are always heard. Method: places that are
// taken and given back.
#include "api/admission.h"

#include <gtest/gtest.h>

#include <functional>

namespace berth::api {
namespace {

constexpr bool kReport = true;
constexpr bool kOther = false;

TEST(AdmissionTest, RefusesBeyondItsBoundUntilAPlaceIsFree) {
  Admission admission(2);
  const auto first = admission.enter(kOther);
  {
    const auto second = admission.enter(kOther);
    EXPECT_TRUE(second.taken());
    EXPECT_FALSE(admission.enter(kOther).taken());
    EXPECT_EQ(admission.inside(), 2U) << "who is refused takes no place";
  }
  EXPECT_TRUE(admission.enter(kOther).taken());
  EXPECT_EQ(admission.inside(), 1U);
}

TEST(AdmissionTest, AgentsAreAlwaysHeard) {
  Admission admission(1);
  const auto client = admission.enter(kOther);
  EXPECT_TRUE(admission.enter(kReport).taken());
  EXPECT_TRUE(admission.enter(kReport).taken());
  EXPECT_FALSE(admission.enter(kOther).taken());
}

TEST(AdmissionTest, TheBoundIsKRequestsMax) {
  Admission admission;
  std::size_t taken = 0;
  // Places stay where they are made.
  std::function<void()> take_all = [&] {
    const auto place = admission.enter(kOther);
    if (!place.taken()) return;
    ++taken;
    take_all();
  };
  take_all();
  EXPECT_EQ(taken, kRequestsMax);
}

}  // namespace
}  // namespace berth::api
