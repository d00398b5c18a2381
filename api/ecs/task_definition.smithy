// Operations and shapes of: task definition.
$version: "2"

namespace com.amazonaws.ecs

operation DeleteTaskDefinitions {
    input: DeleteTaskDefinitionsRequest
    output: DeleteTaskDefinitionsResponse
    errors: [AccessDeniedException, ServerException, InvalidParameterException, ClientException]
}

operation DeregisterTaskDefinition {
    input: DeregisterTaskDefinitionRequest
    output: DeregisterTaskDefinitionResponse
    errors: [AccessDeniedException, ServerException, InvalidParameterException, ClientException]
}

@readonly
operation DescribeTaskDefinition {
    input: DescribeTaskDefinitionRequest
    output: DescribeTaskDefinitionResponse
    errors: [AccessDeniedException, ServerException, InvalidParameterException, ClientException]
}

@readonly
@paginated(inputToken: "nextToken", outputToken: "nextToken", pageSize: "maxResults", items: "families")
operation ListTaskDefinitionFamilies {
    input: ListTaskDefinitionFamiliesRequest
    output: ListTaskDefinitionFamiliesResponse
    errors: [AccessDeniedException, ServerException, InvalidParameterException, ClientException]
}

@readonly
@paginated(inputToken: "nextToken", outputToken: "nextToken", pageSize: "maxResults", items: "taskDefinitionArns")
operation ListTaskDefinitions {
    input: ListTaskDefinitionsRequest
    output: ListTaskDefinitionsResponse
    errors: [AccessDeniedException, ServerException, InvalidParameterException, ClientException]
}

operation RegisterTaskDefinition {
    input: RegisterTaskDefinitionRequest
    output: RegisterTaskDefinitionResponse
    errors: [
        AccessDeniedException, LimitExceededException, ServerException, InvalidParameterException,
        ClientException
    ]
}

enum Compatibility {
    EC2
    FARGATE
    EXTERNAL
    MANAGED_INSTANCES
}

list CompatibilityList {
    member: Compatibility
}

list ContainerDefinitions {
    member: ContainerDefinition
}

enum CPUArchitecture {
    X86_64
    ARM64
}

@input
structure DeleteTaskDefinitionsRequest {
    @required
    taskDefinitions: StringList
}

@output
structure DeleteTaskDefinitionsResponse {
    taskDefinitions: TaskDefinitionList
    failures: Failures
}

@input
structure DeregisterTaskDefinitionRequest {
    @required
    taskDefinition: String
}

@output
structure DeregisterTaskDefinitionResponse {
    taskDefinition: TaskDefinition
}

@input
structure DescribeTaskDefinitionRequest {
    @required
    taskDefinition: String

    include: TaskDefinitionFieldList
}

@output
structure DescribeTaskDefinitionResponse {
    taskDefinition: TaskDefinition
    tags: Tags
}

structure DockerVolumeConfiguration {
    scope: Scope
    autoprovision: Boolean
    driver: String
    driverOpts: StringMap
    labels: StringMap
}

structure EFSAuthorizationConfig {
    accessPointId: String
    iam: EFSAuthorizationConfigIAM
}

enum EFSAuthorizationConfigIAM {
    ENABLED
    DISABLED
}

enum EFSTransitEncryption {
    ENABLED
    DISABLED
}

structure EFSVolumeConfiguration {
    @required
    fileSystemId: String

    rootDirectory: String
    transitEncryption: EFSTransitEncryption
    transitEncryptionPort: Integer
    authorizationConfig: EFSAuthorizationConfig
}

structure EphemeralStorage {
    @required
    sizeInGiB: Integer
}

structure FSxWindowsFileServerAuthorizationConfig {
    @required
    credentialsParameter: String

    @required
    domain: String
}

structure FSxWindowsFileServerVolumeConfiguration {
    @required
    fileSystemId: String

    @required
    rootDirectory: String

    @required
    authorizationConfig: FSxWindowsFileServerAuthorizationConfig
}

structure HostVolumeProperties {
    sourcePath: String
}

@deprecated(message: "This feature is no longer available.", since: "2023-04-15")
structure InferenceAccelerator {
    @required
    deviceName: String

    @required
    deviceType: String
}

@deprecated(message: "This feature is no longer available.", since: "2023-04-15")
list InferenceAccelerators {
    member: InferenceAccelerator
}

enum IpcMode {
    HOST = "host"
    TASK = "task"
    NONE = "none"
}

@input
structure ListTaskDefinitionFamiliesRequest {
    familyPrefix: String
    status: TaskDefinitionFamilyStatus
    nextToken: String
    maxResults: Integer
}

@output
structure ListTaskDefinitionFamiliesResponse {
    families: StringList
    nextToken: String
}

@input
structure ListTaskDefinitionsRequest {
    familyPrefix: String
    status: TaskDefinitionStatus
    sort: SortOrder
    nextToken: String
    maxResults: Integer
}

@output
structure ListTaskDefinitionsResponse {
    taskDefinitionArns: StringList
    nextToken: String
}

enum NetworkMode {
    BRIDGE = "bridge"
    HOST = "host"
    AWSVPC = "awsvpc"
    NONE = "none"
}

enum OSFamily {
    WINDOWS_SERVER_2019_FULL
    WINDOWS_SERVER_2019_CORE
    WINDOWS_SERVER_2016_FULL
    WINDOWS_SERVER_2004_CORE
    WINDOWS_SERVER_2022_CORE
    WINDOWS_SERVER_2022_FULL
    WINDOWS_SERVER_2025_CORE
    WINDOWS_SERVER_2025_FULL
    WINDOWS_SERVER_20H2_CORE
    LINUX
}

enum PidMode {
    HOST = "host"
    TASK = "task"
}

structure ProxyConfiguration {
    type: ProxyConfigurationType

    @required
    containerName: String

    properties: ProxyConfigurationProperties
}

list ProxyConfigurationProperties {
    member: KeyValuePair
}

enum ProxyConfigurationType {
    APPMESH
}

@input
structure RegisterTaskDefinitionRequest {
    @required
    family: String

    taskRoleArn: String
    executionRoleArn: String
    networkMode: NetworkMode

    @required
    containerDefinitions: ContainerDefinitions

    volumes: VolumeList
    placementConstraints: TaskDefinitionPlacementConstraints
    requiresCompatibilities: CompatibilityList
    cpu: String
    memory: String
    tags: Tags
    pidMode: PidMode
    ipcMode: IpcMode
    proxyConfiguration: ProxyConfiguration

    @deprecated(message: "This feature is no longer available.", since: "2023-04-15")
    inferenceAccelerators: InferenceAccelerators

    ephemeralStorage: EphemeralStorage
    runtimePlatform: RuntimePlatform
    enableFaultInjection: Boolean
}

@output
structure RegisterTaskDefinitionResponse {
    taskDefinition: TaskDefinition
    tags: Tags
}

list RequiresAttributes {
    member: Attribute
}

structure RuntimePlatform {
    cpuArchitecture: CPUArchitecture
    operatingSystemFamily: OSFamily
}

structure S3FilesVolumeConfiguration {
    @required
    fileSystemArn: String

    rootDirectory: String
    transitEncryptionPort: Integer
    accessPointArn: String
}

enum Scope {
    TASK = "task"
    SHARED = "shared"
}

enum SortOrder {
    ASC
    DESC
}

map StringMap {
    key: String
    value: String
}

structure TaskDefinition {
    taskDefinitionArn: String
    containerDefinitions: ContainerDefinitions
    family: String
    taskRoleArn: String
    executionRoleArn: String
    networkMode: NetworkMode
    revision: Integer
    volumes: VolumeList
    status: TaskDefinitionStatus
    requiresAttributes: RequiresAttributes
    placementConstraints: TaskDefinitionPlacementConstraints
    compatibilities: CompatibilityList
    runtimePlatform: RuntimePlatform
    requiresCompatibilities: CompatibilityList
    cpu: String
    memory: String
    inferenceAccelerators: InferenceAccelerators
    pidMode: PidMode
    ipcMode: IpcMode
    proxyConfiguration: ProxyConfiguration
    registeredAt: Timestamp
    deregisteredAt: Timestamp
    deleteRequestedAt: Timestamp
    registeredBy: String
    ephemeralStorage: EphemeralStorage
    enableFaultInjection: Boolean
}

enum TaskDefinitionFamilyStatus {
    ACTIVE
    INACTIVE
    ALL
}

enum TaskDefinitionField {
    TAGS
}

list TaskDefinitionFieldList {
    member: TaskDefinitionField
}

list TaskDefinitionList {
    member: TaskDefinition
}

structure TaskDefinitionPlacementConstraint {
    type: TaskDefinitionPlacementConstraintType
    expression: String
}

list TaskDefinitionPlacementConstraints {
    member: TaskDefinitionPlacementConstraint
}

enum TaskDefinitionPlacementConstraintType {
    MEMBER_OF = "memberOf"
}

enum TaskDefinitionStatus {
    ACTIVE
    INACTIVE
    DELETE_IN_PROGRESS
}

structure Volume {
    name: String
    host: HostVolumeProperties
    dockerVolumeConfiguration: DockerVolumeConfiguration
    efsVolumeConfiguration: EFSVolumeConfiguration
    s3filesVolumeConfiguration: S3FilesVolumeConfiguration
    fsxWindowsFileServerVolumeConfiguration: FSxWindowsFileServerVolumeConfiguration
    configuredAtLaunch: Boolean
}

list VolumeList {
    member: Volume
}
