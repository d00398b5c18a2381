// Operations and shapes of: cluster.
$version: "2"

namespace com.amazonaws.ecs

operation CreateCluster {
    input: CreateClusterRequest
    output: CreateClusterResponse
    errors: [
        AccessDeniedException, NamespaceNotFoundException, ServerException, InvalidParameterException,
        ClientException
    ]
}

@idempotent
operation DeleteCluster {
    input: DeleteClusterRequest
    output: DeleteClusterResponse
    errors: [
        ClusterContainsContainerInstancesException, AccessDeniedException, ClusterContainsServicesException,
        ClusterContainsCapacityProviderException, ClusterContainsTasksException, ServerException,
        UpdateInProgressException, InvalidParameterException, ClientException, ClusterNotFoundException
    ]
}

@readonly
operation DescribeClusters {
    input: DescribeClustersRequest
    output: DescribeClustersResponse
    errors: [AccessDeniedException, ServerException, InvalidParameterException, ClientException]
}

@readonly
@paginated(inputToken: "nextToken", outputToken: "nextToken", pageSize: "maxResults", items: "clusterArns")
operation ListClusters {
    input: ListClustersRequest
    output: ListClustersResponse
    errors: [AccessDeniedException, ServerException, InvalidParameterException, ClientException]
}

operation PutClusterCapacityProviders {
    input: PutClusterCapacityProvidersRequest
    output: PutClusterCapacityProvidersResponse
    errors: [
        AccessDeniedException, ServerException, UpdateInProgressException, InvalidParameterException,
        ResourceInUseException, ClientException, ClusterNotFoundException
    ]
}

operation UpdateCluster {
    input: UpdateClusterRequest
    output: UpdateClusterResponse
    errors: [
        AccessDeniedException, NamespaceNotFoundException, ServerException, InvalidParameterException,
        ClientException, ClusterNotFoundException
    ]
}

operation UpdateClusterSettings {
    input: UpdateClusterSettingsRequest
    output: UpdateClusterSettingsResponse
    errors: [
        AccessDeniedException, ServerException, UpdateInProgressException, InvalidParameterException,
        ClientException, ClusterNotFoundException
    ]
}

structure Attachment {
    id: String
    type: String
    status: String
    details: AttachmentDetails
}

list AttachmentDetails {
    member: KeyValuePair
}

list Attachments {
    member: Attachment
}

structure Cluster {
    clusterArn: String
    clusterName: String
    configuration: ClusterConfiguration
    status: String
    registeredContainerInstancesCount: Integer
    runningTasksCount: Integer
    pendingTasksCount: Integer
    activeServicesCount: Integer
    statistics: Statistics
    tags: Tags
    settings: ClusterSettings
    capacityProviders: StringList
    defaultCapacityProviderStrategy: CapacityProviderStrategy
    attachments: Attachments
    attachmentsStatus: String
    serviceConnectDefaults: ClusterServiceConnectDefaults
}

structure ClusterConfiguration {
    executeCommandConfiguration: ExecuteCommandConfiguration
    managedStorageConfiguration: ManagedStorageConfiguration
}

enum ClusterField {
    ATTACHMENTS
    CONFIGURATIONS
    SETTINGS
    STATISTICS
    TAGS
}

list ClusterFieldList {
    member: ClusterField
}

list Clusters {
    member: Cluster
}

structure ClusterServiceConnectDefaults {
    namespace: String
}

structure ClusterServiceConnectDefaultsRequest {
    @required
    namespace: String
}

structure ClusterSetting {
    name: ClusterSettingName
    value: String
}

enum ClusterSettingName {
    CONTAINER_INSIGHTS = "containerInsights"
}

list ClusterSettings {
    member: ClusterSetting
}

@input
structure CreateClusterRequest {
    clusterName: String
    tags: Tags
    settings: ClusterSettings
    configuration: ClusterConfiguration
    capacityProviders: StringList
    defaultCapacityProviderStrategy: CapacityProviderStrategy
    serviceConnectDefaults: ClusterServiceConnectDefaultsRequest
}

@output
structure CreateClusterResponse {
    cluster: Cluster
}

@input
structure DeleteClusterRequest {
    @required
    cluster: String
}

@output
structure DeleteClusterResponse {
    cluster: Cluster
}

@input
structure DescribeClustersRequest {
    clusters: StringList
    include: ClusterFieldList
}

@output
structure DescribeClustersResponse {
    clusters: Clusters
    failures: Failures
}

structure ExecuteCommandConfiguration {
    kmsKeyId: String
    logging: ExecuteCommandLogging
    logConfiguration: ExecuteCommandLogConfiguration
}

structure ExecuteCommandLogConfiguration {
    cloudWatchLogGroupName: String
    cloudWatchEncryptionEnabled: Boolean
    s3BucketName: String
    s3EncryptionEnabled: Boolean
    s3KeyPrefix: String
}

enum ExecuteCommandLogging {
    NONE
    DEFAULT
    OVERRIDE
}

@input
structure ListClustersRequest {
    nextToken: String
    maxResults: Integer
}

@output
structure ListClustersResponse {
    clusterArns: StringList
    nextToken: String
}

structure ManagedStorageConfiguration {
    kmsKeyId: String
    fargateEphemeralStorageKmsKeyId: String
}

@input
structure PutClusterCapacityProvidersRequest {
    @required
    cluster: String

    @required
    capacityProviders: StringList

    @required
    defaultCapacityProviderStrategy: CapacityProviderStrategy
}

@output
structure PutClusterCapacityProvidersResponse {
    cluster: Cluster
}

list Statistics {
    member: KeyValuePair
}

@input
structure UpdateClusterRequest {
    @required
    cluster: String

    settings: ClusterSettings
    configuration: ClusterConfiguration
    serviceConnectDefaults: ClusterServiceConnectDefaultsRequest
}

@output
structure UpdateClusterResponse {
    cluster: Cluster
}

@input
structure UpdateClusterSettingsRequest {
    @required
    cluster: String

    @required
    settings: ClusterSettings
}

@output
structure UpdateClusterSettingsResponse {
    cluster: Cluster
}
