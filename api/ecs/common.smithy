// Shapes that several resources share.
$version: "2"

namespace com.amazonaws.ecs

enum AssignPublicIp {
    ENABLED
    DISABLED
}

structure Attribute {
    @required
    name: String

    value: String
    targetType: TargetType
    targetId: String
}

structure AwsVpcConfiguration {
    @required
    subnets: StringList

    securityGroups: StringList
    assignPublicIp: AssignPublicIp
}

boolean Boolean

list CapacityProviderStrategy {
    member: CapacityProviderStrategyItem
}

structure CapacityProviderStrategyItem {
    @required
    capacityProvider: String

    weight: CapacityProviderStrategyItemWeight
    base: CapacityProviderStrategyItemBase
}

@range(min: 0, max: 100000)
integer CapacityProviderStrategyItemBase

@range(min: 0, max: 1000)
integer CapacityProviderStrategyItemWeight

double Double

@sensitive
list EnvironmentVariables {
    member: KeyValuePair
}

structure Failure {
    arn: String
    reason: String
    detail: String
}

list Failures {
    member: Failure
}

integer Integer

structure KeyValuePair {
    name: String
    value: String
}

enum LaunchType {
    EC2
    FARGATE
    EXTERNAL
    MANAGED_INSTANCES
}

structure LogConfiguration {
    @required
    logDriver: LogDriver

    options: LogConfigurationOptionsMap
    secretOptions: SecretList
}

map LogConfigurationOptionsMap {
    key: String
    value: String
}

enum LogDriver {
    JSON_FILE = "json-file"
    SYSLOG = "syslog"
    JOURNALD = "journald"
    GELF = "gelf"
    FLUENTD = "fluentd"
    AWSLOGS = "awslogs"
    SPLUNK = "splunk"
    AWSFIRELENS = "awsfirelens"
}

structure NetworkConfiguration {
    awsvpcConfiguration: AwsVpcConfiguration
}

structure Secret {
    @required
    name: String

    @required
    valueFrom: String
}

list SecretList {
    member: Secret
}

string String

list StringList {
    member: String
}

structure Tag {
    key: TagKey
    value: TagValue
}

@length(min: 1, max: 128)
@pattern("([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*)")
string TagKey

@length(min: 0, max: 50)
list Tags {
    member: Tag
}

@length(min: 0, max: 256)
@pattern("([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*)")
string TagValue

enum TargetType {
    CONTAINER_INSTANCE = "container-instance"
}

timestamp Timestamp
