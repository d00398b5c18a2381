#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "domain/realm.h"
#include "domain/records.h"

// All tables, keys and indexes of the store, in one place. To add a record: docs/checklists/add-a-record.md.
namespace berth::store {

/// Tables. The names are stored; never rename or renumber one.
enum class Kind : std::uint8_t {
  cluster = 1,
  container_instance = 2,
  allocation = 3,
  task_definition = 4,
  family = 5,
  task = 6,
  account_setting = 7,
  client_token = 8,
  service = 9,
  service_deployment = 10,
  service_revision = 11,
  capacity_provider = 12,
};
std::string_view to_string(Kind kind);

using domain::Realm;

/// Keys are text, ordered: `account/region/…`; the parts hold no '/'. A key is unique within its kind.
std::string realm_key(const Realm& realm);                              // A/R
std::string cluster_key(const Realm& realm, std::string_view cluster);  // A/R/CLUSTER
std::string instance_key(const Realm& realm, std::string_view cluster,
                         std::string_view id);                                            // A/R/CLUSTER/ID
std::string task_key(const Realm& realm, std::string_view cluster, std::string_view id);  // A/R/CLUSTER/ID
std::string family_key(const Realm& realm, std::string_view family);                      // A/R/FAMILY
/// The revision is padded with zeros, so that order of keys is order of revisions.
std::string task_definition_key(const Realm& realm, std::string_view family, std::int32_t revision);
std::string account_setting_key(const Realm& realm, std::string_view principal_arn, std::string_view name);
std::string client_token_key(const Realm& realm, std::string_view scope, std::string_view token);
std::string service_key(const Realm& realm, std::string_view cluster,
                        std::string_view name);  // A/R/CLUSTER/NAME
/// Of service deployments and service revisions, each in its own kind: A/R/CLUSTER/SERVICE/ID
std::string service_part_key(const Realm& realm, std::string_view cluster, std::string_view service,
                             std::string_view id);
std::string capacity_provider_key(const Realm& realm, std::string_view name);  // A/R/NAME

/// A secondary index over records of type R: each record appears in at most one group of it, in the order of
/// its sort key (the record's own key unless the schema says otherwise). A `dense` index also gives random
/// access by position.
template <class R>
struct Index {
  std::uint8_t slot;  ///< Position among the indexes of R.
  std::string_view name;
  bool dense = false;
};

inline constexpr Index<domain::ClusterRecord> kActiveClusters{0, "active_clusters"};  // A/R
inline constexpr Index<domain::ContainerInstanceRecord> kInstancesByCluster{
    0, "instances_by_cluster"};  // A/R/CLUSTER, not INACTIVE
inline constexpr Index<domain::ContainerInstanceRecord> kPlaceableInstances{
    1, "placeable_instances", true};  // A/R/CLUSTER, ACTIVE only
inline constexpr Index<domain::ContainerInstanceRecord> kInstancesByHost{
    2, "instances_by_host"};  // A/R/CLUSTER/EC2ID, not INACTIVE
inline constexpr Index<domain::ContainerInstanceRecord> kInactiveInstances{
    3, "inactive_instances"};                                           // "", by inactiveAt
inline constexpr Index<domain::FamilyRecord> kFamilies{0, "families"};  // A/R
inline constexpr Index<domain::TaskDefinitionRecord> kDefinitionsByStatus{
    0, "definitions_by_status"};  // A/R/STATUS
inline constexpr Index<domain::TaskDefinitionRecord> kDefinitionsByFamily{
    1, "definitions_by_family"};  // A/R/FAMILY
inline constexpr Index<domain::TaskRecord> kTasksByDesired{
    0, "tasks_by_desired"};  // A/R/CLUSTER/DESIRED, any last status
inline constexpr Index<domain::TaskRecord> kTasksByInstance{
    1, "tasks_by_instance"};  // A/R/CLUSTER/INSTANCE, not yet STOPPED
inline constexpr Index<domain::TaskRecord> kTasksByFamily{2, "tasks_by_family"};  // A/R/CLUSTER/FAMILY
inline constexpr Index<domain::TaskRecord> kTasksByService{
    3, "tasks_by_service"};  // A/R/CLUSTER/SERVICE, not yet STOPPED
inline constexpr Index<domain::TaskRecord> kTasksByStartedBy{4,
                                                             "tasks_by_started_by"};  // A/R/CLUSTER/STARTEDBY
inline constexpr Index<domain::TaskRecord> kUnstoppedTasks{
    5, "unstopped_tasks"};                                                     // A/R/CLUSTER, not yet STOPPED
inline constexpr Index<domain::TaskRecord> kStoppedTasks{6, "stopped_tasks"};  // A/R, STOPPED, by stoppedAt
inline constexpr Index<domain::TaskRecord> kStoppedTasksByService{
    7, "stopped_tasks_by_service"};  // A/R/CLUSTER/SERVICE, STOPPED, by stoppedAt
inline constexpr Index<domain::TaskRecord> kTasksToDeliver{
    8, "tasks_to_deliver"};  // A/R/CLUSTER/INSTANCE, not yet STOPPED, of which its agent has to be told
inline constexpr Index<domain::ServiceRecord> kServicesByCluster{
    0, "services_by_cluster"};  // A/R/CLUSTER, not INACTIVE
inline constexpr Index<domain::ServiceRecord> kInactiveServices{1, "inactive_services"};  // "", by inactiveAt
inline constexpr Index<domain::ServiceDeploymentRecord> kServiceDeploymentsByService{
    0, "service_deployments_by_service"};  // A/R/CLUSTER/SERVICE, by createdAt
inline constexpr Index<domain::ServiceRevisionRecord> kServiceRevisionsByService{
    0, "service_revisions_by_service"};  // A/R/CLUSTER/SERVICE, by createdAt
inline constexpr Index<domain::CapacityProviderRecord> kCapacityProviders{0, "capacity_providers"};  // A/R
inline constexpr Index<domain::AccountSettingRecord> kSettingsByRealm{0, "settings_by_realm"};       // A/R
inline constexpr Index<domain::ClientTokenRecord> kTokensByAge{0, "tokens_by_age"};  // A/R, by createdAt

/// Collects the index entries of one record, in all indexes or in some.
class IndexEntries {
 public:
  /// Indexes by the bit of their slot.
  using Slots = std::uint32_t;
  static constexpr Slots kAllSlots = ~Slots{0};

  explicit IndexEntries(Slots slots = kAllSlots) : slots_(slots) { entries_.reserve(kReserved); }
  /// Whether entries of this index are asked for: names of groups cost time to make.
  template <class R>
  bool wants(const Index<R>& index) const {
    return (slots_ >> index.slot & 1U) != 0;
  }
  struct Entry {
    std::uint8_t slot;
    bool dense;
    std::string group;
    std::string sort;  ///< Empty: the record's own key.
  };
  template <class R>
  void add(const Index<R>& index, std::string group, std::string sort = {}) {
    if (wants(index)) entries_.push_back({index.slot, index.dense, std::move(group), std::move(sort)});
  }
  const std::vector<Entry>& entries() const { return entries_; }
  /// Null when the record is not in that index.
  const Entry* find(std::uint8_t slot) const {
    for (const Entry& entry : entries_)
      if (entry.slot == slot) return &entry;
    return nullptr;
  }

 private:
  static constexpr std::size_t kReserved = 8;
  Slots slots_;
  std::vector<Entry> entries_;
};

/// Kind, key and index entries of a record type; one specialisation each.
template <class R>
struct Schema;

template <>
struct Schema<domain::ClusterRecord> {
  static constexpr Kind kind = Kind::cluster;
  static constexpr std::size_t indexes = 1;
  static std::string key(const domain::ClusterRecord& record);
  static void index(const domain::ClusterRecord& record, IndexEntries& into);
};
template <>
struct Schema<domain::ContainerInstanceRecord> {
  static constexpr Kind kind = Kind::container_instance;
  static constexpr std::size_t indexes = 4;
  static std::string key(const domain::ContainerInstanceRecord& record);
  static void index(const domain::ContainerInstanceRecord& record, IndexEntries& into);
};
template <>
struct Schema<domain::InstanceAllocation> {
  static constexpr Kind kind = Kind::allocation;
  static constexpr std::size_t indexes = 0;
  static std::string key(const domain::InstanceAllocation& record);
  static void index(const domain::InstanceAllocation&, IndexEntries&) {}
};
template <>
struct Schema<domain::TaskDefinitionRecord> {
  static constexpr Kind kind = Kind::task_definition;
  static constexpr std::size_t indexes = 2;
  static std::string key(const domain::TaskDefinitionRecord& record);
  static void index(const domain::TaskDefinitionRecord& record, IndexEntries& into);
};
template <>
struct Schema<domain::FamilyRecord> {
  static constexpr Kind kind = Kind::family;
  static constexpr std::size_t indexes = 1;
  static std::string key(const domain::FamilyRecord& record);
  static void index(const domain::FamilyRecord& record, IndexEntries& into);
};
template <>
struct Schema<domain::TaskRecord> {
  static constexpr Kind kind = Kind::task;
  static constexpr std::size_t indexes = 9;
  static std::string key(const domain::TaskRecord& record);
  static void index(const domain::TaskRecord& record, IndexEntries& into);
};
template <>
struct Schema<domain::AccountSettingRecord> {
  static constexpr Kind kind = Kind::account_setting;
  static constexpr std::size_t indexes = 1;
  static std::string key(const domain::AccountSettingRecord& record);
  static void index(const domain::AccountSettingRecord& record, IndexEntries& into);
};
template <>
struct Schema<domain::ClientTokenRecord> {
  static constexpr Kind kind = Kind::client_token;
  static constexpr std::size_t indexes = 1;
  static std::string key(const domain::ClientTokenRecord& record);
  static void index(const domain::ClientTokenRecord& record, IndexEntries& into);
};
template <>
struct Schema<domain::ServiceRecord> {
  static constexpr Kind kind = Kind::service;
  static constexpr std::size_t indexes = 2;
  static std::string key(const domain::ServiceRecord& record);
  static void index(const domain::ServiceRecord& record, IndexEntries& into);
};
template <>
struct Schema<domain::ServiceDeploymentRecord> {
  static constexpr Kind kind = Kind::service_deployment;
  static constexpr std::size_t indexes = 1;
  static std::string key(const domain::ServiceDeploymentRecord& record);
  static void index(const domain::ServiceDeploymentRecord& record, IndexEntries& into);
};
template <>
struct Schema<domain::ServiceRevisionRecord> {
  static constexpr Kind kind = Kind::service_revision;
  static constexpr std::size_t indexes = 1;
  static std::string key(const domain::ServiceRevisionRecord& record);
  static void index(const domain::ServiceRevisionRecord& record, IndexEntries& into);
};
template <>
struct Schema<domain::CapacityProviderRecord> {
  static constexpr Kind kind = Kind::capacity_provider;
  static constexpr std::size_t indexes = 1;
  static std::string key(const domain::CapacityProviderRecord& record);
  static void index(const domain::CapacityProviderRecord& record, IndexEntries& into);
};

}  // namespace berth::store
