// Operations and shapes of: execute command.
$version: "2"

namespace com.amazonaws.ecs

operation ExecuteCommand {
    input: ExecuteCommandRequest
    output: ExecuteCommandResponse
    errors: [
        AccessDeniedException, ServerException, InvalidParameterException, ClientException,
        TargetNotConnectedException, ClusterNotFoundException
    ]
}

@input
structure ExecuteCommandRequest {
    cluster: String
    container: String

    @required
    command: String

    @required
    interactive: Boolean

    @required
    task: String
}

@output
structure ExecuteCommandResponse {
    clusterArn: String
    containerArn: String
    containerName: String
    interactive: Boolean
    session: Session
    taskArn: String
}

@sensitive
string SensitiveString

structure Session {
    sessionId: String
    streamUrl: String
    tokenValue: SensitiveString
}
