// Operations and shapes of: account setting.
$version: "2"

namespace com.amazonaws.ecs

operation DeleteAccountSetting {
    input: DeleteAccountSettingRequest
    output: DeleteAccountSettingResponse
    errors: [AccessDeniedException, ServerException, InvalidParameterException, ClientException]
}

@readonly
@paginated(inputToken: "nextToken", outputToken: "nextToken", pageSize: "maxResults", items: "settings")
operation ListAccountSettings {
    input: ListAccountSettingsRequest
    output: ListAccountSettingsResponse
    errors: [AccessDeniedException, ServerException, InvalidParameterException, ClientException]
}

operation PutAccountSetting {
    input: PutAccountSettingRequest
    output: PutAccountSettingResponse
    errors: [AccessDeniedException, ServerException, InvalidParameterException, ClientException]
}

operation PutAccountSettingDefault {
    input: PutAccountSettingDefaultRequest
    output: PutAccountSettingDefaultResponse
    errors: [AccessDeniedException, ServerException, InvalidParameterException, ClientException]
}

@input
structure DeleteAccountSettingRequest {
    @required
    name: SettingName

    principalArn: String
}

@output
structure DeleteAccountSettingResponse {
    setting: Setting
}

@input
structure ListAccountSettingsRequest {
    name: SettingName
    value: String
    principalArn: String
    effectiveSettings: Boolean
    nextToken: String
    maxResults: Integer
}

@output
structure ListAccountSettingsResponse {
    settings: Settings
    nextToken: String
}

@input
structure PutAccountSettingDefaultRequest {
    @required
    name: SettingName

    @required
    value: String
}

@output
structure PutAccountSettingDefaultResponse {
    setting: Setting
}

@input
structure PutAccountSettingRequest {
    @required
    name: SettingName

    @required
    value: String

    principalArn: String
}

@output
structure PutAccountSettingResponse {
    setting: Setting
}

structure Setting {
    name: SettingName
    value: String
    principalArn: String
    type: SettingType
}

enum SettingName {
    SERVICE_LONG_ARN_FORMAT = "serviceLongArnFormat"
    TASK_LONG_ARN_FORMAT = "taskLongArnFormat"
    CONTAINER_INSTANCE_LONG_ARN_FORMAT = "containerInstanceLongArnFormat"
    AWSVPC_TRUNKING = "awsvpcTrunking"
    CONTAINER_INSIGHTS = "containerInsights"
    FARGATE_FIPS_MODE = "fargateFIPSMode"
    TAG_RESOURCE_AUTHORIZATION = "tagResourceAuthorization"
    FARGATE_TASK_RETIREMENT_WAIT_PERIOD = "fargateTaskRetirementWaitPeriod"
    GUARD_DUTY_ACTIVATE = "guardDutyActivate"
    DEFAULT_LOG_DRIVER_MODE = "defaultLogDriverMode"
    FARGATE_EVENT_WINDOWS = "fargateEventWindows"
}

list Settings {
    member: Setting
}

enum SettingType {
    USER = "user"
    AWS_MANAGED = "aws_managed"
}
