#pragma once
#include "domain/stop_repeater.h"
#include "model/ecs/types.h"
#include "services/core/registry.h"

namespace berth::services::ecs {

/// The handlers of agents' reports with somebody who tells an agent to stop what it reports as RUNNING and is
/// to be stopped, or STOPPED. Null: nobody is told.
Async<ApiResult<model::ecs::SubmitTaskStateChangeResponse>> submit_task_state_change_to(
    Context& context, model::ecs::SubmitTaskStateChangeRequest request, domain::StopRepeater* stops);
Async<ApiResult<model::ecs::SubmitContainerStateChangeResponse>> submit_container_state_change_to(
    Context& context, model::ecs::SubmitContainerStateChangeRequest request, domain::StopRepeater* stops);

/// After add_handlers(): those two take the place of the ones that tell nobody. Borrows `stops`.
void add_report_handlers(HandlerRegistry& registry, domain::StopRepeater& stops);

}  // namespace berth::services::ecs
