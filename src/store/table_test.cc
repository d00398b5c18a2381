// Tables and their indexes against a plain model of them: random writes, then everything is compared.
#include "store/table.h"

#include <gtest/gtest.h>

#include <set>

#include "base/random.h"
#include "store/testing/records.h"

namespace berth::store::testing {
namespace {

using domain::ContainerInstanceRecord;
using domain::InstanceStatus;

std::set<std::string> keys_of(const Group<ContainerInstanceRecord>& group) {
  std::set<std::string> keys;
  for (const auto& [sort, stored] : group) {
    EXPECT_EQ(sort, stored->key);
    keys.insert(stored->key);
  }
  return keys;
}

TEST(Table, IndexesFollowTheRecords) {
  Prng random(7);
  Table<ContainerInstanceRecord> table;
  std::map<std::string, InstanceStatus> model;
  for (std::uint64_t revision = 1; revision <= 3000; ++revision) {
    const std::string id = std::to_string(random.below(40));
    if (random.chance(1, 4)) {
      table.erase(instance(id), Revision(revision));
      model.erase(instance(id));
      continue;
    }
    auto record = make_instance(id);
    record.status = static_cast<InstanceStatus>(random.below(4));
    model[instance(id)] = record.status;
    table.put(instance(id), std::make_shared<const ContainerInstanceRecord>(record), Revision(revision));
  }
  std::set<std::string> all, active, not_inactive;
  for (const auto& [key, status] : model) {
    all.insert(key);
    if (status == InstanceStatus::active) active.insert(key);
    if (status != InstanceStatus::inactive) not_inactive.insert(key);
  }
  EXPECT_EQ(table.size(), model.size());
  EXPECT_EQ(keys_of(table.group(kInstancesByCluster, cluster("c"))), not_inactive);
  const auto placeable = table.group(kPlaceableInstances, cluster("c"));
  std::set<std::string> by_position, walked;
  for (std::size_t i = 0; i < placeable.size(); ++i) by_position.insert(placeable.at(i).key);
  EXPECT_EQ(by_position, active);
  EXPECT_EQ(keys_of(placeable), active);
  table.walk("", [&](const auto& stored) { return walked.insert(stored.key).second; });
  EXPECT_EQ(walked, all);
}

TEST(Table, PagesGoOnBehindAKeyThatIsGone) {
  Table<ContainerInstanceRecord> table;
  for (const char* id : {"a", "c", "d"}) {
    table.put(instance(id), std::make_shared<const ContainerInstanceRecord>(make_instance(id)), Revision(1));
  }
  const auto group = table.group(kInstancesByCluster, cluster("c"));
  EXPECT_EQ(group.after(instance("a"))->second->record->id, "c");
  EXPECT_EQ(group.after(instance("b"))->second->record->id, "c");
  EXPECT_EQ(group.after(instance("d")), group.end());
}

TEST(Table, ForgottenGroupsAnswerTooNewNeverTooOld) {
  Table<ContainerInstanceRecord> table;
  std::uint64_t revision = 0;
  const auto in_cluster = [](const std::string& name) {
    auto record = make_instance("i");
    record.cluster = name;
    return record;
  };
  const std::uint64_t count = kEmptyGroupsMax + 100;
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto record = in_cluster(std::to_string(i));
    const std::string key = Schema<ContainerInstanceRecord>::key(record);
    table.put(key, std::make_shared<const ContainerInstanceRecord>(record), Revision(++revision));
    table.erase(key, Revision(++revision));
  }
  const auto changed = [&](const std::string& name) {
    return table.group(kInstancesByCluster, cluster(name)).changed();
  };
  EXPECT_EQ(changed(std::to_string(count - 1)), Revision(revision));
  EXPECT_GE(changed("0"), Revision(2));
  EXPECT_LT(changed("0"), Revision(revision));
}

// What a session looks at must not grow with what runs on its instance.
TEST(Schema, TasksThatTheirAgentHasAreNotToBeDelivered) {
  Table<domain::TaskRecord> table;
  std::uint64_t revision = 0;
  auto record = make_task("t", "i");
  const auto waiting = [&] {
    table.put(task("t"), std::make_shared<const domain::TaskRecord>(record), Revision(++revision));
    return table.group(kTasksToDeliver, instance("i")).size();
  };
  EXPECT_EQ(waiting(), 1U);
  record.delivered = true;
  EXPECT_EQ(waiting(), 0U);
  record.desired_status = domain::TaskStatus::stopped;
  EXPECT_EQ(waiting(), 1U);
  record.last_status = domain::TaskStatus::stopped;
  EXPECT_EQ(waiting(), 0U);
}

TEST(Schema, OnlyWantedIndexesAreWorkedOut) {
  IndexEntries all;
  IndexEntries some(IndexEntries::Slots{1} << kTasksToDeliver.slot);
  const auto record = make_task("t", "i");
  Schema<domain::TaskRecord>::index(record, all);
  Schema<domain::TaskRecord>::index(record, some);
  EXPECT_GT(all.entries().size(), 3U);
  ASSERT_EQ(some.entries().size(), 1U);
  ASSERT_NE(all.find(kTasksToDeliver.slot), nullptr);
  EXPECT_EQ(some.entries().front().group, all.find(kTasksToDeliver.slot)->group);
}

TEST(Schema, FreeTextDoesNotMakeKeysMeet) {
  EXPECT_NE(client_token_key(kRealm, "a/b", "c"), client_token_key(kRealm, "a", "b/c"));
  EXPECT_LT(task_definition_key(kRealm, "web", 9), task_definition_key(kRealm, "web", 10));
}

}  // namespace
}  // namespace berth::store::testing
