// Goal: what is documented to be out of sight is: families without revisions, services and instances that go.
// Method: handlers over a store in memory.
#include "services/ecs/testing.h"

namespace berth::services::ecs::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

using TaskDefinitionHandlersTest = HandlersTest;

TEST_F(TaskDefinitionHandlersTest, AFamilyWithoutRevisionsIsNotListedAndGoesOnCounting) {
  define("web");
  must(deregister_task_definition, {.task_definition = "web:1"});
  EXPECT_THAT(*must(list_task_definition_families, {}).families, ElementsAre("web")) << "INACTIVE is shown";
  must(delete_task_definitions, {.task_definitions = {"web:1"}});
  EXPECT_THAT(*must(list_task_definition_families, {}).families, ElementsAre("web"))
      << "DELETE_IN_PROGRESS is shown";
  // What the reaper does in the end.
  store::Transaction transaction(runtime_.ids().uuid(), domain::Writer::reaper);
  transaction.erase<domain::TaskDefinitionRecord>(store::task_definition_key(realm_, "web", 1));
  ASSERT_TRUE(runtime::block_on(executor(), committer_.commit(std::move(transaction))).ok());
  EXPECT_THAT(*must(list_task_definition_families, {}).families, IsEmpty());
  define("web");
  EXPECT_THAT(*must(list_task_definitions, {}).task_definition_arns,
              ElementsAre("arn:aws:ecs:us-east-1:123456789012:task-definition/web:2"));
}

}  // namespace
}  // namespace berth::services::ecs::testing
