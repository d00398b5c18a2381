// Goal: ExplainTask says where a task is, what it waits for, and whether it would be placed there again.
// Method: a task through its life, with the records changed as an agent and a lost connection would.
#include <gmock/gmock.h>

#include "services/berth/operations.h"
#include "services/ecs/testing.h"

namespace berth::services::control {
namespace {

using ::testing::HasSubstr;

class ExplainTaskTest : public ecs::testing::HandlersTest {
 protected:
  ExplainTaskTest() {
    create("c");
    define("web");
  }
  JsonObject explain(const std::string& task) {
    return parse_json(must(explain_task, {.cluster = "c", .task = task}).document).value().as_object();
  }
  void change(const std::string& arn, const std::function<void(domain::TaskRecord&)>& how) {
    auto record = *stored<domain::TaskRecord>(store::task_key(realm_, "c", domain::last_part(arn)));
    how(record);
    put(record);
  }
  static std::string text(const JsonObject& object, std::string_view key) {
    return std::string(object.at(key).as_string());
  }
  static std::string first_wait(const JsonObject& document) {
    const auto& waits = document.at("waits").as_array();
    return waits.empty() ? "" : text(waits.at(0).as_object(), "code");
  }
};

TEST_F(ExplainTaskTest, FollowsATaskToItsRun) {
  enrol("c", "i-a");
  const auto arn = *run("c", "web").task_arn;
  auto document = explain(arn);
  EXPECT_EQ(first_wait(document), "delivery");
  EXPECT_EQ(text(document, "lastStatus"), "PENDING");
  EXPECT_EQ(text(document.at("instance").as_object(), "ec2InstanceId"), "i-a");
  change(arn, [this](auto& task) {
    task.delivered = true;
    task.pull_started_at = now_;
  });
  EXPECT_EQ(first_wait(explain(arn)), "pull");
  change(arn, [this](auto& task) { task.pull_stopped_at = now_; });
  EXPECT_EQ(first_wait(explain(arn)), "start");
  change(arn, [this](auto& task) {
    task.last_status = domain::TaskStatus::running;
    task.started_at = now_ - std::chrono::seconds(30);
  });
  document = explain(arn);
  EXPECT_EQ(first_wait(document), "");
  EXPECT_EQ(text(document, "summary"), "It runs, for 30 s.");
}

TEST_F(ExplainTaskTest, TakesABeginningThatNoOtherTaskHas) {
  enrol("c", "i-a");
  auto task =
      *stored<domain::TaskRecord>(store::task_key(realm_, "c", domain::last_part(*run("c", "web").task_arn)));
  for (const char* id : {"0000aaaa1111", "0000aaaa2222"}) {
    task.id = id;
    task.arn = std::string("task/") + id;
    put(task);
  }
  EXPECT_THAT(text(explain("0000aaaa1"), "taskArn"), HasSubstr("task/0000aaaa1111"));
  refused(call(explain_task, {.cluster = "c", .task = "0000aaaa"}), "InvalidParameterException",
          "several tasks, 0000aaaa1111 and 0000aaaa2222");
  for (const char* none : {"000", "0000aaaa3", "ffff"})
    refused(call(explain_task, {.cluster = "c", .task = none}), "InvalidParameterException",
            "There is no task");
}

TEST_F(ExplainTaskTest, SaysThatRanksAreNotRecordedAndDecidesAgainWithoutTheTask) {
  enrol("c", "i-a");
  define("web");
  const auto arn = *run("c", "web").task_arn;
  const auto why = explain(arn).at("why").as_object();
  EXPECT_FALSE(why.at("recorded").as_bool());
  EXPECT_THAT(text(why, "note"), HasSubstr("not recorded"));
  EXPECT_EQ(text(why, "verdict"),
            "RunTask would choose its instance again, or one that is equally good (rank 1 of 1).");
  const auto instance = why.at("decision").as_object().at("instances").as_array().at(0).as_object();
  EXPECT_EQ(instance.at("remaining").as_object().at("cpu").as_int64(), 2048)
      << "the task itself is taken away";
}

TEST_F(ExplainTaskTest, ALostAgentIsNamedWithItsTime) {
  const auto instance = *enrol("c", "i-a").container_instance_arn;
  const auto arn = *run("c", "web").task_arn;
  auto host =
      *stored<domain::ContainerInstanceRecord>(store::instance_key(realm_, "c", domain::last_part(instance)));
  host.agent_connected = false;
  host.disconnected_at = now_ - std::chrono::hours(3);
  put(host);
  const auto document = explain(arn);
  EXPECT_EQ(first_wait(document), "agent");
  EXPECT_THAT(text(document, "summary"), HasSubstr("(3 h 0 min)"));
  EXPECT_THAT(text(document.at("why").as_object(), "verdict"), HasSubstr("would not take it now"));
}

TEST_F(ExplainTaskTest, AStoppedTaskSaysWhy) {
  enrol("c", "i-a");
  const auto arn = *run("c", "web").task_arn;
  must(ecs::stop_task, {.cluster = "c", .task = arn, .reason = "enough"});
  auto document = explain(arn);
  EXPECT_EQ(text(document, "desiredStatus"), "STOPPED");
  EXPECT_THAT(text(document.at("stop").as_object(), "reason"), HasSubstr("enough"));
}

TEST_F(ExplainTaskTest, UnknownTasksAreRefused) {
  refused(call(explain_task, {.cluster = "c", .task = "0123"}), "InvalidParameterException", "no task 0123");
  refused(call(explain_task, {.cluster = "nowhere", .task = "0123"}), "ClusterNotFoundException");
}

}  // namespace
}  // namespace berth::services::control
