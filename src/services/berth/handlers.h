#pragma once
#include "model/control/types.h"
#include "services/core/api_result.h"
#include "services/core/context.h"

/// Berth's own operations. All only read; each answer is one JSON document, described in docs/explain.md.
namespace berth::services::control {

/// Where `count` tasks of a definition would go now if RunTask asked, and why every other instance is
/// rejected. Errors: ClusterNotFoundException; ClientException for the definition; InvalidParameterException.
Async<ApiResult<model::control::ExplainPlacementResponse>> explain_placement(
    Context& context, model::control::ExplainPlacementRequest request);

/// What a service has, what it waits for, and what its scheduler would do next: its own plan, not carried
/// out. Errors: ClusterNotFoundException, ServiceNotFoundException.
Async<ApiResult<model::control::ExplainServiceResponse>> explain_service(
    Context& context, model::control::ExplainServiceRequest request);

/// Where a task is, why there, and what it waits for. Ranks are not recorded when a task is placed, so the
/// decision is made again on what is there now, without the task, and the answer says so.
/// Errors: ClusterNotFoundException; InvalidParameterException for a task that is not there.
Async<ApiResult<model::control::ExplainTaskResponse>> explain_task(
    Context& context, model::control::ExplainTaskRequest request);

/// Every record of the caller's account and region at one revision, save for client tokens.
Async<ApiResult<model::control::ExportStateResponse>> export_state(
    Context& context, model::control::ExportStateRequest request);

}  // namespace berth::services::control
