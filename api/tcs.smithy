// The telemetry service: metrics and health that an agent publishes.
$version: "2"

namespace com.amazonaws.tcs

use aws.api#service
use aws.auth#sigv4
use aws.protocols#awsJson1_1

@service(sdkId: "ECS TCS", arnNamespace: "ecs")
@sigv4(name: "ecs")
@awsJson1_1
service AmazonEC2ContainerServiceTelemetryV20150310 {
    version: "2015-03-10"
    operations: [
        Heartbeat
        PublishHealth
        PublishInstanceStatus
        PublishMetrics
        StartTelemetrySession
    ]
}

operation Heartbeat {
    input: HeartbeatMessage
    output: Unit
}

operation PublishHealth {
    input: PublishHealthRequest
    output: AckPublishHealth
    errors: [BadRequestException, ResourceValidationException, InvalidParameterException, ServerException]
}

operation PublishInstanceStatus {
    input: PublishInstanceStatusRequest
    output: AckPublishInstanceStatus
    errors: [BadRequestException, ResourceValidationException, InvalidParameterException, ServerException]
}

operation PublishMetrics {
    input: PublishMetricsRequest
    output: AckPublishMetric
    errors: [BadRequestException, ResourceValidationException, InvalidParameterException, ServerException]
}

operation StartTelemetrySession {
    input: StartTelemetrySessionRequest
    output: StopTelemetrySessionMessage
    errors: [BadRequestException, ResourceValidationException, ServerException]
}

@output
structure AckPublishHealth {
    message: String
}

@output
structure AckPublishInstanceStatus {
    message: String
}

@output
structure AckPublishMetric {
    message: String
}

@error("client")
structure BadRequestException {
    message: String
}

boolean Boolean

@range(min: 0)
double BoxedUDouble

@range(min: 0)
long BoxedULong

structure ContainerHealth {
    containerName: String
    healthStatus: HealthStatus
    statusSince: Timestamp
    statusMessage: String
}

list ContainerHealths {
    member: ContainerHealth
}

structure ContainerMetric {
    containerArn: String
    containerName: String
    cpuStatsSet: CWStatsSet
    memoryStatsSet: CWStatsSet
    networkStatsSet: NetworkStatsSet
    storageStatsSet: StorageStatsSet
    restartStatsSet: RestartStatsSet
    generalMetricsPayload: GeneralMetricsPayload
}

list ContainerMetrics {
    member: ContainerMetric
}

structure CWStatsSet {
    min: Double
    max: Double
    sampleCount: UInteger
    sum: Double
}

structure Dimension {
    key: String
    value: String
}

list Dimensions {
    member: Dimension
}

double Double

structure EphemeralStorageMetrics {
    bytesUtilized: ULongStatsSet
}

structure GeneralMetric {
    metricName: String
    metricValues: MetricValues
    metricCounts: MetricCounts
    metricValueDouble: BoxedUDouble
    metricValueLong: BoxedULong
    metricValueStatsSet: CWStatsSet
    unit: String
}

list GeneralMetrics {
    member: GeneralMetric
}

list GeneralMetricsPayload {
    member: GeneralMetricsWrapper
}

structure GeneralMetricsWrapper {
    dimensions: Dimensions
    metricType: MetricType
    generalMetrics: GeneralMetrics
}

structure HealthMetadata {
    cluster: String
    containerInstance: String
    messageId: String
    fin: Boolean
}

enum HealthStatus {
    HEALTHY
    UNHEALTHY
    UNKNOWN
}

@input
structure HeartbeatMessage {
    healthy: Boolean
}

enum InstanceHealthcheckStatus {
    OK
    IMPAIRED
    INSUFFICIENT_DATA
    INITIALIZING
}

structure InstanceMetrics {
    storage: InstanceStorageMetrics
    generalMetricsPayload: GeneralMetricsPayload
}

structure InstanceStatus {
    type: String
    status: InstanceHealthcheckStatus
    statusReason: String
    lastUpdated: Timestamp
    lastStatusChange: Timestamp
}

list InstanceStatuses {
    member: InstanceStatus
}

structure InstanceStatusMetadata {
    cluster: String
    containerInstance: String
    requestId: String
}

structure InstanceStorageMetrics {
    rootFilesystem: Percentage
    dataFilesystem: Percentage
}

@error("client")
structure InvalidParameterException {
    message: String
}

long Long

list MetricCounts {
    member: Long
}

structure MetricsMetadata {
    cluster: String
    containerInstance: String
    messageId: String
    idle: Boolean
    fin: Boolean
}

enum MetricType {
    TYPE_1 = "1"
    TYPE_2 = "2"
}

list MetricValues {
    member: Double
}

structure NetworkStatsSet {
    rxBytesPerSecond: UDoubleCWStatsSet
    rxBytes: ULongStatsSet
    rxDropped: ULongStatsSet
    rxErrors: ULongStatsSet
    rxPackets: ULongStatsSet
    txBytesPerSecond: UDoubleCWStatsSet
    txBytes: ULongStatsSet
    txDropped: ULongStatsSet
    txErrors: ULongStatsSet
    txPackets: ULongStatsSet
}

@range(min: 0, max: 100)
double Percentage

@input
structure PublishHealthRequest {
    metadata: HealthMetadata
    tasks: TaskHealths
    timestamp: Timestamp
}

@input
structure PublishInstanceStatusRequest {
    metadata: InstanceStatusMetadata
    statuses: InstanceStatuses
    timestamp: Timestamp
}

@input
structure PublishMetricsRequest {
    metadata: MetricsMetadata
    instanceMetrics: InstanceMetrics
    taskMetrics: TaskMetrics
    timestamp: Timestamp
}

@error("client")
structure ResourceValidationException {
    message: String
}

structure RestartStatsSet {
    restartCount: UInteger
}

@error("server")
structure ServerException {
    message: String
}

list ServiceConnectMetricsWrapper {
    member: GeneralMetricsWrapper
}

@input
structure StartTelemetrySessionRequest {
    cluster: String
    containerInstance: String
}

@output
structure StopTelemetrySessionMessage {
    message: String
}

structure StorageStatsSet {
    readSizeBytes: ULongStatsSet
    writeSizeBytes: ULongStatsSet
}

string String

structure TaskHealth {
    taskArn: String
    clusterArn: String
    taskDefinitionFamily: String
    taskDefinitionVersion: String
    containers: ContainerHealths
}

list TaskHealths {
    member: TaskHealth
}

structure TaskMetric {
    taskArn: String
    clusterArn: String
    taskDefinitionFamily: String
    taskDefinitionVersion: String
    containerMetrics: ContainerMetrics
    ephemeralStorageMetrics: EphemeralStorageMetrics
    volumeMetrics: VolumeMetrics
    serviceConnectMetricsWrapper: ServiceConnectMetricsWrapper
}

@length(max: 10)
list TaskMetrics {
    member: TaskMetric
}

timestamp Timestamp

@range(min: 0)
double UDouble

structure UDoubleCWStatsSet {
    @required
    min: UDouble

    @required
    max: UDouble

    @required
    sampleCount: UInteger

    @required
    sum: UDouble
}

@range(min: 0)
integer UInteger

@range(min: 0)
long ULong

structure ULongStatsSet {
    @required
    min: ULong

    @required
    max: ULong

    @required
    sampleCount: ULong

    @required
    sum: ULong

    overflowMin: ULong
    overflowMax: ULong
    overflowSum: ULong
}

structure VolumeMetric {
    volumeId: String
    volumeName: String
    utilized: UDoubleCWStatsSet
    size: UDoubleCWStatsSet
}

list VolumeMetrics {
    member: VolumeMetric
}
