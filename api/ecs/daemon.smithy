// Operations and shapes of: daemon.
$version: "2"

namespace com.amazonaws.ecs

operation CreateDaemon {
    input: CreateDaemonRequest
    output: CreateDaemonResponse
    errors: [
        AccessDeniedException, PlatformUnknownException, ServerException, InvalidParameterException,
        ClientException, ClusterNotFoundException, UnsupportedFeatureException
    ]
}

@idempotent
operation DeleteDaemon {
    input: DeleteDaemonRequest
    output: DeleteDaemonResponse
    errors: [
        AccessDeniedException, DaemonNotFoundException, DaemonNotActiveException, ServerException,
        InvalidParameterException, ClientException, ClusterNotFoundException, UnsupportedFeatureException
    ]
}

operation DeleteDaemonTaskDefinition {
    input: DeleteDaemonTaskDefinitionRequest
    output: DeleteDaemonTaskDefinitionResponse
    errors: [AccessDeniedException, ServerException, InvalidParameterException, ClientException]
}

@readonly
operation DescribeDaemon {
    input: DescribeDaemonRequest
    output: DescribeDaemonResponse
    errors: [
        AccessDeniedException, DaemonNotFoundException, ServerException, InvalidParameterException,
        ClientException, ClusterNotFoundException, UnsupportedFeatureException
    ]
}

@readonly
operation DescribeDaemonDeployments {
    input: DescribeDaemonDeploymentsRequest
    output: DescribeDaemonDeploymentsResponse
    errors: [
        AccessDeniedException, ServerException, InvalidParameterException, ClientException,
        ClusterNotFoundException, UnsupportedFeatureException
    ]
}

@readonly
operation DescribeDaemonRevisions {
    input: DescribeDaemonRevisionsRequest
    output: DescribeDaemonRevisionsResponse
    errors: [
        AccessDeniedException, ServerException, InvalidParameterException, ClientException,
        ClusterNotFoundException, UnsupportedFeatureException
    ]
}

@readonly
operation DescribeDaemonTaskDefinition {
    input: DescribeDaemonTaskDefinitionRequest
    output: DescribeDaemonTaskDefinitionResponse
    errors: [AccessDeniedException, ServerException, InvalidParameterException, ClientException]
}

@readonly
operation ListDaemonDeployments {
    input: ListDaemonDeploymentsRequest
    output: ListDaemonDeploymentsResponse
    errors: [
        AccessDeniedException, ServerException, InvalidParameterException, ClientException,
        ClusterNotFoundException, UnsupportedFeatureException
    ]
}

@readonly
operation ListDaemonTaskDefinitions {
    input: ListDaemonTaskDefinitionsRequest
    output: ListDaemonTaskDefinitionsResponse
    errors: [AccessDeniedException, ServerException, InvalidParameterException, ClientException]
}

@readonly
operation ListDaemons {
    input: ListDaemonsRequest
    output: ListDaemonsResponse
    errors: [
        AccessDeniedException, ServerException, InvalidParameterException, ClientException,
        ClusterNotFoundException, UnsupportedFeatureException
    ]
}

operation RegisterDaemonTaskDefinition {
    input: RegisterDaemonTaskDefinitionRequest
    output: RegisterDaemonTaskDefinitionResponse
    errors: [
        AccessDeniedException, LimitExceededException, ServerException, InvalidParameterException,
        ClientException
    ]
}

operation UpdateDaemon {
    input: UpdateDaemonRequest
    output: UpdateDaemonResponse
    errors: [
        AccessDeniedException, DaemonNotFoundException, PlatformUnknownException, DaemonNotActiveException,
        ServerException, InvalidParameterException, ClientException, ClusterNotFoundException,
        UnsupportedFeatureException
    ]
}

@input
structure CreateDaemonRequest {
    @required
    daemonName: String

    clusterArn: String

    @required
    daemonTaskDefinitionArn: String

    @required
    capacityProviderArns: StringList

    deploymentConfiguration: DaemonDeploymentConfiguration
    tags: Tags
    propagateTags: DaemonPropagateTags
    enableECSManagedTags: Boolean
    enableExecuteCommand: Boolean
    clientToken: String
}

@output
structure CreateDaemonResponse {
    daemonArn: String
    status: DaemonStatus
    createdAt: Timestamp
    deploymentArn: String
}

structure DaemonAlarmConfiguration {
    alarmNames: StringList
    enable: Boolean
}

structure DaemonCapacityProvider {
    arn: String
    runningCount: Integer
}

list DaemonCapacityProviderList {
    member: DaemonCapacityProvider
}

structure DaemonCircuitBreaker {
    failureCount: Integer
    status: DaemonDeploymentRollbackMonitorsStatus
    threshold: Integer
}

structure DaemonContainerDefinition {
    name: String

    @required
    image: String

    memory: Integer
    memoryReservation: Integer
    repositoryCredentials: RepositoryCredentials
    healthCheck: HealthCheck
    cpu: Integer
    essential: Boolean
    entryPoint: StringList
    command: StringList
    workingDirectory: String
    environmentFiles: EnvironmentFiles
    environment: EnvironmentVariables
    secrets: SecretList
    readonlyRootFilesystem: Boolean
    mountPoints: MountPointList
    logConfiguration: LogConfiguration
    firelensConfiguration: FirelensConfiguration
    privileged: Boolean
    user: String
    ulimits: UlimitList
    linuxParameters: DaemonLinuxParameters
    dependsOn: ContainerDependencies
    startTimeout: Integer
    stopTimeout: Integer
    systemControls: SystemControls
    interactive: Boolean
    pseudoTerminal: Boolean
    restartPolicy: ContainerRestartPolicy
}

list DaemonContainerDefinitionList {
    member: DaemonContainerDefinition
}

structure DaemonContainerImage {
    containerName: String
    imageDigest: String
    image: String
}

list DaemonContainerImages {
    member: DaemonContainerImage
}

structure DaemonDeployment {
    daemonDeploymentArn: String
    clusterArn: String
    status: DaemonDeploymentStatus
    statusReason: String
    targetDaemonRevision: DaemonDeploymentRevisionDetail
    sourceDaemonRevisions: DaemonDeploymentRevisionDetailList
    circuitBreaker: DaemonCircuitBreaker
    alarms: DaemonDeploymentAlarms
    rollback: DaemonRollback
    deploymentConfiguration: DaemonDeploymentConfiguration
    createdAt: Timestamp
    startedAt: Timestamp
    stoppedAt: Timestamp
    finishedAt: Timestamp
}

structure DaemonDeploymentAlarms {
    status: DaemonDeploymentRollbackMonitorsStatus
    alarmNames: StringList
    triggeredAlarmNames: StringList
}

structure DaemonDeploymentCapacityProvider {
    arn: String
    runningInstanceCount: Integer
    drainingInstanceCount: Integer
}

list DaemonDeploymentCapacityProviderList {
    member: DaemonDeploymentCapacityProvider
}

structure DaemonDeploymentConfiguration {
    drainPercent: DaemonDrainPercent
    alarms: DaemonAlarmConfiguration
    bakeTimeInMinutes: Integer
}

list DaemonDeploymentList {
    member: DaemonDeployment
}

structure DaemonDeploymentRevisionDetail {
    arn: String
    capacityProviders: DaemonDeploymentCapacityProviderList
    totalRunningInstanceCount: Integer
    totalDrainingInstanceCount: Integer
}

list DaemonDeploymentRevisionDetailList {
    member: DaemonDeploymentRevisionDetail
}

enum DaemonDeploymentRollbackMonitorsStatus {
    TRIGGERED
    MONITORING
    MONITORING_COMPLETE
    DISABLED
}

enum DaemonDeploymentStatus {
    PENDING
    SUCCESSFUL
    STOPPED
    STOP_REQUESTED
    IN_PROGRESS
    ROLLBACK_IN_PROGRESS
    ROLLBACK_SUCCESSFUL
    ROLLBACK_FAILED
}

list DaemonDeploymentStatusList {
    member: DaemonDeploymentStatus
}

structure DaemonDeploymentSummary {
    daemonDeploymentArn: String
    daemonArn: String
    clusterArn: String
    status: DaemonDeploymentStatus
    statusReason: String
    targetDaemonRevisionArn: String
    createdAt: Timestamp
    startedAt: Timestamp
    stoppedAt: Timestamp
    finishedAt: Timestamp
}

list DaemonDeploymentSummaryList {
    member: DaemonDeploymentSummary
}

structure DaemonDetail {
    daemonArn: String
    clusterArn: String
    status: DaemonStatus
    currentRevisions: DaemonRevisionDetailList
    deploymentArn: String
    createdAt: Timestamp
    updatedAt: Timestamp
}

@range(min: 0, max: 100)
double DaemonDrainPercent

structure DaemonLinuxParameters {
    capabilities: KernelCapabilities
    devices: DevicesList
    initProcessEnabled: Boolean
    tmpfs: TmpfsList
}

enum DaemonPropagateTags {
    DAEMON
    NONE
}

structure DaemonRevision {
    daemonRevisionArn: String
    clusterArn: String
    daemonArn: String
    daemonTaskDefinitionArn: String
    createdAt: Timestamp
    containerImages: DaemonContainerImages
    propagateTags: DaemonPropagateTags
    enableECSManagedTags: Boolean
    enableExecuteCommand: Boolean
}

structure DaemonRevisionDetail {
    arn: String
    capacityProviders: DaemonCapacityProviderList
    totalRunningCount: Integer
}

list DaemonRevisionDetailList {
    member: DaemonRevisionDetail
}

list DaemonRevisions {
    member: DaemonRevision
}

structure DaemonRollback {
    reason: String
    startedAt: Timestamp
    rollbackTargetDaemonRevisionArn: String
    rollbackCapacityProviders: StringList
}

enum DaemonStatus {
    ACTIVE
    DELETE_IN_PROGRESS
}

list DaemonSummariesList {
    member: DaemonSummary
}

structure DaemonSummary {
    daemonArn: String
    status: DaemonStatus
    createdAt: Timestamp
    updatedAt: Timestamp
}

structure DaemonTaskDefinition {
    daemonTaskDefinitionArn: String
    family: String
    revision: Integer
    taskRoleArn: String
    executionRoleArn: String
    containerDefinitions: DaemonContainerDefinitionList
    volumes: DaemonVolumeList
    cpu: String
    memory: String
    status: DaemonTaskDefinitionStatus
    registeredAt: Timestamp
    deleteRequestedAt: Timestamp
    registeredBy: String
}

enum DaemonTaskDefinitionRevisionFilter {
    LAST_REGISTERED
}

enum DaemonTaskDefinitionStatus {
    ACTIVE
    DELETE_IN_PROGRESS
    DELETED
}

enum DaemonTaskDefinitionStatusFilter {
    ACTIVE
    DELETE_IN_PROGRESS
    ALL
}

list DaemonTaskDefinitionSummaries {
    member: DaemonTaskDefinitionSummary
}

structure DaemonTaskDefinitionSummary {
    arn: String
    registeredAt: Timestamp
    registeredBy: String
    deleteRequestedAt: Timestamp
    status: DaemonTaskDefinitionStatus
}

structure DaemonVolume {
    name: String
    host: HostVolumeProperties
}

list DaemonVolumeList {
    member: DaemonVolume
}

@input
structure DeleteDaemonRequest {
    @required
    daemonArn: String
}

@output
structure DeleteDaemonResponse {
    daemonArn: String
    status: DaemonStatus
    createdAt: Timestamp
    updatedAt: Timestamp
    deploymentArn: String
}

@input
structure DeleteDaemonTaskDefinitionRequest {
    @required
    daemonTaskDefinition: String
}

@output
structure DeleteDaemonTaskDefinitionResponse {
    daemonTaskDefinitionArn: String
}

@input
structure DescribeDaemonDeploymentsRequest {
    @required
    daemonDeploymentArns: StringList
}

@output
structure DescribeDaemonDeploymentsResponse {
    failures: Failures
    daemonDeployments: DaemonDeploymentList
}

@input
structure DescribeDaemonRequest {
    @required
    daemonArn: String
}

@output
structure DescribeDaemonResponse {
    daemon: DaemonDetail
}

@input
structure DescribeDaemonRevisionsRequest {
    @required
    daemonRevisionArns: StringList
}

@output
structure DescribeDaemonRevisionsResponse {
    daemonRevisions: DaemonRevisions
    failures: Failures
}

@input
structure DescribeDaemonTaskDefinitionRequest {
    @required
    daemonTaskDefinition: String
}

@output
structure DescribeDaemonTaskDefinitionResponse {
    daemonTaskDefinition: DaemonTaskDefinition
}

@input
structure ListDaemonDeploymentsRequest {
    @required
    daemonArn: String

    status: DaemonDeploymentStatusList
    createdAt: CreatedAt
    maxResults: Integer
    nextToken: String
}

@output
structure ListDaemonDeploymentsResponse {
    nextToken: String
    daemonDeployments: DaemonDeploymentSummaryList
}

@input
structure ListDaemonsRequest {
    clusterArn: String
    capacityProviderArns: StringList
    maxResults: Integer
    nextToken: String
}

@output
structure ListDaemonsResponse {
    daemonSummariesList: DaemonSummariesList
    nextToken: String
}

@input
structure ListDaemonTaskDefinitionsRequest {
    familyPrefix: String
    family: String
    revision: DaemonTaskDefinitionRevisionFilter
    status: DaemonTaskDefinitionStatusFilter
    sort: SortOrder
    nextToken: String
    maxResults: Integer
}

@output
structure ListDaemonTaskDefinitionsResponse {
    daemonTaskDefinitions: DaemonTaskDefinitionSummaries
    nextToken: String
}

@input
structure RegisterDaemonTaskDefinitionRequest {
    @required
    family: String

    taskRoleArn: String
    executionRoleArn: String

    @required
    containerDefinitions: DaemonContainerDefinitionList

    cpu: String
    memory: String
    volumes: DaemonVolumeList
    tags: Tags
}

@output
structure RegisterDaemonTaskDefinitionResponse {
    daemonTaskDefinitionArn: String
}

@input
structure UpdateDaemonRequest {
    @required
    daemonArn: String

    @required
    daemonTaskDefinitionArn: String

    @required
    capacityProviderArns: StringList

    deploymentConfiguration: DaemonDeploymentConfiguration
    propagateTags: DaemonPropagateTags
    enableECSManagedTags: Boolean
    enableExecuteCommand: Boolean
}

@output
structure UpdateDaemonResponse {
    daemonArn: String
    status: DaemonStatus
    createdAt: Timestamp
    updatedAt: Timestamp
    deploymentArn: String
}
