// Operations and shapes of: container instance.
$version: "2"

namespace com.amazonaws.ecs

operation DeregisterContainerInstance {
    input: DeregisterContainerInstanceRequest
    output: DeregisterContainerInstanceResponse
    errors: [
        AccessDeniedException, ServerException, InvalidParameterException, ClientException,
        ClusterNotFoundException
    ]
}

@readonly
operation DescribeContainerInstances {
    input: DescribeContainerInstancesRequest
    output: DescribeContainerInstancesResponse
    errors: [
        AccessDeniedException, ServerException, InvalidParameterException, ClientException,
        ClusterNotFoundException
    ]
}

operation DiscoverPollEndpoint {
    input: DiscoverPollEndpointRequest
    output: DiscoverPollEndpointResponse
    errors: [AccessDeniedException, ServerException, InvalidParameterException, ClientException]
}

@readonly
@paginated(inputToken: "nextToken", outputToken: "nextToken", pageSize: "maxResults", items: "containerInstanceArns")
operation ListContainerInstances {
    input: ListContainerInstancesRequest
    output: ListContainerInstancesResponse
    errors: [
        AccessDeniedException, ServerException, InvalidParameterException, ClientException,
        ClusterNotFoundException
    ]
}

operation RegisterContainerInstance {
    input: RegisterContainerInstanceRequest
    output: RegisterContainerInstanceResponse
    errors: [
        AccessDeniedException, ServerException, InvalidParameterException, ClientException,
        ClusterNotFoundException
    ]
}

operation UpdateContainerAgent {
    input: UpdateContainerAgentRequest
    output: UpdateContainerAgentResponse
    errors: [
        AccessDeniedException, NoUpdateAvailableException, MissingVersionException, ServerException,
        UpdateInProgressException, InvalidParameterException, ClientException, ClusterNotFoundException
    ]
}

operation UpdateContainerInstancesState {
    input: UpdateContainerInstancesStateRequest
    output: UpdateContainerInstancesStateResponse
    errors: [
        AccessDeniedException, ServerException, InvalidParameterException, ClientException,
        ClusterNotFoundException
    ]
}

enum AgentUpdateStatus {
    PENDING
    STAGING
    STAGED
    UPDATING
    UPDATED
    FAILED
}

structure ContainerInstance {
    containerInstanceArn: String
    ec2InstanceId: String
    capacityProviderName: String
    version: Long
    versionInfo: VersionInfo
    remainingResources: Resources
    registeredResources: Resources
    status: String
    statusReason: String
    agentConnected: Boolean
    runningTasksCount: Integer
    pendingTasksCount: Integer
    agentUpdateStatus: AgentUpdateStatus
    attributes: Attributes
    registeredAt: Timestamp
    attachments: Attachments
    tags: Tags
    healthStatus: ContainerInstanceHealthStatus
}

enum ContainerInstanceField {
    TAGS
    CONTAINER_INSTANCE_HEALTH
}

list ContainerInstanceFieldList {
    member: ContainerInstanceField
}

structure ContainerInstanceHealthStatus {
    overallStatus: InstanceHealthCheckState
    details: InstanceHealthCheckResultList
}

list ContainerInstances {
    member: ContainerInstance
}

enum ContainerInstanceStatus {
    ACTIVE
    DRAINING
    REGISTERING
    DEREGISTERING
    REGISTRATION_FAILED
}

@input
structure DeregisterContainerInstanceRequest {
    cluster: String

    @required
    containerInstance: String

    force: Boolean
}

@output
structure DeregisterContainerInstanceResponse {
    containerInstance: ContainerInstance
}

@input
structure DescribeContainerInstancesRequest {
    cluster: String

    @required
    containerInstances: StringList

    include: ContainerInstanceFieldList
}

@output
structure DescribeContainerInstancesResponse {
    containerInstances: ContainerInstances
    failures: Failures
}

@input
structure DiscoverPollEndpointRequest {
    containerInstance: String
    cluster: String
}

@output
structure DiscoverPollEndpointResponse {
    endpoint: String
    telemetryEndpoint: String
    serviceConnectEndpoint: String
}

structure InstanceHealthCheckResult {
    type: InstanceHealthCheckType
    status: InstanceHealthCheckState
    statusReason: String
    lastUpdated: Timestamp
    lastStatusChange: Timestamp
}

list InstanceHealthCheckResultList {
    member: InstanceHealthCheckResult
}

enum InstanceHealthCheckState {
    OK
    IMPAIRED
    INSUFFICIENT_DATA
    INITIALIZING
}

enum InstanceHealthCheckType {
    CONTAINER_RUNTIME
    ACCELERATED_COMPUTE
    DAEMON
}

@input
structure ListContainerInstancesRequest {
    cluster: String
    filter: String
    nextToken: String
    maxResults: Integer
    status: ContainerInstanceStatus
}

@output
structure ListContainerInstancesResponse {
    containerInstanceArns: StringList
    nextToken: String
}

long Long

structure PlatformDevice {
    @required
    id: String

    @required
    type: PlatformDeviceType
}

list PlatformDevices {
    member: PlatformDevice
}

enum PlatformDeviceType {
    GPU
}

@input
structure RegisterContainerInstanceRequest {
    cluster: String
    instanceIdentityDocument: String
    instanceIdentityDocumentSignature: String
    totalResources: Resources
    versionInfo: VersionInfo
    containerInstanceArn: String
    attributes: Attributes
    platformDevices: PlatformDevices
    tags: Tags

    /// Sent by agents, a fresh one for each call.
    clientToken: String
}

@output
structure RegisterContainerInstanceResponse {
    containerInstance: ContainerInstance
}

structure Resource {
    name: String
    type: String
    doubleValue: Double
    longValue: Long
    integerValue: Integer
    stringSetValue: StringList
}

list Resources {
    member: Resource
}

@input
structure UpdateContainerAgentRequest {
    cluster: String

    @required
    containerInstance: String
}

@output
structure UpdateContainerAgentResponse {
    containerInstance: ContainerInstance
}

@input
structure UpdateContainerInstancesStateRequest {
    cluster: String

    @required
    containerInstances: StringList

    @required
    status: ContainerInstanceStatus
}

@output
structure UpdateContainerInstancesStateResponse {
    containerInstances: ContainerInstances
    failures: Failures
}

structure VersionInfo {
    agentVersion: String
    agentHash: String
    dockerVersion: String
}
