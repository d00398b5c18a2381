// Goal: tasks go through their lives on a container engine, survive restarts of the agent at any moment,
// leave nothing
//       behind, and each change reaches the control plane once in effect and in order.
// Method: a pretended engine and control plane on virtual time; agents are stopped and built anew on the same
// disk.
#include "agent/tasks/task_manager_testing.h"

namespace berth::agent::tasks {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST_F(TaskManagerTest, ATaskRunsEndsAndIsCleanedUp) {
  accept(make_task("t1", "job"));
  world_.run_for(1s);
  EXPECT_THAT(told("t1"), ElementsAre("RUNNING"));
  world_.run_for(5s);
  EXPECT_THAT(told("t1"), ElementsAre("RUNNING", "STOPPED"));
  EXPECT_THAT(plane_.last[arn_of("t1")], HasSubstr(R"("exitCode":7)"));
  EXPECT_EQ(host_.containers.size(), 1U);
  world_.run_for(70s);
  EXPECT_EQ(host_.containers.size(), 0U);
  EXPECT_EQ(manager_->find(arn_of("t1")), nullptr);
  EXPECT_THAT(*node_.files().list("/data/tasks"), IsEmpty());
}

TEST_F(TaskManagerTest, ALaunchAsksTheEngineForNoMoreThanItNeeds) {
  // Goal: what a launch costs the engine beside create and start is one inspect a container, one an image.
  host_.registry = Registry::answers;
  options_.pull_behavior = config::PullBehavior::prefer_cached;
  halt();
  boot();
  std::vector<model::acs::Task> tasks;
  for (int i = 0; i < 8; ++i) tasks.push_back(make_task("t" + std::to_string(i), "busybox"));
  EXPECT_THAT(world_.run(node_, manager_->accept(std::move(tasks), ++sequence_)), IsEmpty());
  world_.run_for(2s);
  EXPECT_EQ(host_.running(), 8U);
  EXPECT_EQ(host_.inspects, 8);
  EXPECT_EQ(host_.image_inspects, 1);
}

TEST_F(TaskManagerTest, AnEngineThatHangsForAWhileCostsTimeAndNoTask) {
  host_.hung_until = world_.now() + 40s;
  accept(make_task("t1", "busybox"));
  world_.run_for(90s);
  EXPECT_THAT(told("t1"), ElementsAre("RUNNING"));
}

TEST_F(TaskManagerTest, AContainerThatWasMadeWithoutAnAnswerIsFound) {
  host_.lost_creates = 1;
  accept(make_task("t1", "busybox"));
  world_.run_for(3s);
  host_.hung_until = world_.now() + 40s;
  accept(make_task("t2", "busybox"));
  host_.lost_creates = 1;
  world_.run_for(90s);
  EXPECT_THAT(told("t1"), ElementsAre("RUNNING"));
  EXPECT_THAT(told("t2"), ElementsAre("RUNNING"));
  EXPECT_EQ(host_.created, 2);
}

TEST_F(TaskManagerTest, AContainerThatWasStartedWithoutAnAnswerIsNotGivenUp) {
  host_.lost_starts = 1;
  accept(make_task("t1", "busybox"));
  world_.run_for(10s);
  EXPECT_THAT(told("t1"), ElementsAre("RUNNING"));
  EXPECT_EQ(host_.running(), 1U);
}

TEST_F(TaskManagerTest, StopComesThroughTheSameDoor) {
  accept(make_task("t1", "busybox"));
  world_.run_for(1s);
  accept(make_task("t1", "busybox", "STOPPED"));
  accept(make_task("t1", "busybox", "STOPPED"));
  world_.run_for(1s);
  EXPECT_THAT(told("t1"), ElementsAre("RUNNING", "STOPPED"));
  EXPECT_THAT(plane_.last[arn_of("t1")], HasSubstr(R"("exitCode":143)"));
  EXPECT_EQ(manager_->sequence(), 4);
}

TEST_F(TaskManagerTest, AVolumeWhoseAnswerWasLostGoesWithItsTask) {
  // Goal: an agent that dies between a volume's making and the answer leaves nothing behind, even when the
  // task was stopped meanwhile.
  host_.keep_volume_answers = true;
  auto task =
      make_task("t1", "busybox", "RUNNING", R"(,"mountPoints":[{"sourceVolume":"v","containerPath":"/v"}])");
  task.volumes.emplace().emplace_back().name = "v";
  task.volumes->back().host.emplace();
  accept(task);
  world_.run_for(1s);
  EXPECT_EQ(host_.volumes.size(), 1U);
  accept(make_task("t1", "busybox", "STOPPED"));
  halt();
  host_.keep_volume_answers = false;
  boot();
  world_.run_for(2min);
  EXPECT_THAT(host_.volumes, IsEmpty());
  EXPECT_EQ(manager_->find(arn_of("t1")), nullptr);
}

TEST_F(TaskManagerTest, UnknownTaskToStopIsToldStopped) {
  accept(make_task("t1", "busybox", "STOPPED"));
  world_.run_for(1s);
  EXPECT_THAT(told("t1"), ElementsAre("STOPPED"));
  EXPECT_EQ(host_.created, 0);
}

TEST_F(TaskManagerTest, AStopByItsARNAloneOfWhatIsNotHereIsAcknowledged) {
  auto bare = make_task("t1", "busybox", "STOPPED");
  bare.containers->clear();
  accept(bare);
  EXPECT_EQ(manager_->find(arn_of("t1")), nullptr);
}

TEST_F(TaskManagerTest, NonsenseIsRefusedAndTheRestRuns) {
  auto bad = make_task("bad", "busybox", "RUNNING", R"(,"overrides":"{\"cpu\":1}")");
  const auto refused = world_.run(node_, manager_->accept({bad, make_task("good", "busybox")}, 9));
  ASSERT_EQ(refused.size(), 1U);
  EXPECT_EQ(refused[0].task_arn, arn_of("bad"));
  EXPECT_THAT(refused[0].reason, HasSubstr("UnrecogniedTaskError: Error loading task - "));
  world_.run_for(1s);
  EXPECT_THAT(told("good"), ElementsAre("RUNNING"));
  EXPECT_EQ(manager_->sequence(), 1);
}

TEST_F(TaskManagerTest, RestartAdoptsWhatRunsAndTellsWhatEnded) {
  accept(make_task("stays", "busybox"));
  accept(make_task("ends", "job"));
  world_.run_for(1s);
  halt();
  world_.run_for(10s);
  boot();
  world_.run_for(1s);
  EXPECT_THAT(told("stays"), ElementsAre("RUNNING"));
  EXPECT_THAT(told("ends"), ElementsAre("RUNNING", "STOPPED"));
  EXPECT_EQ(host_.created, 2);
  EXPECT_EQ(host_.running(), 1U);
  EXPECT_EQ(manager_->sequence(), 3);
}

TEST_F(TaskManagerTest, ReportsWaitForTheControlPlane) {
  plane_.down = true;
  accept(make_task("t1", "job"));
  world_.run_for(1h);
  EXPECT_THAT(told("t1"), IsEmpty());
  halt();
  boot();
  plane_.down = false;
  world_.run_for(10s);
  EXPECT_THAT(told("t1"), ElementsAre("RUNNING", "STOPPED"));
}

TEST_F(TaskManagerTest, PortsOfAStoppingTaskAreWaitedFor) {
  const std::string port = R"(,"portMappings":[{"containerPort":80,"hostPort":80}])";
  accept(make_task("old", "busybox", "RUNNING", port));
  world_.run_for(1s);
  accept(make_task("new", "busybox", "RUNNING", port));
  world_.run_for(5s);
  EXPECT_THAT(told("new"), IsEmpty());
  accept(make_task("old", "busybox", "STOPPED"));
  world_.run_for(1s);
  EXPECT_THAT(told("new"), ElementsAre("RUNNING"));
}

TEST_F(TaskManagerTest, LostEventsAreFoundByLooking) {
  host_.lose_events = true;
  accept(make_task("t1", "job"));
  world_.run_for(60s);
  EXPECT_THAT(told("t1"), ElementsAre("RUNNING"));
  world_.run_for(6min);
  EXPECT_THAT(told("t1"), ElementsAre("RUNNING", "STOPPED"));
}

TEST_F(TaskManagerTest, ContainersThatAreNotOursAreNotTouched) {
  host_.containers["foreign"].info.phase = ContainerPhase::running;
  accept(make_task("t1", "job"));
  world_.run_for(10min);
  EXPECT_EQ(host_.containers.size(), 1U);
  EXPECT_EQ(host_.running(), 1U);
}

TEST_F(TaskManagerTest, RestartWaitsForAnEngineThatIsAway) {
  accept(make_task("t1", "busybox"));
  world_.run_for(1s);
  halt();
  host_.reachable = false;
  manager_ = std::make_unique<TaskManager>(
      TaskManager::Deps{containers_, node_.runtime(), *store_, plane_, nullptr}, options_);
  ASSERT_TRUE(manager_->load().ok());
  runtime::TaskGroup group(node_.executor());
  group.spawn(manager_->resume());
  world_.run_for(1min);
  EXPECT_EQ(group.size(), 1U);
  host_.reachable = true;
  world_.run_for(5s);
  EXPECT_EQ(group.size(), 0U);
  EXPECT_EQ(host_.running(), 1U);
}

// Told and not saved, a task that the control plane has seen the end of would come back with the older state.
TEST_F(TaskManagerTest, WithAFailingDiskStopsAreCarriedOutAndReportsWait) {
  accept(make_task("runs", "busybox"));
  world_.run_for(1s);
  host_.registry = Registry::silent;
  host_.images.erase("slow");
  accept(make_task("pulls", "slow"));
  files_.full = true;
  for (const char* id : {"runs", "pulls"}) {
    const auto refused = world_.run(node_, manager_->accept({make_task(id, "busybox", "STOPPED")}, 9));
    ASSERT_EQ(refused.size(), 1U) << "an acknowledgement would be the last word on it";
    EXPECT_EQ(refused[0].reason, "");
  }
  world_.run_for(1min);
  EXPECT_EQ(host_.running(), 0U);
  EXPECT_THAT(told("runs"), ElementsAre("RUNNING"));
  EXPECT_THAT(told("pulls"), IsEmpty());
  // Killed: what it has not told did not happen for anybody.
  halt();
  files_.full = false;
  host_.images.insert("slow");
  host_.registry = Registry::refuses;
  boot();
  accept(make_task("pulls", "slow", "STOPPED"));
  accept(make_task("runs", "busybox", "STOPPED"));
  world_.run_for(10s);
  EXPECT_EQ(host_.running(), 0U);
  EXPECT_THAT(told("runs"), ElementsAre("RUNNING", "STOPPED"));
  EXPECT_EQ(told("pulls").back(), "STOPPED");
}

TEST_F(TaskManagerTest, AReportThatWaitedForTheDiskLeavesWhenItIsSaved) {
  accept(make_task("t1", "job"));
  world_.run_for(1s);
  files_.full = true;
  world_.run_for(1min);
  EXPECT_THAT(told("t1"), ElementsAre("RUNNING"));
  files_.full = false;
  world_.run_for(5s);
  EXPECT_THAT(told("t1"), ElementsAre("RUNNING", "STOPPED"));
}

// The control plane has gone back to an older state.
TEST_F(TaskManagerTest, WhatTheControlPlaneDoesNotKnowItIsToldAgain) {
  accept(make_task("ran", "job"));
  accept(make_task("runs", "busybox"));
  accept(make_task("unknown", "busybox"));
  accept(make_task("stops", "busybox"));
  world_.run_for(10s);
  const auto before = plane_.taken;
  auto differences = manager_->compare({{arn_of("ran"), false, "RUNNING"},
                                        {arn_of("runs"), false, "RUNNING"},
                                        {arn_of("stops"), true, "RUNNING"},
                                        {arn_of("gone"), false, "PENDING"},
                                        {arn_of("over"), true, "PENDING"}});
  world_.run_for(1s);
  EXPECT_THAT(differences.surplus, ElementsAre(arn_of("stops"), arn_of("unknown")));
  EXPECT_THAT(differences.missing, ElementsAre(arn_of("gone")));
  EXPECT_THAT(told("ran"), ElementsAre("RUNNING", "STOPPED", "STOPPED"));
  EXPECT_THAT(plane_.last[arn_of("ran")], HasSubstr(R"("exitCode":7)"));
  EXPECT_EQ(told("runs"), before.at(arn_of("runs"))) << "that is known";
  static_cast<void>(manager_->compare({{arn_of("runs"), false, "PENDING"}}));
  world_.run_for(1s);
  EXPECT_THAT(told("runs"), ElementsAre("RUNNING", "RUNNING"));
  // Other control planes do not say what they know.
  static_cast<void>(manager_->compare({{arn_of("ran"), false, {}}}));
  world_.run_for(1s);
  EXPECT_THAT(told("ran"), ElementsAre("RUNNING", "STOPPED", "STOPPED"));
}

TEST_F(TaskManagerTest, CredentialsLiveAsLongAsTheTask) {
  auto task = make_task("t1", "busybox");
  task.role_credentials.emplace().credentials_id = "cid";
  accept(task);
  EXPECT_NE(manager_->find_credentials("cid"), nullptr);
  model::acs::IAMRoleCredentials fresh;
  fresh.credentials_id = "cid";
  fresh.access_key_id = "NEW";
  EXPECT_TRUE(manager_->set_credentials(fresh));
  EXPECT_EQ(manager_->find_credentials("cid")->access_key_id, "NEW");

  accept(make_task("t1", "busybox", "STOPPED"));
  world_.run_for(1s);
  EXPECT_EQ(manager_->find_credentials("cid"), nullptr);
  EXPECT_FALSE(manager_->set_credentials(fresh));
}

/// A world in which the agent is killed again and again.
struct Storm {
  explicit Storm(std::uint64_t seed) : world(seed), random(world.stream("storm")) {
    host.images = {"busybox", "job"};
    host.registry = Registry::refuses;
    host.lives["job"] = {2s, 1};
    options.engine.cleanup_wait = 30s;
    options.host_cpu = 1024;
    options.host_memory_mib = 100;
  }
  void boot() {
    containers = std::make_unique<PretendedContainers>(host, node.runtime());
    store = std::make_unique<state::StateStore>(node.files(), "/data");
    check(store->prepare().ok() && store->load_agent().ok(), "the disk works");
    manager = std::make_unique<TaskManager>(
        TaskManager::Deps{*containers, node.runtime(), *store, plane, nullptr}, options);
    const auto loaded = manager->load();
    check(loaded.ok(), "what was saved is readable");
    world.run(node, manager->resume());
    manager->start();
  }
  void halt() {
    world.run(node, manager->stop());
    manager.reset();
  }
  void give(const model::acs::Task& task) { (void)world.run(node, manager->accept({task}, ++sequence)); }

  runtime::SimWorld world;
  runtime::SimNode& node = world.add_node("host");
  PretendedHost host;
  PretendedPlane plane{node.runtime()};
  TaskManagerOptions options;
  Prng random;
  std::unique_ptr<PretendedContainers> containers;
  std::unique_ptr<state::StateStore> store;
  std::unique_ptr<TaskManager> manager;
  std::int64_t sequence = 1;
};

/// RUNNING may be told twice when an answer was lost, but never after STOPPED, and STOPPED is told.
bool is_sound(const std::vector<std::string>& told) {
  return !told.empty() && told.back() == "STOPPED" && std::ranges::is_sorted(told);
}

TEST(TaskManagerStorm, KilledAtAnyMomentNothingIsLostDoubledOrLeftBehind) {
  constexpr std::uint64_t kSeeds = 60;
  constexpr int kTasks = 12;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Storm storm(seed);
    storm.boot();
    for (int i = 0; i < kTasks; ++i) {
      const std::string id = "t" + std::to_string(i);
      const std::string image = storm.random.chance(1, 2) ? "job" : "busybox";
      storm.give(make_task(id, image, "RUNNING", R"(,"memory":30)"));
      storm.world.run_for(Duration(storm.random.below(2'000'000'000)));
      if (storm.random.chance(1, 2)) {
        storm.halt();
        storm.world.run_for(Duration(storm.random.below(5'000'000'000)));
        storm.boot();
      }
      if (storm.random.chance(1, 2)) storm.world.run_for(Duration(storm.random.below(40'000'000)));
      storm.give(make_task(id, image, "STOPPED"));
    }
    storm.world.run_for(10min);
    EXPECT_TRUE(storm.host.containers.empty());
    EXPECT_TRUE(storm.host.volumes.empty());
    EXPECT_LE(storm.host.created, kTasks);
    EXPECT_TRUE(storm.node.files().list("/data/tasks")->empty());
    for (int i = 0; i < kTasks; ++i)
      EXPECT_TRUE(is_sound(storm.plane.taken[arn_of("t" + std::to_string(i))])) << i;
    storm.halt();
    if (testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace berth::agent::tasks
