// Goal: the limits of the guide (p.54, p.112) and of today, and that operators can move them. Method: the
// table against the numbers of the texts.
#include "domain/limits.h"

#include <gtest/gtest.h>

#include <map>

namespace berth::domain {
namespace {

TEST(Limits, TheGuidesDefaults) {
  std::map<std::string_view, LimitLine> lines;
  for (const auto& line : list_limits(limits_of(Compat::guide_2015))) lines.emplace(line.name, line);
  const std::map<std::string_view, std::pair<int, int>> wanted = {
      {"clusters_per_region", {1'000, 10'000}},
      {"instances_per_cluster", {1'000, 5'000}},
      {"load_balancers_per_service", {1, 5}},
      {"tasks_per_service", {1'000, 5'000}},
      {"tasks_per_run_task", {10, 10}},
      {"instances_per_start_task", {10, 10}},
      {"run_task_instances_per_second", {5, 5}},
      {"register_container_instance_per_second", {1, 1}},
      {"register_container_instance_burst", {60, 60}},
      {"task_definition_bytes", {32'768, 65'536}},
      {"containers_per_task_definition", {10, 10}},
      {"register_task_definition_per_second", {1, 1}},
      {"register_task_definition_burst", {60, 60}},
      {"reserved_ports_per_instance", {50, 100}},
  };
  for (const auto& [name, values] : wanted) {
    ASSERT_TRUE(lines.contains(name)) << name;
    EXPECT_EQ(lines.at(name).value, values.first) << name;
    EXPECT_EQ(lines.at(name).guide_2015, values.first) << name;
    EXPECT_EQ(lines.at(name).current, values.second) << name;
  }
}

TEST(Limits, CanBeMoved) {
  Limits limits;
  EXPECT_TRUE(set_limit(limits, "clusters_per_region", 3).ok());
  EXPECT_EQ(limits.clusters_per_region, 3);
  EXPECT_FALSE(set_limit(limits, "clusters_per_moon", 3).ok());
  EXPECT_FALSE(set_limit(limits, "clusters_per_region", 0).ok());
  EXPECT_FALSE(set_limit(limits, "name_characters", 256).ok()) << "keys are made for 255";
}

}  // namespace
}  // namespace berth::domain
