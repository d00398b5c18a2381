// Operations and shapes of: state change.
$version: "2"

namespace com.amazonaws.ecs

operation SubmitAttachmentStateChanges {
    input: SubmitAttachmentStateChangesRequest
    output: SubmitAttachmentStateChangesResponse
    errors: [
        AccessDeniedException, ServerException, InvalidParameterException, ClientException,
        ClusterNotFoundException
    ]
}

operation SubmitContainerStateChange {
    input: SubmitContainerStateChangeRequest
    output: SubmitContainerStateChangeResponse
    errors: [
        AccessDeniedException, ServerException, InvalidParameterException, ClientException,
        ClusterNotFoundException
    ]
}

operation SubmitTaskStateChange {
    input: SubmitTaskStateChangeRequest
    output: SubmitTaskStateChangeResponse
    errors: [
        AccessDeniedException, ServerException, InvalidParameterException, ClientException,
        ClusterNotFoundException
    ]
}

structure AttachmentStateChange {
    @required
    attachmentArn: String

    @required
    status: String
}

list AttachmentStateChanges {
    member: AttachmentStateChange
}

structure ContainerStateChange {
    containerName: String
    imageDigest: String
    runtimeId: String
    exitCode: Integer
    networkBindings: NetworkBindings
    reason: String
    status: String
}

list ContainerStateChanges {
    member: ContainerStateChange
}

structure ManagedAgentStateChange {
    @required
    containerName: String

    @required
    managedAgentName: ManagedAgentName

    @required
    status: String

    reason: String
}

list ManagedAgentStateChanges {
    member: ManagedAgentStateChange
}

@input
structure SubmitAttachmentStateChangesRequest {
    cluster: String

    @required
    attachments: AttachmentStateChanges
}

@output
structure SubmitAttachmentStateChangesResponse {
    acknowledgment: String
}

@input
structure SubmitContainerStateChangeRequest {
    cluster: String
    task: String
    containerName: String
    runtimeId: String
    status: String
    exitCode: Integer
    reason: String
    networkBindings: NetworkBindings
}

@output
structure SubmitContainerStateChangeResponse {
    acknowledgment: String
}

@input
structure SubmitTaskStateChangeRequest {
    cluster: String
    task: String
    status: String
    reason: String
    containers: ContainerStateChanges
    attachments: AttachmentStateChanges
    managedAgents: ManagedAgentStateChanges
    pullStartedAt: Timestamp
    pullStoppedAt: Timestamp
    executionStoppedAt: Timestamp
}

@output
structure SubmitTaskStateChangeResponse {
    acknowledgment: String
}
