// Goal: what runs and should not is stopped, whoever started it and whatever the agent has forgotten; what
// others run is not touched. Method: as task_manager_test; somebody starts containers, files go, and the host
// registers anew.
#include "agent/tasks/task_manager_testing.h"

namespace berth::agent::tasks {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class Strays : public TaskManagerTest {};

TEST_F(Strays, AContainerThatSomebodyStartsAgainIsStoppedEachTime) {
  accept(make_task("t1", "busybox"));
  world_.run_for(1s);
  accept(make_task("t1", "busybox", "STOPPED"));
  world_.run_for(1s);
  const auto start_it = [&] {
    auto& info = host_.containers.begin()->second.info;
    info.phase = ContainerPhase::running;
    info.finished_at.reset();
  };
  for (int i = 0; i < 3; ++i) {
    start_it();
    world_.run_for(5s);
    EXPECT_EQ(host_.running(), 0U) << i;
  }
  // Also while the agent is away, and when the event is lost.
  halt();
  start_it();
  boot();
  world_.run_for(1s);
  EXPECT_EQ(host_.running(), 0U);
  host_.lose_events = true;
  start_it();
  options_.engine.cleanup_wait = 1h;
  world_.run_for(6min);
  EXPECT_EQ(host_.running(), 0U);
  EXPECT_THAT(told("t1"), ElementsAre("RUNNING", "STOPPED"));
}

TEST_F(Strays, ContainersOfATaskWhoseFileIsDamagedAreStoppedAndRemoved) {
  accept(make_task("lost", "busybox"));
  accept(make_task("kept", "busybox"));
  world_.run_for(1s);
  halt();
  ASSERT_TRUE(node_.files().write_atomically("/data/tasks/lost.json", "{", 0600).ok());
  boot();
  EXPECT_EQ(host_.running(), 1U) << "before anything else is started";
  EXPECT_EQ(manager_->find(arn_of("lost")), nullptr);
  EXPECT_EQ(manager_->find(arn_of("kept"))->known, engine::Status::running);
  EXPECT_EQ(
      manager_->compare({{arn_of("lost"), false, "RUNNING"}, {arn_of("kept"), false, "RUNNING"}}).missing,
      std::vector{arn_of("lost")});
  world_.run_for(2min);
  EXPECT_EQ(host_.containers.size(), 1U);
}

TEST_F(Strays, AContainerOfAnUnknownTaskThatSomebodyStartsAgainIsStoppedEachTime) {
  options_.engine.cleanup_wait = 1h;
  accept(make_task("lost", "busybox"));
  world_.run_for(1s);
  halt();
  ASSERT_TRUE(node_.files().write_atomically("/data/tasks/lost.json", "{", 0600).ok());
  boot();
  world_.run_for(1s);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(host_.running(), 0U) << i;
    auto& info = host_.containers.begin()->second.info;
    info.phase = ContainerPhase::running;
    info.finished_at.reset();
    world_.run_for(5s);
  }
  EXPECT_EQ(host_.running(), 0U);
}

TEST_F(Strays, AllItsContainersAreFoundByTheirLabelWhenItsFolderIsGone) {
  accept(make_task("t1", "busybox"));
  world_.run_for(1s);
  halt();
  ASSERT_TRUE(node_.files().remove("/data/tasks/t1.json").ok());
  options_.mapping.container_instance_arn = "arn:another";
  boot();
  EXPECT_EQ(host_.running(), 1U) << "another instance's containers are its own";
  EXPECT_THAT(asked_, IsEmpty());
  halt();
  options_.mapping.container_instance_arn = "arn:ci";
  boot();
  EXPECT_EQ(host_.running(), 0U);
}

// Deregistered by force, say: nobody else would stop them.
TEST_F(Strays, ContainersOfAnEarlierRegistrationOfItsHostAreStoppedAndRemoved) {
  options_.mapping.host = "cluster-1/i-1";
  halt();
  boot();
  accept(make_task("t1", "busybox"));
  world_.run_for(1s);
  register_anew("t1");
  EXPECT_EQ(host_.running(), 0U) << "before anything else is started";
  EXPECT_THAT(asked_, ElementsAre(arn_of("t1")));
  world_.run_for(1s);
  auto& info = host_.containers.begin()->second.info;
  info.phase = ContainerPhase::running;
  info.finished_at.reset();
  world_.run_for(5s);
  EXPECT_EQ(host_.running(), 0U) << "started again by somebody";
  world_.run_for(2min);
  EXPECT_EQ(host_.containers.size(), 0U);
}

TEST_F(Strays, ContainersOfAnotherAgentOfItsHostRunForAsLongAsTheirTaskIsWanted) {
  options_.mapping.host = "cluster-1/i-1";
  halt();
  boot();
  accept(make_task("t1", "busybox"));
  world_.run_for(1s);
  wanted_ = std::set<std::string>{arn_of("t1")};
  register_anew("t1");
  world_.run_for(6min);
  EXPECT_EQ(host_.running(), 1U);
  // Nor are they touched while nobody says that their task is over.
  wanted_ = unavailable("connection refused");
  world_.run_for(6min);
  EXPECT_EQ(host_.running(), 1U);
  wanted_ = std::set<std::string>();
  world_.run_for(6min);
  EXPECT_EQ(host_.running(), 0U);
}

TEST_F(Strays, ContainersOfOtherHostsClustersAndControlPlanesAreNotTouched) {
  options_.mapping.host = "cluster-1/i-1";
  halt();
  boot();
  accept(make_task("t1", "busybox"));
  world_.run_for(1s);
  for (const char* host : {"cluster-1/i-2", "cluster-2/i-1", ""}) {
    options_.mapping.host = host;
    if (std::string_view(host) == "cluster-1/i-2") {
      register_anew("t1");
    } else {
      halt();
      boot();
    }
    world_.run_for(6min);
    EXPECT_EQ(host_.running(), 1U) << host;
    EXPECT_THAT(asked_, IsEmpty()) << host;
  }
}

TEST_F(Strays, AStartThatFindsItsPortTakenEndsWhatShouldNotRunAndTriesAgain) {
  const std::string port = R"(,"portMappings":[{"containerPort":80,"hostPort":8080}])";
  accept(make_task("over", "busybox", "RUNNING", port));
  world_.run_for(1s);
  accept(make_task("over", "busybox", "STOPPED", port));
  world_.run_for(1s);
  // Somebody starts it, and the event of that is lost.
  host_.lose_events = true;
  auto& info = host_.containers.begin()->second.info;
  info.phase = ContainerPhase::running;
  info.finished_at.reset();
  accept(make_task("next", "busybox", "RUNNING", port));
  world_.run_for(5s);
  EXPECT_THAT(told("next"), ElementsAre("RUNNING"));
  EXPECT_EQ(host_.running(), 1U);
  // A port that somebody else has stays taken.
  host_.foreign_ports.insert(9090);
  accept(
      make_task("third", "busybox", "RUNNING", R"(,"portMappings":[{"containerPort":80,"hostPort":9090}])"));
  world_.run_for(5s);
  EXPECT_THAT(told("third"), ElementsAre("STOPPED"));
  EXPECT_THAT(plane_.last[arn_of("third")], HasSubstr("port is already allocated"));
}

}  // namespace
}  // namespace berth::agent::tasks
