#pragma once
#include "api/operations.h"
#include "model/control/operations.h"
#include "model/control/types.h"
#include "services/ecs/core/call.h"

/// Berth's own operations. All only read; each answer is one JSON document, described in docs/explain.md.
namespace berth::services::control {

using api::ApiResult;
using api::Decision;
using ecs::Call;
template <class Operation>
using Decide = api::Decide<Call, Operation>;

/// Where `count` tasks of a definition would go now if RunTask asked, and why every other instance is
/// rejected.
/// Errors: ClusterNotFoundException; ClientException for the definition; InvalidParameterException.
Decide<model::control::ExplainPlacementOperation> explain_placement;

/// What a service has, what it waits for, and what its scheduler would do next: its own plan, not carried
/// out.
/// Errors: ClusterNotFoundException, ServiceNotFoundException.
Decide<model::control::ExplainServiceOperation> explain_service;

/// Where a task is, why there, and what it waits for. Ranks are not recorded when a task is placed, so the
/// decision is made again on what is there now, without the task, and the answer says so.
/// Errors: ClusterNotFoundException; InvalidParameterException for a task that is not there.
Decide<model::control::ExplainTaskOperation> explain_task;

/// Every record of the caller's account and region at one revision, save for client tokens.
api::Run<Call, model::control::ExportStateOperation> export_state;

/// All of them, in a table that does not outlive `deps`.
void add_operations(api::OperationTable& table, const ecs::Deps& deps);

}  // namespace berth::services::control
