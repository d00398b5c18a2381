// Operations and shapes of: capacity provider.
$version: "2"

namespace com.amazonaws.ecs

@idempotent
operation CreateCapacityProvider {
    input: CreateCapacityProviderRequest
    output: CreateCapacityProviderResponse
    errors: [
        AccessDeniedException, LimitExceededException, ServerException, UpdateInProgressException,
        InvalidParameterException, ClientException, ClusterNotFoundException, UnsupportedFeatureException
    ]
}

@idempotent
operation DeleteCapacityProvider {
    input: DeleteCapacityProviderRequest
    output: DeleteCapacityProviderResponse
    errors: [
        AccessDeniedException, ServerException, UpdateInProgressException, InvalidParameterException,
        ClientException, ClusterNotFoundException, UnsupportedFeatureException
    ]
}

@readonly
operation DescribeCapacityProviders {
    input: DescribeCapacityProvidersRequest
    output: DescribeCapacityProvidersResponse
    errors: [
        AccessDeniedException, ServerException, InvalidParameterException, ClientException,
        ClusterNotFoundException, UnsupportedFeatureException
    ]
}

operation UpdateCapacityProvider {
    input: UpdateCapacityProviderRequest
    output: UpdateCapacityProviderResponse
    errors: [
        AccessDeniedException, ServerException, InvalidParameterException, ClientException,
        ClusterNotFoundException, UnsupportedFeatureException
    ]
}

structure AcceleratorCountRequest {
    min: Integer
    max: Integer
}

enum AcceleratorManufacturer {
    AMAZON_WEB_SERVICES = "amazon-web-services"
    AMD = "amd"
    NVIDIA = "nvidia"
    XILINX = "xilinx"
    HABANA = "habana"
}

list AcceleratorManufacturerSet {
    member: AcceleratorManufacturer
}

enum AcceleratorName {
    A100 = "a100"
    INFERENTIA = "inferentia"
    K520 = "k520"
    K80 = "k80"
    M60 = "m60"
    RADEON_PRO_V520 = "radeon-pro-v520"
    T4 = "t4"
    VU9P = "vu9p"
    V100 = "v100"
    A10G = "a10g"
    H100 = "h100"
    T4G = "t4g"
}

list AcceleratorNameSet {
    member: AcceleratorName
}

structure AcceleratorTotalMemoryMiBRequest {
    min: Integer
    max: Integer
}

enum AcceleratorType {
    GPU = "gpu"
    FPGA = "fpga"
    INFERENCE = "inference"
}

list AcceleratorTypeSet {
    member: AcceleratorType
}

@length(min: 1, max: 30)
@pattern("[a-zA-Z0-9\\.\\*\\-]+")
string AllowedInstanceType

@length(min: 0, max: 400)
list AllowedInstanceTypeSet {
    member: AllowedInstanceType
}

enum AutoRepairActionsStatus {
    ENABLED
    DISABLED
}

structure AutoRepairConfiguration {
    actionsStatus: AutoRepairActionsStatus
}

structure AutoScalingGroupProvider {
    @required
    autoScalingGroupArn: String

    managedScaling: ManagedScaling
    managedTerminationProtection: ManagedTerminationProtection
    managedDraining: ManagedDraining
}

structure AutoScalingGroupProviderUpdate {
    managedScaling: ManagedScaling
    managedTerminationProtection: ManagedTerminationProtection
    managedDraining: ManagedDraining
}

enum BareMetal {
    INCLUDED = "included"
    REQUIRED = "required"
    EXCLUDED = "excluded"
}

structure BaselineEbsBandwidthMbpsRequest {
    min: Integer
    max: Integer
}

enum BurstablePerformance {
    INCLUDED = "included"
    REQUIRED = "required"
    EXCLUDED = "excluded"
}

enum CapacityOptionType {
    ON_DEMAND
    SPOT
    RESERVED
}

structure CapacityProvider {
    capacityProviderArn: String
    name: String
    cluster: String
    status: CapacityProviderStatus
    autoScalingGroupProvider: AutoScalingGroupProvider
    managedInstancesProvider: ManagedInstancesProvider
    updateStatus: CapacityProviderUpdateStatus
    updateStatusReason: String
    tags: Tags
    type: CapacityProviderType
}

enum CapacityProviderField {
    TAGS
}

list CapacityProviderFieldList {
    member: CapacityProviderField
}

list CapacityProviders {
    member: CapacityProvider
}

enum CapacityProviderStatus {
    PROVISIONING
    ACTIVE
    DEPROVISIONING
    INACTIVE
}

enum CapacityProviderType {
    EC2_AUTOSCALING
    MANAGED_INSTANCES
    FARGATE
    FARGATE_SPOT
}

enum CapacityProviderUpdateStatus {
    CREATE_IN_PROGRESS
    CREATE_COMPLETE
    CREATE_FAILED
    DELETE_IN_PROGRESS
    DELETE_COMPLETE
    DELETE_FAILED
    UPDATE_IN_PROGRESS
    UPDATE_COMPLETE
    UPDATE_FAILED
}

enum CapacityReservationPreference {
    RESERVATIONS_ONLY
    RESERVATIONS_FIRST
    RESERVATIONS_EXCLUDED
}

structure CapacityReservationRequest {
    reservationGroupArn: String
    reservationPreference: CapacityReservationPreference
}

enum CpuManufacturer {
    INTEL = "intel"
    AMD = "amd"
    AMAZON_WEB_SERVICES = "amazon-web-services"
}

list CpuManufacturerSet {
    member: CpuManufacturer
}

@input
structure CreateCapacityProviderRequest {
    @required
    name: String

    cluster: String
    autoScalingGroupProvider: AutoScalingGroupProvider
    managedInstancesProvider: CreateManagedInstancesProviderConfiguration
    tags: Tags
}

@output
structure CreateCapacityProviderResponse {
    capacityProvider: CapacityProvider
}

structure CreateManagedInstancesProviderConfiguration {
    @required
    infrastructureRoleArn: String

    @required
    instanceLaunchTemplate: InstanceLaunchTemplate

    propagateTags: PropagateMITags
    infrastructureOptimization: InfrastructureOptimization
    autoRepairConfiguration: AutoRepairConfiguration
}

@input
structure DeleteCapacityProviderRequest {
    @required
    capacityProvider: String

    cluster: String
}

@output
structure DeleteCapacityProviderResponse {
    capacityProvider: CapacityProvider
}

@input
structure DescribeCapacityProvidersRequest {
    capacityProviders: StringList
    cluster: String
    include: CapacityProviderFieldList
    maxResults: Integer
    nextToken: String
}

@output
structure DescribeCapacityProvidersResponse {
    capacityProviders: CapacityProviders
    failures: Failures
    nextToken: String
}

@length(min: 1, max: 30)
@pattern("[a-zA-Z0-9\\.\\*\\-]+")
string ExcludedInstanceType

@length(min: 0, max: 400)
list ExcludedInstanceTypeSet {
    member: ExcludedInstanceType
}

structure InfrastructureOptimization {
    scaleInAfter: Integer
}

enum InstanceGeneration {
    CURRENT = "current"
    PREVIOUS = "previous"
}

list InstanceGenerationSet {
    member: InstanceGeneration
}

structure InstanceLaunchTemplate {
    @required
    ec2InstanceProfileArn: String

    @required
    networkConfiguration: ManagedInstancesNetworkConfiguration

    storageConfiguration: ManagedInstancesStorageConfiguration
    localStorageConfiguration: ManagedInstancesLocalStorageConfiguration
    monitoring: ManagedInstancesMonitoringOptions
    capacityOptionType: CapacityOptionType
    instanceMetadataTagsPropagation: Boolean
    instanceRequirements: InstanceRequirementsRequest
    fipsEnabled: Boolean
    capacityReservations: CapacityReservationRequest
}

structure InstanceLaunchTemplateUpdate {
    ec2InstanceProfileArn: String
    networkConfiguration: ManagedInstancesNetworkConfiguration
    storageConfiguration: ManagedInstancesStorageConfiguration
    instanceMetadataTagsPropagation: Boolean
    localStorageConfiguration: ManagedInstancesLocalStorageConfiguration
    monitoring: ManagedInstancesMonitoringOptions
    instanceRequirements: InstanceRequirementsRequest
    capacityReservations: CapacityReservationRequest
}

structure InstanceRequirementsRequest {
    @required
    vCpuCount: VCpuCountRangeRequest

    @required
    memoryMiB: MemoryMiBRequest

    cpuManufacturers: CpuManufacturerSet
    memoryGiBPerVCpu: MemoryGiBPerVCpuRequest
    excludedInstanceTypes: ExcludedInstanceTypeSet
    instanceGenerations: InstanceGenerationSet
    spotMaxPricePercentageOverLowestPrice: Integer
    onDemandMaxPricePercentageOverLowestPrice: Integer
    bareMetal: BareMetal
    burstablePerformance: BurstablePerformance
    requireHibernateSupport: Boolean
    networkInterfaceCount: NetworkInterfaceCountRequest
    localStorage: LocalStorage
    localStorageTypes: LocalStorageTypeSet
    totalLocalStorageGB: TotalLocalStorageGBRequest
    baselineEbsBandwidthMbps: BaselineEbsBandwidthMbpsRequest
    acceleratorTypes: AcceleratorTypeSet
    acceleratorCount: AcceleratorCountRequest
    acceleratorManufacturers: AcceleratorManufacturerSet
    acceleratorNames: AcceleratorNameSet
    acceleratorTotalMemoryMiB: AcceleratorTotalMemoryMiBRequest
    networkBandwidthGbps: NetworkBandwidthGbpsRequest
    allowedInstanceTypes: AllowedInstanceTypeSet
    maxSpotPriceAsPercentageOfOptimalOnDemandPrice: Integer
}

enum LocalStorage {
    INCLUDED = "included"
    REQUIRED = "required"
    EXCLUDED = "excluded"
}

enum LocalStorageType {
    HDD = "hdd"
    SSD = "ssd"
}

list LocalStorageTypeSet {
    member: LocalStorageType
}

enum ManagedDraining {
    ENABLED
    DISABLED
}

structure ManagedInstancesLocalStorageConfiguration {
    useLocalStorage: Boolean
}

enum ManagedInstancesMonitoringOptions {
    BASIC
    DETAILED
}

structure ManagedInstancesNetworkConfiguration {
    subnets: StringList
    securityGroups: StringList
}

structure ManagedInstancesProvider {
    infrastructureRoleArn: String
    instanceLaunchTemplate: InstanceLaunchTemplate
    propagateTags: PropagateMITags
    infrastructureOptimization: InfrastructureOptimization
    autoRepairConfiguration: AutoRepairConfiguration
}

structure ManagedInstancesStorageConfiguration {
    storageSizeGiB: TaskVolumeStorageGiB
}

structure ManagedScaling {
    status: ManagedScalingStatus
    targetCapacity: ManagedScalingTargetCapacity
    minimumScalingStepSize: ManagedScalingStepSize
    maximumScalingStepSize: ManagedScalingStepSize
    instanceWarmupPeriod: ManagedScalingInstanceWarmupPeriod
}

@range(min: 0, max: 10000)
integer ManagedScalingInstanceWarmupPeriod

enum ManagedScalingStatus {
    ENABLED
    DISABLED
}

@range(min: 1, max: 10000)
integer ManagedScalingStepSize

@range(min: 1, max: 100)
integer ManagedScalingTargetCapacity

enum ManagedTerminationProtection {
    ENABLED
    DISABLED
}

structure MemoryGiBPerVCpuRequest {
    min: Double
    max: Double
}

structure MemoryMiBRequest {
    @required
    min: Integer

    max: Integer
}

structure NetworkBandwidthGbpsRequest {
    min: Double
    max: Double
}

structure NetworkInterfaceCountRequest {
    min: Integer
    max: Integer
}

enum PropagateMITags {
    CAPACITY_PROVIDER
    NONE
}

@range(min: 1)
integer TaskVolumeStorageGiB

structure TotalLocalStorageGBRequest {
    min: Double
    max: Double
}

@input
structure UpdateCapacityProviderRequest {
    @required
    name: String

    cluster: String
    autoScalingGroupProvider: AutoScalingGroupProviderUpdate
    managedInstancesProvider: UpdateManagedInstancesProviderConfiguration
}

@output
structure UpdateCapacityProviderResponse {
    capacityProvider: CapacityProvider
}

structure UpdateManagedInstancesProviderConfiguration {
    @required
    infrastructureRoleArn: String

    @required
    instanceLaunchTemplate: InstanceLaunchTemplateUpdate

    propagateTags: PropagateMITags
    infrastructureOptimization: InfrastructureOptimization
    autoRepairConfiguration: AutoRepairConfiguration
}

structure VCpuCountRangeRequest {
    @required
    min: Integer

    max: Integer
}
