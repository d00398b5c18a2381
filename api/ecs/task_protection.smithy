// Operations and shapes of: task protection.
$version: "2"

namespace com.amazonaws.ecs

@readonly
operation GetTaskProtection {
    input: GetTaskProtectionRequest
    output: GetTaskProtectionResponse
    errors: [
        AccessDeniedException, ResourceNotFoundException, ServerException, InvalidParameterException,
        ClientException, ClusterNotFoundException, UnsupportedFeatureException
    ]
}

operation UpdateTaskProtection {
    input: UpdateTaskProtectionRequest
    output: UpdateTaskProtectionResponse
    errors: [
        AccessDeniedException, ResourceNotFoundException, ServerException, InvalidParameterException,
        ClientException, ClusterNotFoundException, UnsupportedFeatureException
    ]
}

@input
structure GetTaskProtectionRequest {
    @required
    cluster: String

    tasks: StringList
}

@output
structure GetTaskProtectionResponse {
    protectedTasks: ProtectedTasks
    failures: Failures
}

structure ProtectedTask {
    taskArn: String
    protectionEnabled: Boolean
    expirationDate: Timestamp
}

list ProtectedTasks {
    member: ProtectedTask
}

@input
structure UpdateTaskProtectionRequest {
    @required
    cluster: String

    @required
    tasks: StringList

    @required
    protectionEnabled: Boolean

    expiresInMinutes: Integer
}

@output
structure UpdateTaskProtectionResponse {
    protectedTasks: ProtectedTasks
    failures: Failures
}
