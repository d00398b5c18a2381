#include "domain/limits.h"

#include <fmt/format.h>

namespace berth::domain {
namespace {

struct Row {
  std::string_view name;
  std::int32_t Limits::*member;
  std::string_view unit;
};

/// What names and keys are made for.
constexpr std::int32_t kNameCharactersMax = 255;

constexpr Row kRows[] = {
    {"clusters_per_region", &Limits::clusters_per_region, "clusters"},
    {"instances_per_cluster", &Limits::instances_per_cluster, "container instances"},
    {"tasks_per_service", &Limits::tasks_per_service, "tasks"},
    {"services_per_cluster", &Limits::services_per_cluster, "services"},
    {"containers_per_task_definition", &Limits::containers_per_task_definition, "containers"},
    {"task_definition_bytes", &Limits::task_definition_bytes, "bytes"},
    {"revisions_per_family", &Limits::revisions_per_family, "revisions"},
    {"tasks_per_run_task", &Limits::tasks_per_run_task, "tasks"},
    {"instances_per_start_task", &Limits::instances_per_start_task, "container instances"},
    {"describe_items", &Limits::describe_items, "items"},
    {"describe_services_items", &Limits::describe_services_items, "items"},
    {"reserved_ports_per_instance", &Limits::reserved_ports_per_instance, "ports"},
    {"tags_per_resource", &Limits::tags_per_resource, "tags"},
    {"attributes_per_resource", &Limits::attributes_per_resource, "attributes"},
    {"attributes_per_call", &Limits::attributes_per_call, "attributes"},
    {"name_characters", &Limits::name_characters, "characters"},
    {"started_by_characters", &Limits::started_by_characters, "characters"},
    {"client_token_characters", &Limits::client_token_characters, "characters"},
    {"overrides_bytes", &Limits::overrides_bytes, "bytes"},
    {"load_balancers_per_service", &Limits::load_balancers_per_service,
     "load balancers, which are refused as yet"},
    {"events_per_service", &Limits::events_per_service, "events"},
    {"register_task_definition_per_second", &Limits::register_task_definition_per_second, "calls a second"},
    {"register_task_definition_burst", &Limits::register_task_definition_burst, "calls at once"},
    {"register_container_instance_per_second", &Limits::register_container_instance_per_second,
     "calls a second"},
    {"register_container_instance_burst", &Limits::register_container_instance_burst, "calls at once"},
    {"run_task_instances_per_second", &Limits::run_task_instances_per_second,
     "container instances a second and cluster"},
};

}  // namespace

Limits limits_of(Compat compat) {
  Limits limits;
  if (compat == Compat::current) return limits;
  limits.clusters_per_region = 1'000;
  limits.instances_per_cluster = 1'000;
  limits.tasks_per_service = 1'000;
  limits.task_definition_bytes = 32'768;
  limits.reserved_ports_per_instance = 50;
  limits.load_balancers_per_service = 1;
  return limits;
}

std::vector<LimitLine> list_limits(const Limits& limits) {
  const Limits current = limits_of(Compat::current), guide = limits_of(Compat::guide_2015);
  std::vector<LimitLine> lines;
  for (const Row& row : kRows)
    lines.push_back({row.name, limits.*row.member, current.*row.member, guide.*row.member, row.unit});
  return lines;
}

Result<void> set_limit(Limits& limits, std::string_view name, std::int32_t value) {
  if (value < 1) return invalid(fmt::format("the limit {} must be at least 1, not {}", name, value));
  if (name == "name_characters" && value > kNameCharactersMax)
    return invalid(fmt::format("the limit {} must be at most {}, not {}", name, kNameCharactersMax, value));
  for (const Row& row : kRows) {
    if (row.name != name) continue;
    limits.*row.member = value;
    return {};
  }
  return invalid(fmt::format("there is no limit '{}': see berthd --print-limits", name));
}

}  // namespace berth::domain
