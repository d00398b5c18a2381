// Berth's own operations: why the scheduler decided as it did, and the state as one document.
$version: "2"

namespace berth.control

use aws.api#service
use aws.auth#sigv4
use aws.protocols#awsJson1_1
use berth.traits#serviceName

@service(sdkId: "Berth", arnNamespace: "berth")
@serviceName("berth")
@sigv4(name: "ecs")
@awsJson1_1
service Berth_20260101 {
    version: "2026-01-01"
    operations: [
        ExplainPlacement
        ExplainService
        ExplainTask
        ExportState
    ]
}

/// Where the tasks of a definition would be placed now, and why every other instance is rejected.
@readonly
operation ExplainPlacement {
    input: ExplainPlacementRequest
    output: ExplainPlacementResponse
    errors: [ClusterNotFoundException, InvalidParameterException, ClientException, ServerException]
}

/// What a service is waiting for.
@readonly
operation ExplainService {
    input: ExplainServiceRequest
    output: ExplainServiceResponse
    errors: [ClusterNotFoundException, ServiceNotFoundException, InvalidParameterException, ServerException]
}

/// How a task came to be where it is, and what it is waiting for.
@readonly
operation ExplainTask {
    input: ExplainTaskRequest
    output: ExplainTaskResponse
    errors: [ClusterNotFoundException, InvalidParameterException, ServerException]
}

/// The records of the caller's account and region, without client tokens, and how this control plane was set up.
@readonly
operation ExportState {
    input: ExportStateRequest
    output: ExportStateResponse
    errors: [ServerException]
}

@input
structure ExplainPlacementRequest {
    cluster: String

    @required
    taskDefinition: String

    /// 1 when absent.
    count: Integer

    /// As RunTask takes them.
    placementConstraints: PlacementRules

    /// As RunTask takes them.
    placementStrategy: PlacementRules
}

list PlacementRules {
    member: PlacementRule
}

/// A constraint has an expression, a strategy has a field.
structure PlacementRule {
    @required
    type: String

    expression: String

    field: String
}

@output
structure ExplainPlacementResponse {
    /// JSON text.
    @required
    document: String
}

@input
structure ExplainServiceRequest {
    cluster: String

    @required
    service: String
}

@output
structure ExplainServiceResponse {
    /// JSON text.
    @required
    document: String
}

@input
structure ExplainTaskRequest {
    cluster: String

    @required
    task: String
}

@output
structure ExplainTaskResponse {
    /// JSON text.
    @required
    document: String
}

@input
structure ExportStateRequest {}

@output
structure ExportStateResponse {
    /// JSON text.
    @required
    document: String
}

@error("client")
structure ClientException {
    message: String
}

@error("client")
structure ClusterNotFoundException {
    message: String
}

@error("client")
structure InvalidParameterException {
    message: String
}

@error("server")
structure ServerException {
    message: String
}

@error("client")
structure ServiceNotFoundException {
    message: String
}
