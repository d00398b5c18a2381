#include "store/schema.h"

#include <fmt/compile.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace berth::store {
namespace {

using domain::DefinitionStatus;
using domain::InstanceStatus;
using domain::TaskStatus;

// Free text as a part of a key: without '/', so that two different lists of parts never make the same key.
std::string part(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (c == '/') {
      out += "%2F";
    } else if (c == '%') {
      out += "%25";
    } else {
      out += c;
    }
  }
  return out;
}

template <class R>
Realm realm_of(const R& record) {
  return {record.account, record.region};
}

// Parts with '/' between them. Keys are made several times for each change of a task.
template <class... Part>
std::string joined(std::string_view first, const Part&... rest) {
  std::string out;
  out.reserve((first.size() + ... + (std::string_view(rest).size() + 1)));
  out += first;
  ((out += '/', out += std::string_view(rest)), ...);
  return out;
}

// Enough for any 32-bit number.
constexpr std::size_t kRevisionDigits = 10;

// Text whose order is that of time, with the key behind it so that it is unique.
std::string by_time(WallTime time, std::string_view key) {
  return fmt::format(FMT_COMPILE("{:015}/{}"), time.ms, key);
}

}  // namespace

std::string_view to_string(Kind kind) {
  switch (kind) {
    case Kind::cluster:
      return "cluster";
    case Kind::container_instance:
      return "container_instance";
    case Kind::allocation:
      return "allocation";
    case Kind::task_definition:
      return "task_definition";
    case Kind::family:
      return "family";
    case Kind::task:
      return "task";
    case Kind::account_setting:
      return "account_setting";
    case Kind::client_token:
      return "client_token";
    case Kind::service:
      return "service";
    case Kind::service_deployment:
      return "service_deployment";
    case Kind::service_revision:
      return "service_revision";
    case Kind::capacity_provider:
      return "capacity_provider";
  }
  unreachable();
}

std::string realm_key(const Realm& realm) {
  return joined(realm.account, realm.region);
}

std::string cluster_key(const Realm& realm, std::string_view cluster) {
  return joined(realm.account, realm.region, cluster);
}

std::string instance_key(const Realm& realm, std::string_view cluster, std::string_view id) {
  return joined(realm.account, realm.region, cluster, id);
}

std::string task_key(const Realm& realm, std::string_view cluster, std::string_view id) {
  return joined(realm.account, realm.region, cluster, id);
}

std::string family_key(const Realm& realm, std::string_view family) {
  return joined(realm.account, realm.region, family);
}

std::string task_definition_key(const Realm& realm, std::string_view family, std::int32_t revision) {
  // With leading zeros, so that the order of keys is that of revisions.
  const fmt::format_int digits(std::max(revision, 0));
  std::array<char, kRevisionDigits> number;
  number.fill('0');
  std::copy_n(digits.data(), digits.size(), number.end() - static_cast<std::ptrdiff_t>(digits.size()));
  return joined(realm.account, realm.region, family, std::string_view(number.data(), number.size()));
}

std::string account_setting_key(const Realm& realm, std::string_view principal_arn, std::string_view name) {
  return fmt::format("{}/{}/{}/{}", realm.account, realm.region, part(principal_arn), name);
}

std::string client_token_key(const Realm& realm, std::string_view scope, std::string_view token) {
  return fmt::format("{}/{}/{}/{}", realm.account, realm.region, part(scope), part(token));
}

std::string service_key(const Realm& realm, std::string_view cluster, std::string_view name) {
  return joined(realm.account, realm.region, cluster, name);
}

std::string service_part_key(const Realm& realm, std::string_view cluster, std::string_view service,
                             std::string_view id) {
  return joined(realm.account, realm.region, cluster, service, id);
}

std::string capacity_provider_key(const Realm& realm, std::string_view name) {
  return joined(realm.account, realm.region, name);
}

std::string Schema<domain::ClusterRecord>::key(const domain::ClusterRecord& record) {
  return cluster_key(realm_of(record), record.name);
}

void Schema<domain::ClusterRecord>::index(const domain::ClusterRecord& record, IndexEntries& into) {
  if (record.status == domain::ClusterStatus::active) into.add(kActiveClusters, realm_key(realm_of(record)));
}

std::string Schema<domain::ContainerInstanceRecord>::key(const domain::ContainerInstanceRecord& record) {
  return instance_key(realm_of(record), record.cluster, record.id);
}

void Schema<domain::ContainerInstanceRecord>::index(const domain::ContainerInstanceRecord& record,
                                                    IndexEntries& into) {
  if (record.status == InstanceStatus::inactive) {
    into.add(kInactiveInstances, {}, by_time(record.inactive_at.value_or(WallTime{}), key(record)));
    return;
  }
  const std::string cluster = cluster_key(realm_of(record), record.cluster);
  into.add(kInstancesByCluster, cluster);
  if (record.status == InstanceStatus::active) into.add(kPlaceableInstances, cluster);
  into.add(kInstancesByHost, cluster + '/' + record.ec2_instance_id);
}

std::string Schema<domain::InstanceAllocation>::key(const domain::InstanceAllocation& record) {
  return instance_key(realm_of(record), record.cluster, record.instance_id);
}

std::string Schema<domain::TaskDefinitionRecord>::key(const domain::TaskDefinitionRecord& record) {
  return task_definition_key(realm_of(record), record.family, record.revision);
}

void Schema<domain::TaskDefinitionRecord>::index(const domain::TaskDefinitionRecord& record,
                                                 IndexEntries& into) {
  const std::string realm = realm_key(realm_of(record));
  into.add(kDefinitionsByStatus, fmt::format("{}/{}", realm, to_string(record.status)));
  into.add(kDefinitionsByFamily, fmt::format("{}/{}", realm, record.family));
}

std::string Schema<domain::FamilyRecord>::key(const domain::FamilyRecord& record) {
  return family_key(realm_of(record), record.family);
}

void Schema<domain::FamilyRecord>::index(const domain::FamilyRecord& record, IndexEntries& into) {
  into.add(kFamilies, realm_key(realm_of(record)));
}

std::string Schema<domain::TaskRecord>::key(const domain::TaskRecord& record) {
  return joined(record.account, record.region, record.cluster, record.id);
}

void Schema<domain::TaskRecord>::index(const domain::TaskRecord& record, IndexEntries& into) {
  const std::string cluster = joined(record.account, record.region, record.cluster);
  const auto add = [&](const Index<domain::TaskRecord>& index, std::string_view name) {
    if (into.wants(index)) into.add(index, joined(cluster, name));
  };
  add(kTasksByDesired, to_string(record.desired_status));
  add(kTasksByFamily, record.family);
  if (record.started_by) add(kTasksByStartedBy, *record.started_by);
  if (record.last_status == TaskStatus::stopped) {
    const std::string sort = by_time(record.stopped_at.value_or(WallTime{}), key(record));
    into.add(kStoppedTasks, realm_key(realm_of(record)), sort);
    if (record.service_name) into.add(kStoppedTasksByService, joined(cluster, *record.service_name), sort);
    return;
  }
  add(kTasksByInstance, record.instance_id);
  if (record.desired_status == TaskStatus::stopped || !record.delivered)
    add(kTasksToDeliver, record.instance_id);
  if (record.service_name) add(kTasksByService, *record.service_name);
  into.add(kUnstoppedTasks, cluster);
}

std::string Schema<domain::AccountSettingRecord>::key(const domain::AccountSettingRecord& record) {
  return account_setting_key(realm_of(record), record.principal_arn, record.name);
}

void Schema<domain::AccountSettingRecord>::index(const domain::AccountSettingRecord& record,
                                                 IndexEntries& into) {
  into.add(kSettingsByRealm, realm_key(realm_of(record)));
}

std::string Schema<domain::ClientTokenRecord>::key(const domain::ClientTokenRecord& record) {
  return client_token_key(realm_of(record), record.scope, record.token);
}

void Schema<domain::ClientTokenRecord>::index(const domain::ClientTokenRecord& record, IndexEntries& into) {
  into.add(kTokensByAge, realm_key(realm_of(record)), by_time(record.created_at, key(record)));
}

std::string Schema<domain::ServiceRecord>::key(const domain::ServiceRecord& record) {
  return service_key(realm_of(record), record.cluster, record.name);
}

void Schema<domain::ServiceRecord>::index(const domain::ServiceRecord& record, IndexEntries& into) {
  if (record.status == domain::ServiceStatus::inactive)
    into.add(kInactiveServices, {}, by_time(record.inactive_at.value_or(WallTime{}), key(record)));
  else
    into.add(kServicesByCluster, cluster_key(realm_of(record), record.cluster));
}

std::string Schema<domain::ServiceDeploymentRecord>::key(const domain::ServiceDeploymentRecord& record) {
  return service_part_key(realm_of(record), record.cluster, record.service, record.id);
}

void Schema<domain::ServiceDeploymentRecord>::index(const domain::ServiceDeploymentRecord& record,
                                                    IndexEntries& into) {
  into.add(kServiceDeploymentsByService, service_key(realm_of(record), record.cluster, record.service),
           by_time(record.deployment.created_at.value_or(WallTime{}), key(record)));
}

std::string Schema<domain::ServiceRevisionRecord>::key(const domain::ServiceRevisionRecord& record) {
  return service_part_key(realm_of(record), record.cluster, record.service, record.id);
}

void Schema<domain::ServiceRevisionRecord>::index(const domain::ServiceRevisionRecord& record,
                                                  IndexEntries& into) {
  into.add(kServiceRevisionsByService, service_key(realm_of(record), record.cluster, record.service),
           by_time(record.revision.created_at.value_or(WallTime{}), key(record)));
}

std::string Schema<domain::CapacityProviderRecord>::key(const domain::CapacityProviderRecord& record) {
  return capacity_provider_key(realm_of(record), record.name);
}

void Schema<domain::CapacityProviderRecord>::index(const domain::CapacityProviderRecord& record,
                                                   IndexEntries& into) {
  into.add(kCapacityProviders, realm_key(realm_of(record)));
}

}  // namespace berth::store
