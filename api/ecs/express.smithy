// Operations and shapes of: express.
$version: "2"

namespace com.amazonaws.ecs

operation CreateExpressGatewayService {
    input: CreateExpressGatewayServiceRequest
    output: CreateExpressGatewayServiceResponse
    errors: [
        AccessDeniedException, PlatformUnknownException, ServerException, InvalidParameterException,
        ClientException, ClusterNotFoundException, PlatformTaskDefinitionIncompatibilityException,
        UnsupportedFeatureException
    ]
}

operation DeleteExpressGatewayService {
    input: DeleteExpressGatewayServiceRequest
    output: DeleteExpressGatewayServiceResponse
    errors: [
        AccessDeniedException, ServiceNotActiveException, ServerException, InvalidParameterException,
        ClientException, ServiceNotFoundException, ClusterNotFoundException, UnsupportedFeatureException
    ]
}

@readonly
operation DescribeExpressGatewayService {
    input: DescribeExpressGatewayServiceRequest
    output: DescribeExpressGatewayServiceResponse
    errors: [
        AccessDeniedException, ResourceNotFoundException, ServerException, InvalidParameterException,
        ClientException, ClusterNotFoundException, UnsupportedFeatureException
    ]
}

operation UpdateExpressGatewayService {
    input: UpdateExpressGatewayServiceRequest
    output: UpdateExpressGatewayServiceResponse
    errors: [
        AccessDeniedException, ServiceNotActiveException, ServerException, InvalidParameterException,
        ClientException, ServiceNotFoundException, ClusterNotFoundException, UnsupportedFeatureException
    ]
}

@input
structure CreateExpressGatewayServiceRequest {
    @required
    executionRoleArn: String

    @required
    infrastructureRoleArn: String

    serviceName: String
    cluster: String
    healthCheckPath: String

    @required
    primaryContainer: ExpressGatewayContainer

    taskRoleArn: String
    networkConfiguration: ExpressGatewayServiceNetworkConfiguration
    cpu: String
    memory: String
    scalingTarget: ExpressGatewayScalingTarget
    tags: Tags
}

@output
structure CreateExpressGatewayServiceResponse {
    service: ECSExpressGatewayService
}

@input
structure DeleteExpressGatewayServiceRequest {
    @required
    serviceArn: String
}

@output
structure DeleteExpressGatewayServiceResponse {
    service: ECSExpressGatewayService
}

@input
structure DescribeExpressGatewayServiceRequest {
    @required
    serviceArn: String

    include: ExpressGatewayServiceIncludeList
}

@output
structure DescribeExpressGatewayServiceResponse {
    service: ECSExpressGatewayService
}

structure ECSExpressGatewayService {
    cluster: String
    serviceName: String
    serviceArn: String
    infrastructureRoleArn: String
    status: ExpressGatewayServiceStatus
    currentDeployment: String
    activeConfigurations: ExpressGatewayServiceConfigurations
    tags: Tags
    createdAt: Timestamp
    updatedAt: Timestamp
}

structure ExpressGatewayContainer {
    @required
    image: String

    containerPort: Integer
    awsLogsConfiguration: ExpressGatewayServiceAwsLogsConfiguration
    repositoryCredentials: ExpressGatewayRepositoryCredentials
    command: StringList
    environment: EnvironmentVariables
    secrets: SecretList
}

structure ExpressGatewayRepositoryCredentials {
    credentialsParameter: String
}

structure ExpressGatewayScalingTarget {
    minTaskCount: Integer
    maxTaskCount: Integer
    autoScalingMetric: ExpressGatewayServiceScalingMetric
    autoScalingTargetValue: Integer
}

structure ExpressGatewayServiceAwsLogsConfiguration {
    @required
    logGroup: String

    @required
    logStreamPrefix: String
}

structure ExpressGatewayServiceConfiguration {
    serviceRevisionArn: String
    executionRoleArn: String
    taskRoleArn: String
    cpu: String
    memory: String
    networkConfiguration: ExpressGatewayServiceNetworkConfiguration
    healthCheckPath: String
    primaryContainer: ExpressGatewayContainer
    scalingTarget: ExpressGatewayScalingTarget
    ingressPaths: IngressPathSummaries
    createdAt: Timestamp
}

list ExpressGatewayServiceConfigurations {
    member: ExpressGatewayServiceConfiguration
}

enum ExpressGatewayServiceInclude {
    TAGS
}

list ExpressGatewayServiceIncludeList {
    member: ExpressGatewayServiceInclude
}

structure ExpressGatewayServiceNetworkConfiguration {
    securityGroups: StringList
    subnets: StringList
}

enum ExpressGatewayServiceScalingMetric {
    AVERAGE_CPU
    AVERAGE_MEMORY
    REQUEST_COUNT_PER_TARGET
}

structure ExpressGatewayServiceStatus {
    statusCode: ExpressGatewayServiceStatusCode
    statusReason: String
}

enum ExpressGatewayServiceStatusCode {
    ACTIVE
    DRAINING
    INACTIVE
}

list IngressPathSummaries {
    member: IngressPathSummary
}

structure IngressPathSummary {
    @required
    accessType: AccessType
}

structure UpdatedExpressGatewayService {
    serviceArn: String
    cluster: String
    serviceName: String
    status: ExpressGatewayServiceStatus
    targetConfiguration: ExpressGatewayServiceConfiguration
    createdAt: Timestamp
    updatedAt: Timestamp
}

@input
structure UpdateExpressGatewayServiceRequest {
    @required
    serviceArn: String

    executionRoleArn: String
    healthCheckPath: String
    primaryContainer: ExpressGatewayContainer
    taskRoleArn: String
    networkConfiguration: ExpressGatewayServiceNetworkConfiguration
    cpu: String
    memory: String
    scalingTarget: ExpressGatewayScalingTarget
}

@output
structure UpdateExpressGatewayServiceResponse {
    service: UpdatedExpressGatewayService
}
