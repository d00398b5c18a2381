#include "domain/limits.h"

namespace berth::domain {

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
  return {
      {"clusters_per_region", limits.clusters_per_region, "clusters"},
      {"instances_per_cluster", limits.instances_per_cluster, "container instances"},
      {"tasks_per_service", limits.tasks_per_service, "tasks"},
      {"services_per_cluster", limits.services_per_cluster, "services"},
      {"containers_per_task_definition", limits.containers_per_task_definition, "containers"},
      {"task_definition_bytes", limits.task_definition_bytes, "bytes"},
      {"revisions_per_family", limits.revisions_per_family, "revisions"},
      {"tasks_per_run_task", limits.tasks_per_run_task, "tasks"},
      {"instances_per_start_task", limits.instances_per_start_task, "container instances"},
      {"describe_items", limits.describe_items, "items"},
      {"describe_services_items", limits.describe_services_items, "items"},
      {"reserved_ports_per_instance", limits.reserved_ports_per_instance, "ports"},
      {"tags_per_resource", limits.tags_per_resource, "tags"},
      {"attributes_per_resource", limits.attributes_per_resource, "attributes"},
      {"attributes_per_call", limits.attributes_per_call, "attributes"},
      {"name_characters", limits.name_characters, "characters"},
      {"started_by_characters", limits.started_by_characters, "characters"},
      {"client_token_characters", limits.client_token_characters, "characters"},
      {"overrides_bytes", limits.overrides_bytes, "bytes"},
      {"load_balancers_per_service", limits.load_balancers_per_service, "load balancers"},
      {"events_per_service", limits.events_per_service, "events"},
  };
}

}  // namespace berth::domain
