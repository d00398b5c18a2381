// Goal: tasks of services can be protected for a time, others not; and what is not possible here answers the
// error that clients know. Method: handlers over a store in memory; records of tasks are put as the scheduler
// would.
#include <gmock/gmock.h>

#include "services/ecs/testing.h"

namespace berth::services::ecs::testing {
namespace {

using model::ecs::UpdateTaskProtectionRequest;
using ::testing::SizeIs;

class TaskProtectionTest : public HandlersTest {
 protected:
  TaskProtectionTest() {
    create("c");
    define("web");
    enrol("c");
  }
  // A RUNNING task; of a service when one is named.
  std::string task(const std::string& service, bool with_exec = false) {
    const std::string arn = *run("c", "web").task_arn;
    const std::string id = arn.substr(arn.rfind('/') + 1);
    auto record = *stored<domain::TaskRecord>(store::task_key(realm_, "c", id));
    record.last_status = domain::TaskStatus::running;
    record.enable_execute_command = with_exec;
    if (!service.empty()) record.service_name = service;
    put(std::move(record));
    return arn;
  }
  static UpdateTaskProtectionRequest request(const std::string& arn, bool enabled = true) {
    UpdateTaskProtectionRequest request;
    request.cluster = "c";
    request.tasks = {arn};
    request.protection_enabled = enabled;
    return request;
  }
};

TEST_F(TaskProtectionTest, ProtectsATaskOfAServiceForTwoHours) {
  const auto arn = task("s");
  const auto answer = must(update_task_protection, request(arn));
  ASSERT_THAT(*answer.protected_tasks, SizeIs(1));
  EXPECT_EQ(answer.protected_tasks->front().protection_enabled, true);
  EXPECT_EQ(answer.protected_tasks->front().expiration_date->ms, now_.ms + 120 * 60'000);
  now_ = now_ + std::chrono::minutes(121);
  const auto later = must(get_task_protection, {.cluster = "c", .tasks = std::vector<std::string>{arn}});
  EXPECT_EQ(later.protected_tasks->front().protection_enabled, false);
  EXPECT_FALSE(later.protected_tasks->front().expiration_date);
}

TEST_F(TaskProtectionTest, EndsOnRequest) {
  const auto arn = task("s");
  must(update_task_protection, request(arn));
  EXPECT_EQ(must(update_task_protection, request(arn, false)).protected_tasks->front().protection_enabled,
            false);
}

TEST_F(TaskProtectionTest, FailsForWhatCannotBeProtected) {
  auto all = request(task(""));
  all.tasks.push_back("gone");
  const auto answer = must(update_task_protection, all);
  ASSERT_THAT(*answer.failures, SizeIs(2));
  EXPECT_EQ(answer.failures->front().reason, "TASK_NOT_VALID");
  EXPECT_EQ(answer.failures->back().reason, "MISSING");
  auto long_time = request("x");
  long_time.expires_in_minutes = 2'881;
  refused(call(update_task_protection, long_time), "InvalidParameterException", "expiresInMinutes");
  auto none = request("x");
  none.tasks.clear();
  refused(call(update_task_protection, none), "InvalidParameterException", "empty");
  none.tasks.assign(11, "x");
  refused(call(update_task_protection, none), "InvalidParameterException", "at most 10");
  none = request("x");
  none.cluster = "gone";
  refused(call(update_task_protection, none), "ClusterNotFoundException");
}

TEST_F(TaskProtectionTest, ExecuteCommandSaysWhyNot) {
  model::ecs::ExecuteCommandRequest exec;
  exec.cluster = "c";
  exec.command = "sh";
  exec.interactive = true;
  exec.task = "gone";
  refused(call(execute_command, exec), "InvalidParameterException", "not found");
  exec.task = task("");
  refused(call(execute_command, exec), "InvalidParameterException", "was not enabled");
  exec.task = task("", true);
  refused(call(execute_command, exec), "TargetNotConnectedException", "docker exec");
  exec.container = "gone";
  refused(call(execute_command, exec), "InvalidParameterException", "container");
}

TEST_F(TaskProtectionTest, NamespacesAndHooksDoNotExist) {
  refused(call(list_services_by_namespace, {.namespace_ = "n"}), "NamespaceNotFoundException");
  model::ecs::ContinueServiceDeploymentRequest request;
  request.service_deployment_arn = "arn:aws:ecs:us-east-1:123456789012:service-deployment/c/s/1";
  request.hook_id = "h";
  refused(call(continue_service_deployment, request), "ServiceDeploymentNotFoundException");
}

}  // namespace
}  // namespace berth::services::ecs::testing
