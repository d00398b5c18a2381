// Goal: texts from outside keep their ends, and stay UTF-8, however long they were. Method: texts of chosen
// length.
#include "base/text.h"

#include <gtest/gtest.h>

namespace berth {
namespace {

TEST(CutMiddle, WhatFitsStaysAsItIs) {
  EXPECT_EQ(cut_middle("", 10), "");
  EXPECT_EQ(cut_middle("0123456789", 10), "0123456789");
}

TEST(CutMiddle, KeepsBothEnds) {
  EXPECT_EQ(cut_middle("0123456789A", 10), "0123…89A");
  const std::string reason =
      "CannotStartContainerError: " + std::string(5'000, 'x') + " is already allocated";
  const std::string cut = cut_middle(reason, 1'024);
  EXPECT_EQ(cut.size(), 1'024U);
  EXPECT_TRUE(cut.starts_with("CannotStartContainerError: "));
  EXPECT_TRUE(cut.ends_with(" is already allocated"));
}

TEST(CutMiddle, CutsNoCharacterInTwo) {
  std::string text;
  for (int i = 0; i < 100; ++i) text += "ü€";
  for (std::size_t most = 3; most < 60; ++most) {
    const std::string cut = cut_middle(text, most);
    EXPECT_LE(cut.size(), most);
    EXPECT_GE(cut.size() + 6, most);
    for (std::size_t at = 0; at < cut.size();) {
      const auto lead = static_cast<unsigned char>(cut[at]);
      ASSERT_NE(lead & 0xC0U, 0x80U) << cut;
      at += lead < 0x80U ? 1 : lead < 0xE0U ? 2 : 3;
      ASSERT_LE(at, cut.size());
    }
  }
}

TEST(CutMiddle, BytesThatAreNoUtf8AreCutAllTheSame) {
  EXPECT_LE(cut_middle(std::string(100, '\x80'), 10).size(), 10U);
}

}  // namespace
}  // namespace berth
