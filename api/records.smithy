$version: "2.0"

// What Berth stores. A record is immutable; its codec keeps members that this version does not know.
// Keys are described in src/store/schema.h.
namespace berth.domain

use com.amazonaws.ecs#Attributes
use com.amazonaws.ecs#AutoScalingGroupProvider
use com.amazonaws.ecs#ClusterConfiguration
use com.amazonaws.ecs#ClusterServiceConnectDefaults
use com.amazonaws.ecs#ClusterSettings
use com.amazonaws.ecs#CapacityProviderStrategy
use com.amazonaws.ecs#LaunchType
use com.amazonaws.ecs#NetworkBindings
use com.amazonaws.ecs#StringList
use com.amazonaws.ecs#Tags
use com.amazonaws.ecs#TaskDefinition
use com.amazonaws.ecs#TaskOverride
use com.amazonaws.ecs#TaskStopCode
use com.amazonaws.ecs#VersionInfo
use com.amazonaws.ecs#AgentUpdateStatus
use com.amazonaws.ecs#Connectivity
use com.amazonaws.ecs#HealthStatus
use com.amazonaws.ecs#AvailabilityZoneRebalancing
use com.amazonaws.ecs#DeploymentConfiguration
use com.amazonaws.ecs#DeploymentControllerType
use com.amazonaws.ecs#DeploymentRolloutState
use com.amazonaws.ecs#PlacementConstraints
use com.amazonaws.ecs#PlacementStrategies
use com.amazonaws.ecs#PropagateTags
use com.amazonaws.ecs#Scale
use com.amazonaws.ecs#SchedulingStrategy
use com.amazonaws.ecs#ServiceDeployment
use com.amazonaws.ecs#ServiceEvents
use com.amazonaws.ecs#ServiceRevision

list PortList { member: Integer }

enum ClusterStatus {
    ACTIVE = "ACTIVE"
    INACTIVE = "INACTIVE"
}

@keepUnknown
structure ClusterRecord {
    @required account: String
    @required region: String
    @required name: String
    /// Unique among all clusters that ever had this name.
    @required generation: String
    @required status: ClusterStatus
    @required createdAt: Timestamp
    inactiveAt: Timestamp
    settings: ClusterSettings
    configuration: ClusterConfiguration
    serviceConnectDefaults: ClusterServiceConnectDefaults
    capacityProviders: StringList
    defaultCapacityProviderStrategy: CapacityProviderStrategy
    tags: Tags
}

enum InstanceStatus {
    REGISTERING = "REGISTERING"
    ACTIVE = "ACTIVE"
    DRAINING = "DRAINING"
    INACTIVE = "INACTIVE"
}

@keepUnknown
structure ContainerInstanceRecord {
    @required account: String
    @required region: String
    @required cluster: String
    @required clusterGeneration: String
    @required id: String
    /// As it was first answered; long or short form by the account setting of that moment.
    @required arn: String
    @required ec2InstanceId: String
    @required status: InstanceStatus
    statusReason: String
    /// CPU units, MiB, and the ports that are never given to tasks.
    @required cpu: Integer
    @required memory: Integer
    @required reservedTcpPorts: PortList
    @required reservedUdpPorts: PortList
    @required @shared attributes: Attributes
    tags: Tags
    versionInfo: VersionInfo
    agentUpdateStatus: AgentUpdateStatus
    @required registeredAt: Timestamp
    inactiveAt: Timestamp
    /// Highest payload sequence number ever sent to this instance's agent; never lowered.
    @default(0) payloadSequence: Long
    /// The control plane that holds the agent's socket, and how often the socket changed hands.
    sessionOwner: String
    @default(0) sessionEpoch: Long
    /// As last known; the live session table decides while the owner runs.
    @default(false) agentConnected: Boolean
    /// When the agent was last seen to go; absent while it is connected.
    disconnectedAt: Timestamp
    /// Rises with each change that users can see.
    @default(0) version: Long
}

/// What the tasks on an instance hold. Apart from the instance, so that claims do not collide with other changes.
@keepUnknown
structure InstanceAllocation {
    @required account: String
    @required region: String
    @required cluster: String
    @required instanceId: String
    @default(0) cpu: Integer
    @default(0) memory: Integer
    @default([]) tcpPorts: PortList
    @default([]) udpPorts: PortList
    /// Tasks that hold a claim.
    @default(0) taskCount: Integer
}

enum DefinitionStatus {
    ACTIVE = "ACTIVE"
    INACTIVE = "INACTIVE"
    DELETE_IN_PROGRESS = "DELETE_IN_PROGRESS"
}

@keepUnknown
structure TaskDefinitionRecord {
    @required account: String
    @required region: String
    @required family: String
    @required revision: Integer
    @required status: DefinitionStatus
    /// As DescribeTaskDefinition answers it, save for the status.
    @required definition: TaskDefinition
    tags: Tags
    @required registeredAt: Timestamp
    deregisteredAt: Timestamp
    deleteRequestedAt: Timestamp
}

@keepUnknown
structure FamilyRecord {
    @required account: String
    @required region: String
    @required family: String
    /// The highest revision ever given out.
    @required lastRevision: Integer
    /// The highest ACTIVE revision; 0 when there is none.
    @default(0) latestActive: Integer
}

enum TaskStatus {
    PROVISIONING = "PROVISIONING"
    PENDING = "PENDING"
    ACTIVATING = "ACTIVATING"
    RUNNING = "RUNNING"
    DEACTIVATING = "DEACTIVATING"
    STOPPING = "STOPPING"
    DEPROVISIONING = "DEPROVISIONING"
    STOPPED = "STOPPED"
}

enum ContainerStatus {
    PENDING = "PENDING"
    RUNNING = "RUNNING"
    STOPPED = "STOPPED"
}

structure ContainerState {
    @required name: String
    @required id: String
    image: String
    imageDigest: String
    runtimeId: String
    @required status: ContainerStatus
    exitCode: Integer
    reason: String
    networkBindings: NetworkBindings
    healthStatus: HealthStatus
    @default(true) essential: Boolean
    @default(false) hasHealthCheck: Boolean
    cpu: String
    memory: String
    memoryReservation: String
}

list ContainerStates { member: ContainerState }

@keepUnknown
structure TaskRecord {
    @required account: String
    @required region: String
    @required cluster: String
    @required clusterGeneration: String
    @required id: String
    @required arn: String
    /// The container instance it was placed on.
    @required instanceId: String
    @required instanceArn: String
    @required family: String
    @required revision: Integer
    @required taskDefinitionArn: String
    /// `family:NAME` or `service:NAME`, or what RunTask said.
    @required group: String
    startedBy: String
    @required launchType: LaunchType
    @required lastStatus: TaskStatus
    /// RUNNING or STOPPED only.
    @required desiredStatus: TaskStatus
    @required containers: ContainerStates
    @shared overrides: TaskOverride
    tags: Tags
    /// What it holds on the instance until it is STOPPED: CPU units, MiB, host ports.
    @required cpu: Integer
    @required memory: Integer
    @default([]) tcpPorts: PortList
    @default([]) udpPorts: PortList
    /// Task-level sizes as text, as the API echoes them.
    taskCpu: String
    taskMemory: String
    @required createdAt: Timestamp
    startedAt: Timestamp
    stoppingAt: Timestamp
    stoppedAt: Timestamp
    executionStoppedAt: Timestamp
    pullStartedAt: Timestamp
    pullStoppedAt: Timestamp
    stopCode: TaskStopCode
    stoppedReason: String
    connectivity: Connectivity
    connectivityAt: Timestamp
    healthStatus: HealthStatus
    availabilityZone: String
    @default(false) enableExecuteCommand: Boolean
    /// Set for tasks of a service.
    serviceName: String
    deploymentId: String
    /// Until then neither scale-in nor a deployment stops it.
    protectedUntil: Timestamp
    /// True once the agent has acknowledged it or reported on it: from then on it may know the task.
    @default(false) delivered: Boolean
    /// Rises with each change of status, as events count it.
    @default(1) version: Long
}

/// An account setting of a principal; principal "" is the account's default.
@keepUnknown
structure AccountSettingRecord {
    @required account: String
    @required region: String
    @required principalArn: String
    @required name: String
    @required value: String
}

/// What a client token was used for, so that a repeated call acts once.
@keepUnknown
structure ClientTokenRecord {
    @required account: String
    @required region: String
    /// Operation and cluster the token belongs to.
    @required scope: String
    @required token: String
    /// Hash of the request without the token.
    @required requestHash: String
    /// Ids of what the first call made.
    @required ids: StringList
    @required createdAt: Timestamp
}

enum ServiceStatus {
    ACTIVE = "ACTIVE"
    DRAINING = "DRAINING"
    INACTIVE = "INACTIVE"
}

enum DeploymentStatus {
    PRIMARY = "PRIMARY"
    ACTIVE = "ACTIVE"
}

/// One generation of a service's tasks. How many of them there are is counted from the tasks.
structure DeploymentState {
    /// `ecs-svc/DIGITS`; tasks carry it as startedBy.
    @required id: String
    @required status: DeploymentStatus
    @required family: String
    @required revision: Integer
    @required taskDefinitionArn: String
    launchType: LaunchType
    platformVersion: String
    @default(0) desiredCount: Integer
    @required rolloutState: DeploymentRolloutState
    rolloutStateReason: String
    @required createdAt: Timestamp
    @required updatedAt: Timestamp
    /// Tasks that failed one after another, without one that stayed up between them.
    @default(0) failedTasks: Integer
    lastFailureAt: Timestamp
    /// No task is started before; absent: at once.
    nextStartAt: Timestamp
    /// Of the records of its service deployment and its service revision.
    serviceDeploymentId: String
    serviceRevisionId: String
}

list DeploymentStates { member: DeploymentState }

/// A task set of a service whose deployments are made from outside (EXTERNAL).
structure TaskSetState {
    /// Its tasks carry the id of this as deploymentId. Its desired count is the computed one.
    @required deployment: DeploymentState
    externalId: String
    scale: Scale
    tags: Tags
    stabilityChangedAt: Timestamp
    /// Its tasks are being stopped; it goes with the last of them.
    @default(false) draining: Boolean
}

list TaskSetStates { member: TaskSetState }

@keepUnknown
structure ServiceRecord {
    @required account: String
    @required region: String
    @required cluster: String
    @required clusterGeneration: String
    @required name: String
    /// Unique among all services that ever had this name.
    @required generation: String
    @required arn: String
    @required status: ServiceStatus
    @required schedulingStrategy: SchedulingStrategy
    @default(0) desiredCount: Integer
    launchType: LaunchType
    platformVersion: String
    /// As given; members that are absent have the defaults of the compatibility mode.
    deploymentConfiguration: DeploymentConfiguration
    placementConstraints: PlacementConstraints
    placementStrategy: PlacementStrategies
    healthCheckGracePeriodSeconds: Integer
    propagateTags: PropagateTags
    @default(false) enableECSManagedTags: Boolean
    @default(false) enableExecuteCommand: Boolean
    availabilityZoneRebalancing: AvailabilityZoneRebalancing
    tags: Tags
    /// Whether its tasks get ARNs of the short form.
    @default(false) shortTaskArns: Boolean
    createdBy: String
    @required createdAt: Timestamp
    inactiveAt: Timestamp
    /// Absent: ECS.
    deploymentController: DeploymentControllerType
    /// PRIMARY first, then the newest. None with the controller EXTERNAL.
    @required deployments: DeploymentStates
    /// With the controller EXTERNAL only, oldest first.
    taskSets: TaskSetStates
    /// What a failed deployment is rolled back to: the newest that was completed.
    lastCompleted: DeploymentState
    /// Newest first.
    events: ServiceEvents
    /// Since when all is as it should be; absent while it is not.
    steadySince: Timestamp
    /// When users were last told that a task could not be placed, and that tasks keep failing.
    unableToPlaceAt: Timestamp
    unableToStartAt: Timestamp
    unableToDeployAt: Timestamp
    /// Tasks that stopped up to this revision of the store have been counted.
    @default(0) exitsSeen: Long
}

/// A rollout of a service, as DescribeServiceDeployments answers it.
@keepUnknown
structure ServiceDeploymentRecord {
    @required account: String
    @required region: String
    @required cluster: String
    @required service: String
    @required id: String
    @required deployment: ServiceDeployment
}

/// What a service looked like at a deployment, as DescribeServiceRevisions answers it.
@keepUnknown
structure ServiceRevisionRecord {
    @required account: String
    @required region: String
    @required cluster: String
    @required service: String
    @required id: String
    @required revision: ServiceRevision
}

/// A capacity provider of the account. Names an Auto Scaling group, which nothing here scales.
@keepUnknown
structure CapacityProviderRecord {
    @required account: String
    @required region: String
    @required name: String
    /// With its defaults, as answers show it.
    autoScalingGroupProvider: AutoScalingGroupProvider
    /// It was changed since it was made.
    @default(false) updated: Boolean
    tags: Tags
    @required createdAt: Timestamp
}
