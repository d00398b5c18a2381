// Operations and shapes of: deployment.
$version: "2"

namespace com.amazonaws.ecs

operation ContinueServiceDeployment {
    input: ContinueServiceDeploymentRequest
    output: ContinueServiceDeploymentResponse
    errors: [
        AccessDeniedException, ServerException, InvalidParameterException, ClientException,
        ServiceDeploymentNotFoundException, UnsupportedFeatureException
    ]
}

@readonly
operation DescribeServiceDeployments {
    input: DescribeServiceDeploymentsRequest
    output: DescribeServiceDeploymentsResponse
    errors: [
        AccessDeniedException, ServerException, InvalidParameterException, ClientException,
        ServiceNotFoundException, ClusterNotFoundException, UnsupportedFeatureException
    ]
}

@readonly
operation DescribeServiceRevisions {
    input: DescribeServiceRevisionsRequest
    output: DescribeServiceRevisionsResponse
    errors: [
        AccessDeniedException, ServerException, InvalidParameterException, ClientException,
        ServiceNotFoundException, ClusterNotFoundException, UnsupportedFeatureException
    ]
}

@readonly
operation ListServiceDeployments {
    input: ListServiceDeploymentsRequest
    output: ListServiceDeploymentsResponse
    errors: [
        AccessDeniedException, ServerException, InvalidParameterException, ClientException,
        ServiceNotFoundException, ClusterNotFoundException, UnsupportedFeatureException
    ]
}

operation StopServiceDeployment {
    input: StopServiceDeploymentRequest
    output: StopServiceDeploymentResponse
    errors: [
        ConflictException, AccessDeniedException, ServerException, InvalidParameterException, ClientException,
        ServiceDeploymentNotFoundException, UnsupportedFeatureException
    ]
}

enum AccessType {
    PUBLIC
    PRIVATE
}

structure ContainerImage {
    containerName: String
    imageDigest: String
    image: String
}

list ContainerImages {
    member: ContainerImage
}

@input
structure ContinueServiceDeploymentRequest {
    @required
    serviceDeploymentArn: String

    @required
    hookId: String

    action: DeploymentLifecycleHookAction
}

@output
structure ContinueServiceDeploymentResponse {
    serviceDeploymentArn: String
}

structure CreatedAt {
    before: Timestamp
    after: Timestamp
}

structure DeploymentLifecycleHookDetail {
    hookId: String
    targetType: DeploymentLifecycleHookTargetType
    targetArn: String
    status: DeploymentLifecycleHookStatus
    expiresAt: Timestamp
    timeoutAction: DeploymentLifecycleHookAction
}

list DeploymentLifecycleHookDetailList {
    member: DeploymentLifecycleHookDetail
}

enum DeploymentLifecycleHookStatus {
    AWAITING_ACTION
    IN_PROGRESS
    SUCCEEDED
    FAILED
    TIMED_OUT
}

@input
structure DescribeServiceDeploymentsRequest {
    @required
    serviceDeploymentArns: StringList
}

@output
structure DescribeServiceDeploymentsResponse {
    serviceDeployments: ServiceDeployments
    failures: Failures
}

@input
structure DescribeServiceRevisionsRequest {
    @required
    serviceRevisionArns: StringList
}

@output
structure DescribeServiceRevisionsResponse {
    serviceRevisions: ServiceRevisions
    failures: Failures
}

structure ECSManagedResources {
    ingressPaths: ManagedIngressPaths
    autoScaling: ManagedAutoScaling
    metricAlarms: ManagedMetricAlarms
    serviceSecurityGroups: ManagedSecurityGroups
    logGroups: ManagedLogGroups
}

@input
structure ListServiceDeploymentsRequest {
    @required
    service: String

    cluster: String
    status: ServiceDeploymentStatusList
    createdAt: CreatedAt
    nextToken: String
    maxResults: Integer
}

@output
structure ListServiceDeploymentsResponse {
    serviceDeployments: ServiceDeploymentsBrief
    nextToken: String
}

list ManagedApplicationAutoScalingPolicies {
    member: ManagedApplicationAutoScalingPolicy
}

structure ManagedApplicationAutoScalingPolicy {
    arn: String

    @required
    status: ManagedResourceStatus

    statusReason: String

    @required
    updatedAt: Timestamp

    @required
    policyType: String

    @required
    targetValue: Double

    @required
    metric: String
}

structure ManagedAutoScaling {
    scalableTarget: ManagedScalableTarget
    applicationAutoScalingPolicies: ManagedApplicationAutoScalingPolicies
}

structure ManagedCertificate {
    arn: String

    @required
    status: ManagedResourceStatus

    statusReason: String

    @required
    updatedAt: Timestamp

    @required
    domainName: String
}

structure ManagedIngressPath {
    @required
    accessType: AccessType

    loadBalancer: ManagedLoadBalancer
    loadBalancerSecurityGroups: ManagedSecurityGroups
    certificate: ManagedCertificate
    listener: ManagedListener
    rule: ManagedListenerRule
    targetGroups: ManagedTargetGroups
}

list ManagedIngressPaths {
    member: ManagedIngressPath
}

structure ManagedListener {
    arn: String

    @required
    status: ManagedResourceStatus

    statusReason: String

    @required
    updatedAt: Timestamp
}

structure ManagedListenerRule {
    arn: String

    @required
    status: ManagedResourceStatus

    statusReason: String

    @required
    updatedAt: Timestamp
}

structure ManagedLoadBalancer {
    arn: String

    @required
    status: ManagedResourceStatus

    statusReason: String

    @required
    updatedAt: Timestamp

    @required
    scheme: String

    subnetIds: StringList
    securityGroupIds: StringList
}

structure ManagedLogGroup {
    arn: String

    @required
    status: ManagedResourceStatus

    statusReason: String

    @required
    updatedAt: Timestamp

    @required
    logGroupName: String
}

list ManagedLogGroups {
    member: ManagedLogGroup
}

structure ManagedMetricAlarm {
    arn: String

    @required
    status: ManagedResourceStatus

    statusReason: String

    @required
    updatedAt: Timestamp
}

list ManagedMetricAlarms {
    member: ManagedMetricAlarm
}

enum ManagedResourceStatus {
    PROVISIONING
    ACTIVE
    DEPROVISIONING
    DELETED
    FAILED
}

structure ManagedScalableTarget {
    arn: String

    @required
    status: ManagedResourceStatus

    statusReason: String

    @required
    updatedAt: Timestamp

    @required
    minCapacity: Integer

    @required
    maxCapacity: Integer
}

structure ManagedSecurityGroup {
    arn: String

    @required
    status: ManagedResourceStatus

    statusReason: String

    @required
    updatedAt: Timestamp
}

list ManagedSecurityGroups {
    member: ManagedSecurityGroup
}

structure ManagedTargetGroup {
    arn: String

    @required
    status: ManagedResourceStatus

    statusReason: String

    @required
    updatedAt: Timestamp

    @required
    healthCheckPath: String

    @required
    healthCheckPort: Integer

    @required
    port: Integer
}

list ManagedTargetGroups {
    member: ManagedTargetGroup
}

structure ResolvedConfiguration {
    loadBalancers: ServiceRevisionLoadBalancers
}

structure Rollback {
    reason: String
    startedAt: Timestamp
    serviceRevisionArn: String
}

structure ServiceDeployment {
    serviceDeploymentArn: String
    serviceArn: String
    clusterArn: String
    createdAt: Timestamp
    startedAt: Timestamp
    finishedAt: Timestamp
    stoppedAt: Timestamp
    updatedAt: Timestamp
    sourceServiceRevisions: ServiceRevisionsSummaryList
    targetServiceRevision: ServiceRevisionSummary
    status: ServiceDeploymentStatus
    statusReason: String
    lifecycleStage: ServiceDeploymentLifecycleStage
    lifecycleHookDetails: DeploymentLifecycleHookDetailList
    deploymentConfiguration: DeploymentConfiguration
    rollback: Rollback
    deploymentCircuitBreaker: ServiceDeploymentCircuitBreaker
    alarms: ServiceDeploymentAlarms
}

structure ServiceDeploymentAlarms {
    status: ServiceDeploymentRollbackMonitorsStatus
    alarmNames: StringList
    triggeredAlarmNames: StringList
}

structure ServiceDeploymentBrief {
    serviceDeploymentArn: String
    serviceArn: String
    clusterArn: String
    startedAt: Timestamp
    createdAt: Timestamp
    finishedAt: Timestamp
    targetServiceRevisionArn: String
    status: ServiceDeploymentStatus
    statusReason: String
}

structure ServiceDeploymentCircuitBreaker {
    status: ServiceDeploymentRollbackMonitorsStatus
    failureCount: Integer
    threshold: Integer
}

enum ServiceDeploymentLifecycleStage {
    RECONCILE_SERVICE
    PRE_SCALE_UP
    SCALE_UP
    POST_SCALE_UP
    TEST_TRAFFIC_SHIFT
    POST_TEST_TRAFFIC_SHIFT
    PRODUCTION_TRAFFIC_SHIFT
    POST_PRODUCTION_TRAFFIC_SHIFT
    BAKE_TIME
    CLEAN_UP
}

enum ServiceDeploymentRollbackMonitorsStatus {
    TRIGGERED
    MONITORING
    MONITORING_COMPLETE
    DISABLED
}

list ServiceDeployments {
    member: ServiceDeployment
}

list ServiceDeploymentsBrief {
    member: ServiceDeploymentBrief
}

enum ServiceDeploymentStatus {
    PENDING
    SUCCESSFUL
    STOPPED
    STOP_REQUESTED
    IN_PROGRESS
    ROLLBACK_REQUESTED
    ROLLBACK_IN_PROGRESS
    ROLLBACK_SUCCESSFUL
    ROLLBACK_FAILED
}

list ServiceDeploymentStatusList {
    member: ServiceDeploymentStatus
}

structure ServiceRevision {
    serviceRevisionArn: String
    serviceArn: String
    clusterArn: String
    taskDefinition: String
    capacityProviderStrategy: CapacityProviderStrategy
    launchType: LaunchType
    platformVersion: String
    platformFamily: String
    loadBalancers: LoadBalancers
    serviceRegistries: ServiceRegistries
    networkConfiguration: NetworkConfiguration
    containerImages: ContainerImages
    guardDutyEnabled: Boolean
    serviceConnectConfiguration: ServiceConnectConfiguration
    volumeConfigurations: ServiceVolumeConfigurations
    fargateEphemeralStorage: DeploymentEphemeralStorage
    createdAt: Timestamp
    vpcLatticeConfigurations: VpcLatticeConfigurations
    resolvedConfiguration: ResolvedConfiguration
    ecsManagedResources: ECSManagedResources
}

structure ServiceRevisionLoadBalancer {
    targetGroupArn: String
    productionListenerRule: String
}

list ServiceRevisionLoadBalancers {
    member: ServiceRevisionLoadBalancer
}

list ServiceRevisions {
    member: ServiceRevision
}

list ServiceRevisionsSummaryList {
    member: ServiceRevisionSummary
}

structure ServiceRevisionSummary {
    arn: String
    requestedTaskCount: Integer
    runningTaskCount: Integer
    pendingTaskCount: Integer
    requestedTestTrafficWeight: Double
    requestedProductionTrafficWeight: Double
}

@input
structure StopServiceDeploymentRequest {
    @required
    serviceDeploymentArn: String

    stopType: StopServiceDeploymentStopType
}

@output
structure StopServiceDeploymentResponse {
    serviceDeploymentArn: String
}

enum StopServiceDeploymentStopType {
    ABORT
    ROLLBACK
}
