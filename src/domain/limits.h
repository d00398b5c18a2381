#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace berth::domain {

/// Which of two answers to give where the guide of 2015 and today's API cannot both be had (`--compat`).
enum class Compat { current, guide_2015 };

/// Every limit that users meet, in one table; `berthd --print-limits` prints it.
/// Sources: guide p.112 (guide_2015), API documentation of today (current).
struct Limits {
  std::int32_t clusters_per_region = 10'000;
  std::int32_t instances_per_cluster = 5'000;
  std::int32_t tasks_per_service = 5'000;
  std::int32_t services_per_cluster = 5'000;
  std::int32_t containers_per_task_definition = 10;
  std::int32_t task_definition_bytes = 65'536;
  std::int32_t revisions_per_family = 1'000'000;
  std::int32_t tasks_per_run_task = 10;
  std::int32_t instances_per_start_task = 10;
  std::int32_t describe_items = 100;
  std::int32_t describe_services_items = 10;
  std::int32_t reserved_ports_per_instance = 100;
  std::int32_t tags_per_resource = 50;
  std::int32_t attributes_per_resource = 10;
  std::int32_t attributes_per_call = 10;
  std::int32_t name_characters = 255;
  std::int32_t started_by_characters = 128;
  std::int32_t client_token_characters = 64;
  std::int32_t overrides_bytes = 8'192;
  std::int32_t load_balancers_per_service = 5;
  std::int32_t events_per_service = 100;
};

Limits limits_of(Compat compat);

/// Name, value and unit of each limit, in the order above.
struct LimitLine {
  std::string_view name;
  std::int32_t value;
  std::string_view unit;
};
std::vector<LimitLine> list_limits(const Limits& limits);

}  // namespace berth::domain
