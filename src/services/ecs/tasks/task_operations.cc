#include "model/ecs/codec.h"
#include "services/ecs/operations.h"

namespace berth::services::ecs {

void add_task_operations(Operations& operations) {
  operations.add<model::ecs::RunTaskOperation>(run_task, {.toll = run_task_toll, .token = &kRunTaskToken});
  operations.add<model::ecs::StartTaskOperation>(start_task);
  operations.add<model::ecs::StopTaskOperation>(stop_task);
  operations.add<model::ecs::DescribeTasksOperation>(describe_tasks);
  operations.add<model::ecs::ListTasksOperation>(list_tasks);
  operations.add<model::ecs::SubmitTaskStateChangeOperation>(submit_task_state_change, {.report = true});
  operations.add<model::ecs::SubmitContainerStateChangeOperation>(submit_container_state_change,
                                                                  {.report = true});
  operations.add<model::ecs::SubmitAttachmentStateChangesOperation>(submit_attachment_state_changes,
                                                                    {.report = true});
  operations.add<model::ecs::GetTaskProtectionOperation>(get_task_protection);
  operations.add<model::ecs::UpdateTaskProtectionOperation>(update_task_protection);
  operations.add<model::ecs::ExecuteCommandOperation>(execute_command);
}

}  // namespace berth::services::ecs
