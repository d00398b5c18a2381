// Operations and shapes of: task set.
$version: "2"

namespace com.amazonaws.ecs

operation CreateTaskSet {
    input: CreateTaskSetRequest
    output: CreateTaskSetResponse
    errors: [
        AccessDeniedException, LimitExceededException, PlatformUnknownException, NamespaceNotFoundException,
        ServiceNotActiveException, ServerException, InvalidParameterException, ClientException,
        ServiceNotFoundException, ClusterNotFoundException, PlatformTaskDefinitionIncompatibilityException,
        UnsupportedFeatureException
    ]
}

@idempotent
operation DeleteTaskSet {
    input: DeleteTaskSetRequest
    output: DeleteTaskSetResponse
    errors: [
        AccessDeniedException, LimitExceededException, ServiceNotActiveException, ServerException,
        InvalidParameterException, TaskSetNotFoundException, ClientException, ServiceNotFoundException,
        ClusterNotFoundException, UnsupportedFeatureException
    ]
}

@readonly
operation DescribeTaskSets {
    input: DescribeTaskSetsRequest
    output: DescribeTaskSetsResponse
    errors: [
        AccessDeniedException, ServiceNotActiveException, ServerException, InvalidParameterException,
        ClientException, ServiceNotFoundException, ClusterNotFoundException, UnsupportedFeatureException
    ]
}

operation UpdateServicePrimaryTaskSet {
    input: UpdateServicePrimaryTaskSetRequest
    output: UpdateServicePrimaryTaskSetResponse
    errors: [
        AccessDeniedException, ServiceNotActiveException, ServerException, InvalidParameterException,
        TaskSetNotFoundException, ClientException, ServiceNotFoundException, ClusterNotFoundException,
        UnsupportedFeatureException
    ]
}

operation UpdateTaskSet {
    input: UpdateTaskSetRequest
    output: UpdateTaskSetResponse
    errors: [
        AccessDeniedException, LimitExceededException, ServiceNotActiveException, ServerException,
        InvalidParameterException, TaskSetNotFoundException, ClientException, ServiceNotFoundException,
        ClusterNotFoundException, UnsupportedFeatureException
    ]
}

structure AdvancedConfiguration {
    alternateTargetGroupArn: String
    productionListenerRule: String
    testListenerRule: String
    roleArn: String
}

@input
structure CreateTaskSetRequest {
    @required
    service: String

    @required
    cluster: String

    externalId: String

    @required
    taskDefinition: String

    networkConfiguration: NetworkConfiguration
    loadBalancers: LoadBalancers
    serviceRegistries: ServiceRegistries
    launchType: LaunchType
    capacityProviderStrategy: CapacityProviderStrategy
    platformVersion: String
    scale: Scale
    clientToken: String
    tags: Tags
}

@output
structure CreateTaskSetResponse {
    taskSet: TaskSet
}

@input
structure DeleteTaskSetRequest {
    @required
    cluster: String

    @required
    service: String

    @required
    taskSet: String

    force: Boolean
}

@output
structure DeleteTaskSetResponse {
    taskSet: TaskSet
}

structure DeploymentEphemeralStorage {
    kmsKeyId: String
}

@input
structure DescribeTaskSetsRequest {
    @required
    cluster: String

    @required
    service: String

    taskSets: StringList
    include: TaskSetFieldList
}

@output
structure DescribeTaskSetsResponse {
    taskSets: TaskSets
    failures: Failures
}

structure LoadBalancer {
    targetGroupArn: String
    loadBalancerName: String
    containerName: String
    containerPort: Integer
    advancedConfiguration: AdvancedConfiguration
}

list LoadBalancers {
    member: LoadBalancer
}

structure Scale {
    value: Double
    unit: ScaleUnit
}

enum ScaleUnit {
    PERCENT
}

list ServiceRegistries {
    member: ServiceRegistry
}

structure ServiceRegistry {
    registryArn: String
    port: Integer
    containerName: String
    containerPort: Integer
}

enum StabilityStatus {
    STEADY_STATE
    STABILIZING
}

structure TaskSet {
    id: String
    taskSetArn: String
    serviceArn: String
    clusterArn: String
    startedBy: String
    externalId: String
    status: String
    taskDefinition: String
    computedDesiredCount: Integer
    pendingCount: Integer
    runningCount: Integer
    createdAt: Timestamp
    updatedAt: Timestamp
    launchType: LaunchType
    capacityProviderStrategy: CapacityProviderStrategy
    platformVersion: String
    platformFamily: String
    networkConfiguration: NetworkConfiguration
    loadBalancers: LoadBalancers
    serviceRegistries: ServiceRegistries
    scale: Scale
    stabilityStatus: StabilityStatus
    stabilityStatusAt: Timestamp
    tags: Tags
    fargateEphemeralStorage: DeploymentEphemeralStorage
}

enum TaskSetField {
    TAGS
}

list TaskSetFieldList {
    member: TaskSetField
}

list TaskSets {
    member: TaskSet
}

@input
structure UpdateServicePrimaryTaskSetRequest {
    @required
    cluster: String

    @required
    service: String

    @required
    primaryTaskSet: String
}

@output
structure UpdateServicePrimaryTaskSetResponse {
    taskSet: TaskSet
}

@input
structure UpdateTaskSetRequest {
    @required
    cluster: String

    @required
    service: String

    @required
    taskSet: String

    @required
    scale: Scale
}

@output
structure UpdateTaskSetResponse {
    taskSet: TaskSet
}
