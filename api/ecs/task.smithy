// Operations and shapes of: task.
$version: "2"

namespace com.amazonaws.ecs

@readonly
operation DescribeTasks {
    input: DescribeTasksRequest
    output: DescribeTasksResponse
    errors: [
        AccessDeniedException, ServerException, InvalidParameterException, ClientException,
        ClusterNotFoundException
    ]
}

@readonly
@paginated(inputToken: "nextToken", outputToken: "nextToken", pageSize: "maxResults", items: "taskArns")
operation ListTasks {
    input: ListTasksRequest
    output: ListTasksResponse
    errors: [
        AccessDeniedException, ServerException, InvalidParameterException, ClientException,
        ServiceNotFoundException, ClusterNotFoundException
    ]
}

operation RunTask {
    input: RunTaskRequest
    output: RunTaskResponse
    errors: [
        ConflictException, AccessDeniedException, PlatformUnknownException, ServerException,
        InvalidParameterException, BlockedException, ClientException, ClusterNotFoundException,
        PlatformTaskDefinitionIncompatibilityException, UnsupportedFeatureException
    ]
}

operation StartTask {
    input: StartTaskRequest
    output: StartTaskResponse
    errors: [
        AccessDeniedException, NamespaceNotFoundException, ServerException, InvalidParameterException,
        ClientException, ClusterNotFoundException, UnsupportedFeatureException
    ]
}

operation StopTask {
    input: StopTaskRequest
    output: StopTaskResponse
    errors: [
        AccessDeniedException, ServerException, InvalidParameterException, ClientException,
        ClusterNotFoundException
    ]
}

enum Connectivity {
    CONNECTED
    DISCONNECTED
}

structure Container {
    containerArn: String
    taskArn: String
    name: String
    image: String
    imageDigest: String
    runtimeId: String
    lastStatus: String
    exitCode: Integer
    reason: String
    networkBindings: NetworkBindings
    networkInterfaces: NetworkInterfaces
    healthStatus: HealthStatus
    managedAgents: ManagedAgents
    cpu: String
    memory: String
    memoryReservation: String
    gpuIds: GpuIds
}

structure ContainerOverride {
    name: String
    command: StringList
    environment: EnvironmentVariables
    environmentFiles: EnvironmentFiles
    cpu: Integer
    memory: Integer
    memoryReservation: Integer
    resourceRequirements: ResourceRequirements
}

list ContainerOverrides {
    member: ContainerOverride
}

list Containers {
    member: Container
}

@input
structure DescribeTasksRequest {
    cluster: String

    @required
    tasks: StringList

    include: TaskFieldList
}

@output
structure DescribeTasksResponse {
    tasks: Tasks
    failures: Failures
}

enum DesiredStatus {
    RUNNING
    PENDING
    STOPPED
}

enum EBSResourceType {
    VOLUME = "volume"
}

structure EBSTagSpecification {
    @required
    resourceType: EBSResourceType

    tags: Tags
    propagateTags: PropagateTags
}

list EBSTagSpecifications {
    member: EBSTagSpecification
}

list GpuIds {
    member: String
}

enum HealthStatus {
    HEALTHY
    UNHEALTHY
    UNKNOWN
}

@deprecated(message: "This feature is no longer available.", since: "2023-04-15")
structure InferenceAcceleratorOverride {
    deviceName: String
    deviceType: String
}

@deprecated(message: "This feature is no longer available.", since: "2023-04-15")
list InferenceAcceleratorOverrides {
    member: InferenceAcceleratorOverride
}

@input
structure ListTasksRequest {
    cluster: String
    containerInstance: String
    family: String
    nextToken: String
    maxResults: Integer
    startedBy: String
    serviceName: String
    desiredStatus: DesiredStatus
    launchType: LaunchType
    daemonName: String
}

@output
structure ListTasksResponse {
    taskArns: StringList
    nextToken: String
}

structure ManagedAgent {
    lastStartedAt: Timestamp
    name: ManagedAgentName
    reason: String
    lastStatus: String
}

enum ManagedAgentName {
    EXECUTE_COMMAND_AGENT = "ExecuteCommandAgent"
}

list ManagedAgents {
    member: ManagedAgent
}

structure NetworkBinding {
    bindIP: String
    containerPort: Integer
    hostPort: Integer
    protocol: TransportProtocol
    containerPortRange: String
    hostPortRange: String
}

list NetworkBindings {
    member: NetworkBinding
}

structure NetworkInterface {
    attachmentId: String
    privateIpv4Address: String
    ipv6Address: String
}

list NetworkInterfaces {
    member: NetworkInterface
}

structure PlacementConstraint {
    type: PlacementConstraintType
    expression: String
}

list PlacementConstraints {
    member: PlacementConstraint
}

enum PlacementConstraintType {
    DISTINCT_INSTANCE = "distinctInstance"
    MEMBER_OF = "memberOf"
}

list PlacementStrategies {
    member: PlacementStrategy
}

structure PlacementStrategy {
    type: PlacementStrategyType
    field: String
}

enum PlacementStrategyType {
    RANDOM = "random"
    SPREAD = "spread"
    BINPACK = "binpack"
}

enum PropagateTags {
    TASK_DEFINITION
    SERVICE
    NONE
}

@input
structure RunTaskRequest {
    capacityProviderStrategy: CapacityProviderStrategy
    cluster: String
    count: Integer
    enableECSManagedTags: Boolean
    enableExecuteCommand: Boolean
    group: String
    launchType: LaunchType
    networkConfiguration: NetworkConfiguration
    overrides: TaskOverride
    placementConstraints: PlacementConstraints
    placementStrategy: PlacementStrategies
    platformVersion: String
    propagateTags: PropagateTags
    referenceId: String
    startedBy: String
    tags: Tags

    @required
    taskDefinition: String

    @idempotencyToken
    clientToken: String

    volumeConfigurations: TaskVolumeConfigurations
}

@output
structure RunTaskResponse {
    tasks: Tasks
    failures: Failures
}

@input
structure StartTaskRequest {
    cluster: String

    @required
    containerInstances: StringList

    enableECSManagedTags: Boolean
    enableExecuteCommand: Boolean
    group: String
    networkConfiguration: NetworkConfiguration
    overrides: TaskOverride
    propagateTags: PropagateTags
    referenceId: String
    startedBy: String
    tags: Tags

    @required
    taskDefinition: String

    volumeConfigurations: TaskVolumeConfigurations
}

@output
structure StartTaskResponse {
    tasks: Tasks
    failures: Failures
}

@input
structure StopTaskRequest {
    cluster: String

    @required
    task: String

    reason: String
}

@output
structure StopTaskResponse {
    task: Task
}

structure Task {
    attachments: Attachments
    attributes: Attributes
    availabilityZone: String
    capacityProviderName: String
    clusterArn: String
    connectivity: Connectivity
    connectivityAt: Timestamp
    containerInstanceArn: String
    containers: Containers
    cpu: String
    createdAt: Timestamp
    desiredStatus: String
    enableExecuteCommand: Boolean
    executionStoppedAt: Timestamp
    group: String
    healthStatus: HealthStatus
    inferenceAccelerators: InferenceAccelerators
    lastStatus: String
    launchType: LaunchType
    memory: String
    overrides: TaskOverride
    platformVersion: String
    platformFamily: String
    pullStartedAt: Timestamp
    pullStoppedAt: Timestamp
    startedAt: Timestamp
    startedBy: String
    stopCode: TaskStopCode
    stoppedAt: Timestamp
    stoppedReason: String
    stoppingAt: Timestamp
    tags: Tags
    taskArn: String
    taskDefinitionArn: String
    version: Long
    ephemeralStorage: EphemeralStorage
    fargateEphemeralStorage: TaskEphemeralStorage
}

structure TaskEphemeralStorage {
    sizeInGiB: Integer
    kmsKeyId: String
}

enum TaskField {
    TAGS
}

list TaskFieldList {
    member: TaskField
}

enum TaskFilesystemType {
    EXT3 = "ext3"
    EXT4 = "ext4"
    XFS = "xfs"
    NTFS = "ntfs"
}

structure TaskManagedEBSVolumeConfiguration {
    encrypted: Boolean
    kmsKeyId: String
    volumeType: String
    sizeInGiB: Integer
    snapshotId: String
    volumeInitializationRate: Integer
    iops: Integer
    throughput: Integer
    tagSpecifications: EBSTagSpecifications

    @required
    roleArn: String

    terminationPolicy: TaskManagedEBSVolumeTerminationPolicy
    filesystemType: TaskFilesystemType
}

structure TaskManagedEBSVolumeTerminationPolicy {
    @required
    deleteOnTermination: Boolean
}

structure TaskOverride {
    containerOverrides: ContainerOverrides
    cpu: String
    inferenceAcceleratorOverrides: InferenceAcceleratorOverrides
    executionRoleArn: String
    memory: String
    taskRoleArn: String
    ephemeralStorage: EphemeralStorage
}

list Tasks {
    member: Task
}

enum TaskStopCode {
    TASK_FAILED_TO_START = "TaskFailedToStart"
    ESSENTIAL_CONTAINER_EXITED = "EssentialContainerExited"
    USER_INITIATED = "UserInitiated"
    SERVICE_SCHEDULER_INITIATED = "ServiceSchedulerInitiated"
    SPOT_INTERRUPTION = "SpotInterruption"
    TERMINATION_NOTICE = "TerminationNotice"
}

structure TaskVolumeConfiguration {
    @required
    name: String

    managedEBSVolume: TaskManagedEBSVolumeConfiguration
}

list TaskVolumeConfigurations {
    member: TaskVolumeConfiguration
}
