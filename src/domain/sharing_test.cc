// Goal: records that say the same hold it once, and what differs stays apart.
// Method: share_parts() on records made by hand; addresses tell what is shared.
#include "domain/sharing.h"

#include <gtest/gtest.h>

namespace berth::domain {
namespace {

ContainerInstanceRecord instance_in(const std::string& zone) {
  model::ecs::Attribute attribute;
  attribute.name = "ecs.availability-zone";
  attribute.value = zone;
  ContainerInstanceRecord record;
  record.attributes = std::vector{attribute};
  share_parts(record);
  return record;
}

TEST(Sharing, EqualAttributesAreOneObject) {
  const auto first = instance_in("a");
  const auto other = instance_in("b");
  const auto again = instance_in("a");
  EXPECT_EQ(&*first.attributes, &*again.attributes);
  EXPECT_NE(&*first.attributes, &*other.attributes);
  EXPECT_EQ(other.attributes->front().value, "b");
}

TEST(Sharing, WhatNobodyHoldsIsLetGo) {
  for (int i = 0; i < 5000; ++i) instance_in(std::to_string(i));
  EXPECT_EQ(instance_in("17").attributes->front().value, "17");
}

TEST(Sharing, EqualOverridesAreOneObject) {
  TaskRecord first, second, without;
  model::ecs::TaskOverride overrides;
  overrides.cpu = "512";
  first.overrides = overrides;
  second.overrides = overrides;
  share_parts(first);
  share_parts(second);
  share_parts(without);
  EXPECT_EQ(&**first.overrides, &**second.overrides);
  EXPECT_EQ((*second.overrides)->cpu, "512");
  EXPECT_FALSE(without.overrides);
}

}  // namespace
}  // namespace berth::domain
