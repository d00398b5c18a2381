#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace berth::domain {

/// Which of two answers to give where the guide of 2015 and today's API cannot both be had (`--compat`).
enum class Compat { current, guide_2015 };

/// Every limit that users meet, in one table; `berthd --print-limits` prints it, `--limit NAME=VALUE` raises
/// or lowers one. Sources: guide p.54 and p.112 (guide_2015), API documentation of today (current).
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
  // Rates, by account and region; only with `--throttles on`. Calls beyond them: ThrottlingException.
  std::int32_t register_task_definition_per_second = 1;
  std::int32_t register_task_definition_burst = 60;
  std::int32_t register_container_instance_per_second = 1;
  std::int32_t register_container_instance_burst = 60;
  std::int32_t run_task_instances_per_second = 5;  ///< By cluster.
};

Limits limits_of(Compat compat);

/// One limit: its name, what it is now, and its two defaults.
struct LimitLine {
  std::string_view name;
  std::int32_t value;
  std::int32_t current;
  std::int32_t guide_2015;
  std::string_view unit;
};
/// All limits, in the order above.
std::vector<LimitLine> list_limits(const Limits& limits);

/// Errors: `invalid` for a name that is not in the table or a value below 1.
Result<void> set_limit(Limits& limits, std::string_view name, std::int32_t value);

}  // namespace berth::domain
