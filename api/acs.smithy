// The agent communication service: messages between the control plane and an agent, each an operation.
$version: "2"

namespace com.amazonaws.acs

use aws.api#service
use aws.auth#sigv4
use aws.protocols#awsJson1_1

@service(sdkId: "ECS ACS", arnNamespace: "ecs")
@sigv4(name: "ecs")
@awsJson1_1
service AmazonEC2ContainerAgentServiceV20141113 {
    version: "2014-11-13"
    operations: [
        AttachInstanceNetworkInterfaces
        AttachTaskNetworkInterfaces
        ConfirmAttachment
        Error
        Heartbeat
        Payload
        PerformUpdate
        Poll
        RefreshTaskIAMRoleCredentials
        StageUpdate
        TaskManifest
        TaskStopVerification
        UpdateFailure
    ]
}

operation AttachInstanceNetworkInterfaces {
    input: AttachInstanceNetworkInterfacesMessage
    output: AckRequest
}

operation AttachTaskNetworkInterfaces {
    input: AttachTaskNetworkInterfacesMessage
    output: AckRequest
}

operation ConfirmAttachment {
    input: ConfirmAttachmentMessage
    output: AckRequest
}

operation Error {
    input: ErrorMessage
    output: Unit
}

operation Heartbeat {
    input: HeartbeatMessage
    output: HeartbeatAckRequest
}

operation Payload {
    input: PayloadMessage
    output: AckRequest
}

operation PerformUpdate {
    input: PerformUpdateMessage
    output: AckRequest
}

operation Poll {
    input: PollRequest
    output: CloseMessage
    errors: [
        ServerException, BadRequestException, InvalidClusterException, AccessDeniedException,
        InvalidInstanceException, InactiveInstanceException
    ]
}

operation RefreshTaskIAMRoleCredentials {
    input: IAMRoleCredentialsMessage
    output: IAMRoleCredentialsAckRequest
}

operation StageUpdate {
    input: StageUpdateMessage
    output: AckRequest
}

operation TaskManifest {
    input: TaskManifestMessage
    output: AckRequest
}

operation TaskStopVerification {
    input: TaskStopVerificationMessage
    output: TaskStopVerificationAck
}

operation UpdateFailure {
    input: NackRequest
    output: Unit
}

@error("client")
structure AccessDeniedException {
    message: String
}

structure AckRequest {
    cluster: String
    containerInstance: String
    messageId: String
}

structure ASMAuthData {
    credentialsParameter: String
    region: String
}

structure Association {
    name: String
    type: AssociationType
    content: EncodedString
    containers: StringList
}

list Associations {
    member: Association
}

enum AssociationType {
    ELASTIC_INFERENCE = "elastic-inference"
    GPU = "gpu"
}

@input
structure AttachInstanceNetworkInterfacesMessage {
    containerInstanceArn: String
    clusterArn: String
    generatedAt: Long
    messageId: String
    waitTimeoutMs: Long
    elasticNetworkInterfaces: ElasticNetworkInterfaceList
}

structure Attachment {
    attachmentArn: String
    attachmentType: String
    attachmentProperties: AttachmentPropertyList
}

list AttachmentList {
    member: Attachment
}

structure AttachmentProperty {
    name: String
    value: String
}

list AttachmentPropertyList {
    member: AttachmentProperty
}

@input
structure AttachTaskNetworkInterfacesMessage {
    containerInstanceArn: String
    clusterArn: String
    taskArn: String
    taskClusterArn: String
    generatedAt: Long
    messageId: String
    waitTimeoutMs: Long
    elasticNetworkInterfaces: ElasticNetworkInterfaceList
}

enum AuthenticationType {
    ECR = "ecr"
    ASM = "asm"
}

enum AuthStrategy {
    EXECUTION_ROLE = "ExecutionRole"
}

@error("client")
structure BadRequestException {
    message: String
}

boolean Boolean

@output
structure CloseMessage {
    message: String
}

@input
structure ConfirmAttachmentMessage {
    containerInstanceArn: String
    clusterArn: String
    taskArn: String
    taskClusterArn: String
    generatedAt: Long
    messageId: String
    waitTimeoutMs: Long
    attachment: Attachment
}

structure Container {
    command: StringList
    cpu: Integer
    credentialSpecs: StringList
    entryPoint: StringList
    environment: EnvironmentVariables
    environmentFiles: EnvironmentFiles
    essential: Boolean
    restartPolicy: RestartPolicy
    image: String
    links: StringList
    memory: Integer
    name: String
    overrides: String
    portMappings: PortMappingList
    managedAgents: ManagedAgentList
    mountPoints: MountPointList
    linuxParameters: LinuxParameters
    privileged: Boolean
    networkInterfaceNames: StringList
    volumesFrom: VolumeFromList
    dockerConfig: DockerConfig
    healthCheckType: HealthCheckType
    registryAuthentication: RegistryAuthenticationData
    logsAuthStrategy: AuthStrategy
    secrets: SecretList
    dependsOn: ContainerDependencies
    startTimeout: Integer
    stopTimeout: Integer
    firelensConfiguration: FirelensConfiguration
    containerArn: String
}

enum ContainerCondition {
    START
    COMPLETE
    SUCCESS
    HEALTHY
}

list ContainerDependencies {
    member: ContainerDependency
}

structure ContainerDependency {
    containerName: String
    condition: ContainerCondition
}

list ContainerList {
    member: Container
}

structure Device {
    @required
    hostPath: String

    containerPath: String
    permissions: DeviceCgroupPermissions
}

enum DeviceCgroupPermission {
    READ = "read"
    WRITE = "write"
    MKNOD = "mknod"
}

list DeviceCgroupPermissions {
    member: DeviceCgroupPermission
}

list DevicesList {
    member: Device
}

structure DockerConfig {
    version: String
    config: String
    hostConfig: String
}

structure DockerVolumeConfiguration {
    scope: Scope
    autoprovision: Boolean
    driver: String
    driverOpts: StringMap
    labels: StringMap
}

double Double

structure EBSVolumeConfiguration {
    volumeId: String
    deleteOnTermination: Boolean
    deviceName: String
    filesystemType: String
}

structure ECRAuthData {
    registryId: String
    region: String
    endpointOverride: String
    useExecutionRole: Boolean
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
    fileSystemId: String
    rootDirectory: String
    transitEncryption: EFSTransitEncryption
    transitEncryptionPort: Integer
    authorizationConfig: EFSAuthorizationConfig
}

structure ElasticNetworkInterface {
    name: String
    macAddress: String
    attachmentArn: String
    ec2Id: String
    index: Integer
    interfaceAssociationProtocol: NetworkInterfaceAssociationProtocol
    interfaceTunnelProperties: NetworkInterfaceTunnelProperties
    interfaceVethProperties: NetworkInterfaceVethProperties
    interfaceVlanProperties: NetworkInterfaceVlanProperties
    ipv4Addresses: IPv4AddressList
    ipv6Addresses: IPv6AddressList
    domainName: StringList
    domainNameServers: StringList
    privateDnsName: String
    subnetGatewayIpv4Address: String
    subnetGatewayIpv6Address: String
}

list ElasticNetworkInterfaceList {
    member: ElasticNetworkInterface
}

structure EncodedString {
    value: String
    encoding: Encoding
}

enum Encoding {
    IDENTITY = "identity"
    BASE64 = "base64"
}

structure EnvironmentFile {
    value: String
    type: EnvironmentFileType
}

list EnvironmentFiles {
    member: EnvironmentFile
}

enum EnvironmentFileType {
    S3 = "s3"
}

@sensitive
map EnvironmentVariables {
    key: String
    value: String
}

@input
structure ErrorMessage {
    message: String
}

structure FirelensConfiguration {
    type: FirelensConfigurationType
    options: FirelensConfigurationOptionsMap
}

map FirelensConfigurationOptionsMap {
    key: String
    value: String
}

enum FirelensConfigurationType {
    FLUENTD = "fluentd"
    FLUENTBIT = "fluentbit"
}

structure FSxWindowsFileServerAuthorizationConfig {
    credentialsParameter: String
    domain: String
}

structure FSxWindowsFileServerVolumeConfiguration {
    fileSystemId: String
    rootDirectory: String
    authorizationConfig: FSxWindowsFileServerAuthorizationConfig
}

enum HealthCheckType {
    DOCKER = "docker"
}

@output
structure HeartbeatAckRequest {
    messageId: String
}

@input
structure HeartbeatMessage {
    healthy: Boolean
    messageId: String
}

structure HostVolumeProperties {
    sourcePath: String
}

structure IAMRoleCredentials {
    credentialsId: String
    roleArn: String
    accessKeyId: String
    secretAccessKey: SensitiveString
    sessionToken: String
    expiration: String
    credentialScope: String
}

@output
structure IAMRoleCredentialsAckRequest {
    messageId: String
    expiration: String
    credentialsId: String
}

@input
structure IAMRoleCredentialsMessage {
    taskArn: String
    taskClusterArn: String
    roleCredentials: IAMRoleCredentials
    roleType: RoleType
    messageId: String
}

@error("client")
structure InactiveInstanceException {
    message: String
}

integer Integer

list IntegerList {
    member: Integer
}

@error("client")
structure InvalidClusterException {
    message: String
}

@error("client")
structure InvalidInstanceException {
    message: String
}

structure IPv4AddressAssignment {
    privateAddress: String
    primary: Boolean
}

list IPv4AddressList {
    member: IPv4AddressAssignment
}

structure IPv6AddressAssignment {
    address: String
    primary: Boolean
}

list IPv6AddressList {
    member: IPv6AddressAssignment
}

enum IsolationMode {
    SHARED
    EXCLUSIVE
    ISOLATED_PARTITION
}

structure KernelCapabilities {
    add: StringList
    drop: StringList
}

structure LinuxParameters {
    capabilities: KernelCapabilities
    devices: DevicesList
    initProcessEnabled: Boolean
    sharedMemorySize: Integer
}

structure LogDriverVolumeConfiguration {
    driver: String
}

long Long

structure ManagedAgent {
    name: ManagedAgentName
    properties: StringMap
}

list ManagedAgentList {
    member: ManagedAgent
}

enum ManagedAgentName {
    EXECUTE_COMMAND_AGENT = "ExecuteCommandAgent"
}

structure MountPoint {
    sourceVolume: String
    containerPath: String
    readOnly: Boolean
}

list MountPointList {
    member: MountPoint
}

@input
structure NackRequest {
    cluster: String
    containerInstance: String
    messageId: String
    reason: String
}

enum NetworkInterfaceAssociationProtocol {
    DEFAULT = "default"
    TUNNEL = "tunnel"
    VETH = "veth"
    VLAN = "vlan"
}

structure NetworkInterfaceTunnelProperties {
    tunnelId: String
    interfaceIpAddress: String
}

structure NetworkInterfaceVethProperties {
    peerInterface: String
}

structure NetworkInterfaceVlanProperties {
    vlanId: String
    trunkInterfaceMacAddress: String
}

@input
structure PayloadMessage {
    containerInstanceArn: String
    clusterArn: String
    tasks: TaskList
    generatedAt: Long
    messageId: String
    seqNum: Integer
    timeline: Long
}

@input
structure PerformUpdateMessage {
    containerInstanceArn: String
    clusterArn: String
    updateInfo: UpdateInfo
    messageId: String
}

@input
structure PollRequest {
    cluster: String
    containerInstance: String
    seqNum: Integer
    timeline: Long
    versionInfo: VersionInfo
    sendCredentials: Boolean
    protocolVersion: Integer
}

structure PortMapping {
    containerPort: Integer
    hostPort: Integer
    containerPortRange: String
    protocol: TransportProtocol
}

list PortMappingList {
    member: PortMapping
}

structure ProxyConfiguration {
    type: ProxyConfigurationType
    containerName: String
    properties: StringMap
}

enum ProxyConfigurationType {
    APPMESH
}

structure RegistryAuthenticationData {
    type: AuthenticationType
    ecrAuthData: ECRAuthData
    asmAuthData: ASMAuthData
}

structure RestartPolicy {
    enabled: Boolean
    ignoredExitCodes: IntegerList
    restartAttemptPeriod: Integer
}

enum RoleType {
    TASK_APPLICATION = "TaskApplication"
    TASK_EXECUTION = "TaskExecution"
}

enum Scope {
    TASK = "task"
    SHARED = "shared"
}

structure Secret {
    name: String
    valueFrom: String
    containerPath: String
    type: SecretType
    region: String
    provider: SecretProvider
    target: SecretTarget
}

list SecretList {
    member: Secret
}

enum SecretProvider {
    SSM = "ssm"
    ASM = "asm"
}

enum SecretTarget {
    CONTAINER
    LOG_DRIVER
}

enum SecretType {
    ENVIRONMENT_VARIABLE
    MOUNT_POINT
    BOOTSTRAP
}

@sensitive
string SensitiveString

@error("client")
structure ServerException {
    message: String
}

@input
structure StageUpdateMessage {
    containerInstanceArn: String
    clusterArn: String
    updateInfo: UpdateInfo
    messageId: String
}

string String

list StringList {
    member: String
}

map StringMap {
    key: String
    value: String
}

structure Task {
    arn: String
    taskClusterArn: String
    containers: ContainerList
    desiredStatus: String
    family: String
    overrides: String
    version: String
    zone: String
    taskDefinitionAccountId: String
    volumes: VolumeList
    roleCredentials: IAMRoleCredentials
    executionRoleCredentials: IAMRoleCredentials
    elasticNetworkInterfaces: ElasticNetworkInterfaceList
    cpu: Double
    memory: Integer
    associations: Associations
    pidMode: String
    ipcMode: String
    proxyConfiguration: ProxyConfiguration
    agentConfiguration: String
    launchType: String
    attachments: AttachmentList
    networkMode: String
    serviceName: String
    group: String
    enableFaultInjection: Boolean
    trustedExecutionConfiguration: TrustedExecutionConfiguration
}

structure TaskIdentifier {
    taskArn: String
    taskClusterArn: String
    desiredStatus: String
}

list TaskIdentifierList {
    member: TaskIdentifier
}

list TaskList {
    member: Task
}

@input
structure TaskManifestMessage {
    containerInstanceArn: String
    clusterArn: String
    tasks: TaskIdentifierList
    generatedAt: Long
    messageId: String
    timeline: Long
}

@output
structure TaskStopVerificationAck {
    generatedAt: Long
    messageId: String
    stopTasks: TaskIdentifierList
}

@input
structure TaskStopVerificationMessage {
    messageId: String
    stopCandidates: TaskIdentifierList
}

enum TransportProtocol {
    TCP = "tcp"
    UDP = "udp"
}

structure TrustedExecutionConfiguration {
    isolationMode: IsolationMode
}

structure UpdateInfo {
    location: String
    signature: String
}

structure VersionInfo {
    agentVersion: String
    agentHash: String
    dockerVersion: String
}

structure Volume {
    name: String
    type: VolumeType
    host: HostVolumeProperties
    dockerVolumeConfiguration: DockerVolumeConfiguration
    efsVolumeConfiguration: EFSVolumeConfiguration
    fsxWindowsFileServerVolumeConfiguration: FSxWindowsFileServerVolumeConfiguration
    ebsVolumeConfiguration: EBSVolumeConfiguration
    logDriverVolumeConfiguration: LogDriverVolumeConfiguration
}

structure VolumeFrom {
    sourceContainer: String
    readOnly: Boolean
}

list VolumeFromList {
    member: VolumeFrom
}

list VolumeList {
    member: Volume
}

enum VolumeType {
    HOST = "host"
    DOCKER = "docker"
    EFS = "efs"
    FSX_WINDOWS_FILE_SERVER = "fsxWindowsFileServer"
    EBS = "ebs"
    LOG_DRIVER_OUTPUT = "logDriverOutput"
}
