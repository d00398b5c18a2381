// Operations and shapes of: service.
$version: "2"

namespace com.amazonaws.ecs

operation CreateService {
    input: CreateServiceRequest
    output: CreateServiceResponse
    errors: [
        AccessDeniedException, PlatformUnknownException, NamespaceNotFoundException, ServerException,
        InvalidParameterException, ClientException, ClusterNotFoundException,
        PlatformTaskDefinitionIncompatibilityException, UnsupportedFeatureException
    ]
}

@idempotent
operation DeleteService {
    input: DeleteServiceRequest
    output: DeleteServiceResponse
    errors: [
        AccessDeniedException, ServerException, InvalidParameterException, ClientException,
        ServiceNotFoundException, ClusterNotFoundException
    ]
}

@readonly
operation DescribeServices {
    input: DescribeServicesRequest
    output: DescribeServicesResponse
    errors: [
        AccessDeniedException, ServerException, InvalidParameterException, ClientException,
        ClusterNotFoundException
    ]
}

@readonly
@paginated(inputToken: "nextToken", outputToken: "nextToken", pageSize: "maxResults", items: "serviceArns")
operation ListServices {
    input: ListServicesRequest
    output: ListServicesResponse
    errors: [
        AccessDeniedException, ServerException, InvalidParameterException, ClientException,
        ClusterNotFoundException
    ]
}

@readonly
@paginated(inputToken: "nextToken", outputToken: "nextToken", pageSize: "maxResults", items: "serviceArns")
operation ListServicesByNamespace {
    input: ListServicesByNamespaceRequest
    output: ListServicesByNamespaceResponse
    errors: [
        AccessDeniedException, NamespaceNotFoundException, ServerException, InvalidParameterException,
        ClientException
    ]
}

operation UpdateService {
    input: UpdateServiceRequest
    output: UpdateServiceResponse
    errors: [
        AccessDeniedException, PlatformUnknownException, NamespaceNotFoundException,
        ServiceNotActiveException, ServerException, InvalidParameterException, ClientException,
        ServiceNotFoundException, ClusterNotFoundException, PlatformTaskDefinitionIncompatibilityException,
        UnsupportedFeatureException
    ]
}

enum AvailabilityZoneRebalancing {
    ENABLED
    DISABLED
}

structure CanaryConfiguration {
    canaryPercent: Double
    canaryBakeTimeInMinutes: Integer
}

@input
structure CreateServiceRequest {
    cluster: String

    @required
    serviceName: String

    taskDefinition: String
    availabilityZoneRebalancing: AvailabilityZoneRebalancing
    loadBalancers: LoadBalancers
    serviceRegistries: ServiceRegistries
    desiredCount: Integer
    clientToken: String
    launchType: LaunchType
    capacityProviderStrategy: CapacityProviderStrategy
    platformVersion: String
    role: String
    deploymentConfiguration: DeploymentConfiguration
    placementConstraints: PlacementConstraints
    placementStrategy: PlacementStrategies
    networkConfiguration: NetworkConfiguration
    healthCheckGracePeriodSeconds: Integer
    schedulingStrategy: SchedulingStrategy
    deploymentController: DeploymentController
    tags: Tags
    enableECSManagedTags: Boolean
    propagateTags: PropagateTags
    enableExecuteCommand: Boolean
    serviceConnectConfiguration: ServiceConnectConfiguration
    volumeConfigurations: ServiceVolumeConfigurations
    vpcLatticeConfigurations: VpcLatticeConfigurations
}

@output
structure CreateServiceResponse {
    service: Service
}

@input
structure DeleteServiceRequest {
    cluster: String

    @required
    service: String

    force: Boolean
}

@output
structure DeleteServiceResponse {
    service: Service
}

structure Deployment {
    id: String
    status: String
    taskDefinition: String
    desiredCount: Integer
    pendingCount: Integer
    runningCount: Integer
    failedTasks: Integer
    createdAt: Timestamp
    updatedAt: Timestamp
    capacityProviderStrategy: CapacityProviderStrategy
    launchType: LaunchType
    platformVersion: String
    platformFamily: String
    networkConfiguration: NetworkConfiguration
    rolloutState: DeploymentRolloutState
    rolloutStateReason: String
    serviceConnectConfiguration: ServiceConnectConfiguration
    serviceConnectResources: ServiceConnectServiceResourceList
    volumeConfigurations: ServiceVolumeConfigurations
    fargateEphemeralStorage: DeploymentEphemeralStorage
    vpcLatticeConfigurations: VpcLatticeConfigurations
}

structure DeploymentAlarms {
    @required
    alarmNames: StringList

    @required
    rollback: Boolean

    @required
    enable: Boolean
}

structure DeploymentCircuitBreaker {
    @required
    enable: Boolean

    @required
    rollback: Boolean
}

structure DeploymentConfiguration {
    deploymentCircuitBreaker: DeploymentCircuitBreaker
    maximumPercent: Integer
    minimumHealthyPercent: Integer
    alarms: DeploymentAlarms
    strategy: DeploymentStrategy
    bakeTimeInMinutes: Integer
    lifecycleHooks: DeploymentLifecycleHookList
    linearConfiguration: LinearConfiguration
    canaryConfiguration: CanaryConfiguration
}

structure DeploymentController {
    @required
    type: DeploymentControllerType
}

enum DeploymentControllerType {
    ECS
    CODE_DEPLOY
    EXTERNAL
}

structure DeploymentLifecycleHook {
    targetType: DeploymentLifecycleHookTargetType
    hookTargetArn: String
    roleArn: String
    lifecycleStages: DeploymentLifecycleHookStageList
    hookDetails: HookDetails
    timeoutConfiguration: DeploymentLifecycleHookTimeoutConfiguration
}

enum DeploymentLifecycleHookAction {
    ROLLBACK
    CONTINUE
}

@range(min: 1, max: 20160)
integer DeploymentLifecycleHookDuration

list DeploymentLifecycleHookList {
    member: DeploymentLifecycleHook
}

enum DeploymentLifecycleHookStage {
    RECONCILE_SERVICE
    PRE_SCALE_UP
    POST_SCALE_UP
    TEST_TRAFFIC_SHIFT
    POST_TEST_TRAFFIC_SHIFT
    PRE_PRODUCTION_TRAFFIC_SHIFT
    PRODUCTION_TRAFFIC_SHIFT
    POST_PRODUCTION_TRAFFIC_SHIFT
}

list DeploymentLifecycleHookStageList {
    member: DeploymentLifecycleHookStage
}

enum DeploymentLifecycleHookTargetType {
    AWS_LAMBDA
    PAUSE
}

structure DeploymentLifecycleHookTimeoutConfiguration {
    timeoutInMinutes: DeploymentLifecycleHookDuration
    action: DeploymentLifecycleHookAction
}

enum DeploymentRolloutState {
    COMPLETED
    FAILED
    IN_PROGRESS
}

list Deployments {
    member: Deployment
}

enum DeploymentStrategy {
    ROLLING
    BLUE_GREEN
    LINEAR
    CANARY
}

@input
structure DescribeServicesRequest {
    cluster: String

    @required
    services: StringList

    include: ServiceFieldList
}

@output
structure DescribeServicesResponse {
    services: Services
    failures: Failures
}

@range(min: 0, max: 2147483647)
integer Duration

document HookDetails

structure LinearConfiguration {
    stepPercent: Double
    stepBakeTimeInMinutes: Integer
}

@input
structure ListServicesByNamespaceRequest {
    @required
    namespace: String

    nextToken: String
    maxResults: Integer
}

@output
structure ListServicesByNamespaceResponse {
    serviceArns: StringList
    nextToken: String
}

@input
structure ListServicesRequest {
    cluster: String
    nextToken: String
    maxResults: Integer
    launchType: LaunchType
    schedulingStrategy: SchedulingStrategy
    resourceManagementType: ResourceManagementType
}

@output
structure ListServicesResponse {
    serviceArns: StringList
    nextToken: String
}

@range(min: 0, max: 65535)
integer PortNumber

enum ResourceManagementType {
    CUSTOMER
    ECS
}

enum SchedulingStrategy {
    REPLICA
    DAEMON
}

structure Service {
    serviceArn: String
    serviceName: String
    clusterArn: String
    loadBalancers: LoadBalancers
    serviceRegistries: ServiceRegistries
    status: String
    desiredCount: Integer
    runningCount: Integer
    pendingCount: Integer
    launchType: LaunchType
    capacityProviderStrategy: CapacityProviderStrategy
    platformVersion: String
    platformFamily: String
    taskDefinition: String
    deploymentConfiguration: DeploymentConfiguration
    taskSets: TaskSets
    deployments: Deployments
    roleArn: String
    events: ServiceEvents
    createdAt: Timestamp
    currentServiceDeployment: String
    currentServiceRevisions: ServiceCurrentRevisionSummaryList
    placementConstraints: PlacementConstraints
    placementStrategy: PlacementStrategies
    networkConfiguration: NetworkConfiguration
    healthCheckGracePeriodSeconds: Integer
    schedulingStrategy: SchedulingStrategy
    deploymentController: DeploymentController
    tags: Tags
    createdBy: String
    enableECSManagedTags: Boolean
    propagateTags: PropagateTags
    enableExecuteCommand: Boolean
    availabilityZoneRebalancing: AvailabilityZoneRebalancing
    resourceManagementType: ResourceManagementType
}

structure ServiceConnectAccessLogConfiguration {
    @required
    format: ServiceConnectAccessLoggingFormat

    includeQueryParameters: ServiceConnectIncludeQueryParameters
}

enum ServiceConnectAccessLoggingFormat {
    TEXT
    JSON
}

structure ServiceConnectClientAlias {
    @required
    port: PortNumber

    dnsName: String
    testTrafficRules: ServiceConnectTestTrafficRules
}

list ServiceConnectClientAliasList {
    member: ServiceConnectClientAlias
}

structure ServiceConnectConfiguration {
    @required
    enabled: Boolean

    namespace: String
    services: ServiceConnectServiceList
    logConfiguration: LogConfiguration
    accessLogConfiguration: ServiceConnectAccessLogConfiguration
}

enum ServiceConnectIncludeQueryParameters {
    DISABLED
    ENABLED
}

structure ServiceConnectService {
    @required
    portName: String

    discoveryName: String
    clientAliases: ServiceConnectClientAliasList
    ingressPortOverride: PortNumber
    timeout: TimeoutConfiguration
    tls: ServiceConnectTlsConfiguration
}

list ServiceConnectServiceList {
    member: ServiceConnectService
}

structure ServiceConnectServiceResource {
    discoveryName: String
    discoveryArn: String
}

list ServiceConnectServiceResourceList {
    member: ServiceConnectServiceResource
}

structure ServiceConnectTestTrafficHeaderMatchRules {
    @required
    exact: String
}

structure ServiceConnectTestTrafficHeaderRules {
    @required
    name: String

    value: ServiceConnectTestTrafficHeaderMatchRules
}

structure ServiceConnectTestTrafficRules {
    @required
    header: ServiceConnectTestTrafficHeaderRules
}

structure ServiceConnectTlsCertificateAuthority {
    awsPcaAuthorityArn: String
}

structure ServiceConnectTlsConfiguration {
    @required
    issuerCertificateAuthority: ServiceConnectTlsCertificateAuthority

    kmsKey: String
    roleArn: String
}

structure ServiceCurrentRevisionSummary {
    arn: String
    requestedTaskCount: Integer
    runningTaskCount: Integer
    pendingTaskCount: Integer
}

list ServiceCurrentRevisionSummaryList {
    member: ServiceCurrentRevisionSummary
}

structure ServiceEvent {
    id: String
    createdAt: Timestamp
    message: String
}

list ServiceEvents {
    member: ServiceEvent
}

enum ServiceField {
    TAGS
}

list ServiceFieldList {
    member: ServiceField
}

structure ServiceManagedEBSVolumeConfiguration {
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

    filesystemType: TaskFilesystemType
}

list Services {
    member: Service
}

structure ServiceVolumeConfiguration {
    @required
    name: String

    managedEBSVolume: ServiceManagedEBSVolumeConfiguration
}

list ServiceVolumeConfigurations {
    member: ServiceVolumeConfiguration
}

structure TimeoutConfiguration {
    idleTimeoutSeconds: Duration
    perRequestTimeoutSeconds: Duration
}

@input
structure UpdateServiceRequest {
    cluster: String

    @required
    service: String

    desiredCount: Integer
    taskDefinition: String
    capacityProviderStrategy: CapacityProviderStrategy
    deploymentConfiguration: DeploymentConfiguration
    availabilityZoneRebalancing: AvailabilityZoneRebalancing
    networkConfiguration: NetworkConfiguration
    placementConstraints: PlacementConstraints
    placementStrategy: PlacementStrategies
    platformVersion: String
    forceNewDeployment: Boolean
    healthCheckGracePeriodSeconds: Integer
    deploymentController: DeploymentController
    enableExecuteCommand: Boolean
    enableECSManagedTags: Boolean
    loadBalancers: LoadBalancers
    propagateTags: PropagateTags
    serviceRegistries: ServiceRegistries
    serviceConnectConfiguration: ServiceConnectConfiguration
    volumeConfigurations: ServiceVolumeConfigurations
    vpcLatticeConfigurations: VpcLatticeConfigurations
}

@output
structure UpdateServiceResponse {
    service: Service
}

structure VpcLatticeConfiguration {
    @required
    roleArn: String

    @required
    targetGroupArn: String

    @required
    portName: String
}

list VpcLatticeConfigurations {
    member: VpcLatticeConfiguration
}
