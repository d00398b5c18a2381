// Operations and shapes of: container definition.
$version: "2"

namespace com.amazonaws.ecs

enum ApplicationProtocol {
    HTTP = "http"
    HTTP2 = "http2"
    GRPC = "grpc"
}

enum ContainerCondition {
    START
    COMPLETE
    SUCCESS
    HEALTHY
}

structure ContainerDefinition {
    name: String
    image: String
    repositoryCredentials: RepositoryCredentials
    cpu: Integer
    memory: Integer
    memoryReservation: Integer
    links: StringList
    portMappings: PortMappingList
    essential: Boolean
    restartPolicy: ContainerRestartPolicy
    entryPoint: StringList
    command: StringList
    environment: EnvironmentVariables
    environmentFiles: EnvironmentFiles
    mountPoints: MountPointList
    volumesFrom: VolumeFromList
    linuxParameters: LinuxParameters
    secrets: SecretList
    dependsOn: ContainerDependencies
    startTimeout: Integer
    stopTimeout: Integer
    versionConsistency: VersionConsistency
    hostname: String
    user: String
    workingDirectory: String
    disableNetworking: Boolean
    privileged: Boolean
    readonlyRootFilesystem: Boolean
    dnsServers: StringList
    dnsSearchDomains: StringList
    extraHosts: HostEntryList
    dockerSecurityOptions: StringList
    interactive: Boolean
    pseudoTerminal: Boolean
    dockerLabels: DockerLabelsMap
    ulimits: UlimitList
    logConfiguration: LogConfiguration
    healthCheck: HealthCheck
    systemControls: SystemControls
    resourceRequirements: ResourceRequirements
    firelensConfiguration: FirelensConfiguration
    credentialSpecs: StringList
}

list ContainerDependencies {
    member: ContainerDependency
}

structure ContainerDependency {
    @required
    containerName: String

    @required
    condition: ContainerCondition
}

structure ContainerRestartPolicy {
    @required
    enabled: Boolean

    ignoredExitCodes: IntegerList
    restartAttemptPeriod: Integer
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

map DockerLabelsMap {
    key: String
    value: String
}

structure EnvironmentFile {
    @required
    value: String

    @required
    type: EnvironmentFileType
}

list EnvironmentFiles {
    member: EnvironmentFile
}

enum EnvironmentFileType {
    S3 = "s3"
}

structure FirelensConfiguration {
    @required
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

structure HealthCheck {
    @required
    command: StringList

    interval: Integer
    timeout: Integer
    retries: Integer
    startPeriod: Integer
}

structure HostEntry {
    @required
    hostname: String

    @required
    ipAddress: String
}

list HostEntryList {
    member: HostEntry
}

list IntegerList {
    member: Integer
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
    tmpfs: TmpfsList
    maxSwap: Integer
    swappiness: Integer
}

structure MountPoint {
    sourceVolume: String
    containerPath: String
    readOnly: Boolean
}

list MountPointList {
    member: MountPoint
}

structure PortMapping {
    containerPort: Integer
    hostPort: Integer
    protocol: TransportProtocol
    name: String
    appProtocol: ApplicationProtocol
    containerPortRange: String
}

list PortMappingList {
    member: PortMapping
}

@sensitive
structure RepositoryCredentials {
    @required
    credentialsParameter: String
}

structure ResourceRequirement {
    @required
    value: String

    @required
    type: ResourceType
}

list ResourceRequirements {
    member: ResourceRequirement
}

enum ResourceType {
    GPU
    INFERENCE_ACCELERATOR = "InferenceAccelerator"
}

structure SystemControl {
    namespace: String
    value: String
}

list SystemControls {
    member: SystemControl
}

structure Tmpfs {
    @required
    containerPath: String

    @required
    size: Integer

    mountOptions: StringList
}

list TmpfsList {
    member: Tmpfs
}

enum TransportProtocol {
    TCP = "tcp"
    UDP = "udp"
}

structure Ulimit {
    @required
    name: UlimitName

    @required
    softLimit: Integer

    @required
    hardLimit: Integer
}

list UlimitList {
    member: Ulimit
}

enum UlimitName {
    CORE = "core"
    CPU = "cpu"
    DATA = "data"
    FSIZE = "fsize"
    LOCKS = "locks"
    MEMLOCK = "memlock"
    MSGQUEUE = "msgqueue"
    NICE = "nice"
    NOFILE = "nofile"
    NPROC = "nproc"
    RSS = "rss"
    RTPRIO = "rtprio"
    RTTIME = "rttime"
    SIGPENDING = "sigpending"
    STACK = "stack"
}

enum VersionConsistency {
    ENABLED = "enabled"
    DISABLED = "disabled"
}

structure VolumeFrom {
    sourceContainer: String
    readOnly: Boolean
}

list VolumeFromList {
    member: VolumeFrom
}
