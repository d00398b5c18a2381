// Amazon CloudWatch Logs: what Berth serves of it. Descriptions of errors are the handlers'.
$version: "2"

namespace com.amazonaws.logs

@sigv4(name: "logs")
@awsJson1_1
@targetPrefix("Logs_20140328")
service Logs_20140328 {
    version: "2014-03-28"
    operations: [
        CreateLogGroup, CreateLogStream, DeleteLogGroup, DeleteLogStream, DeleteRetentionPolicy, DescribeLogGroups,
        DescribeLogStreams, FilterLogEvents, GetLogEvents, ListTagsForResource, ListTagsLogGroup, PutLogEvents,
        PutRetentionPolicy, StartLiveTail, TagLogGroup, TagResource, UntagLogGroup, UntagResource
    ]
}

operation CreateLogGroup {
    input: CreateLogGroupRequest
    errors: [
        InvalidParameterException, ResourceAlreadyExistsException, LimitExceededException, OperationAbortedException,
        ServiceUnavailableException
    ]
}

operation CreateLogStream {
    input: CreateLogStreamRequest
    errors: [
        InvalidParameterException, ResourceAlreadyExistsException, ResourceNotFoundException, ServiceUnavailableException
    ]
}

operation DeleteLogGroup {
    input: DeleteLogGroupRequest
    errors: [
        InvalidParameterException, ResourceNotFoundException, OperationAbortedException, ServiceUnavailableException,
        ValidationException
    ]
}

operation DeleteLogStream {
    input: DeleteLogStreamRequest
    errors: [
        InvalidParameterException, ResourceNotFoundException, OperationAbortedException, ServiceUnavailableException,
        ValidationException
    ]
}

operation DeleteRetentionPolicy {
    input: DeleteRetentionPolicyRequest
    errors: [
        InvalidParameterException, ResourceNotFoundException, OperationAbortedException, ServiceUnavailableException
    ]
}

@paginated(inputToken: "nextToken", outputToken: "nextToken", pageSize: "limit", items: "logGroups")
@readonly
operation DescribeLogGroups {
    input: DescribeLogGroupsRequest
    output: DescribeLogGroupsResponse
    errors: [
        InvalidParameterException, ServiceUnavailableException
    ]
}

@paginated(inputToken: "nextToken", outputToken: "nextToken", pageSize: "limit", items: "logStreams")
@readonly
operation DescribeLogStreams {
    input: DescribeLogStreamsRequest
    output: DescribeLogStreamsResponse
    errors: [
        InvalidParameterException, ResourceNotFoundException, ServiceUnavailableException
    ]
}

@paginated(inputToken: "nextToken", outputToken: "nextToken", pageSize: "limit")
@readonly
operation FilterLogEvents {
    input: FilterLogEventsRequest
    output: FilterLogEventsResponse
    errors: [
        InvalidParameterException, ResourceNotFoundException, ServiceUnavailableException
    ]
}

@readonly
operation GetLogEvents {
    input: GetLogEventsRequest
    output: GetLogEventsResponse
    errors: [
        InvalidParameterException, ResourceNotFoundException, ServiceUnavailableException
    ]
}

@readonly
operation ListTagsForResource {
    input: ListTagsForResourceRequest
    output: ListTagsForResourceResponse
    errors: [
        InvalidParameterException, ResourceNotFoundException, ServiceUnavailableException
    ]
}

@readonly
operation ListTagsLogGroup {
    input: ListTagsLogGroupRequest
    output: ListTagsLogGroupResponse
    errors: [
        ResourceNotFoundException, ServiceUnavailableException
    ]
}

operation PutLogEvents {
    input: PutLogEventsRequest
    output: PutLogEventsResponse
    errors: [
        InvalidParameterException, InvalidSequenceTokenException, DataAlreadyAcceptedException, ResourceNotFoundException,
        ServiceUnavailableException, UnrecognizedClientException
    ]
}

operation PutRetentionPolicy {
    input: PutRetentionPolicyRequest
    errors: [
        InvalidParameterException, ResourceNotFoundException, OperationAbortedException, ServiceUnavailableException
    ]
}

// Not built: its answer is an event stream.
operation StartLiveTail {
    input: StartLiveTailRequest
    output: StartLiveTailResponse
    errors: [InvalidParameterException, ResourceNotFoundException, LimitExceededException]
}

operation TagLogGroup {
    input: TagLogGroupRequest
    errors: [
        ResourceNotFoundException, InvalidParameterException
    ]
}

operation TagResource {
    input: TagResourceRequest
    errors: [
        InvalidParameterException, ResourceNotFoundException, ServiceUnavailableException, TooManyTagsException
    ]
}

operation UntagLogGroup {
    input: UntagLogGroupRequest
    errors: [
        ResourceNotFoundException
    ]
}

operation UntagResource {
    input: UntagResourceRequest
    errors: [
        InvalidParameterException, ResourceNotFoundException, ServiceUnavailableException
    ]
}

@length(min: 12, max: 12)
string AccountId

@length(min: 0, max: 20)
list AccountIds { member: AccountId }

@length(min: 1, max: 1011)
@pattern("[\\w+=/:,.@-]*")
string AmazonResourceName

@input
structure CreateLogGroupRequest {
    @required
    logGroupName: LogGroupName
    kmsKeyId: KmsKeyId
    tags: Tags
    logGroupClass: LogGroupClass
    deletionProtectionEnabled: Boolean
}

@input
structure CreateLogStreamRequest {
    @required
    logGroupName: LogGroupName
    @required
    logStreamName: LogStreamName
}

@error("client")
structure DataAlreadyAcceptedException {
    expectedSequenceToken: SequenceToken
}

enum DataProtectionStatus {
    ACTIVATED = "ACTIVATED"
    DELETED = "DELETED"
    ARCHIVED = "ARCHIVED"
    DISABLED = "DISABLED"
}

@input
structure DeleteLogGroupRequest {
    @required
    logGroupName: LogGroupName
}

@input
structure DeleteLogStreamRequest {
    @required
    logGroupName: LogGroupName
    @required
    logStreamName: LogStreamName
}

@input
structure DeleteRetentionPolicyRequest {
    @required
    logGroupName: LogGroupName
}

@range(min: 1, max: 50)
integer DescribeLimit

@length(min: 1, max: 50)
list DescribeLogGroupsLogGroupIdentifiers { member: LogGroupIdentifier }

@input
structure DescribeLogGroupsRequest {
    accountIdentifiers: AccountIds
    logGroupNamePrefix: LogGroupName
    logGroupNamePattern: LogGroupNamePattern
    nextToken: NextToken
    limit: DescribeLimit
    includeLinkedAccounts: Boolean
    logGroupClass: LogGroupClass
    logGroupIdentifiers: DescribeLogGroupsLogGroupIdentifiers
}

@output
structure DescribeLogGroupsResponse {
    logGroups: LogGroups
    nextToken: NextToken
}

@input
structure DescribeLogStreamsRequest {
    logGroupName: LogGroupName
    logGroupIdentifier: LogGroupIdentifier
    logStreamNamePrefix: LogStreamName
    orderBy: OrderBy
    descending: Boolean
    nextToken: NextToken
    limit: DescribeLimit
}

@output
structure DescribeLogStreamsResponse {
    logStreams: LogStreams
    nextToken: NextToken
}

structure Entity {
    keyAttributes: EntityKeyAttributes
    attributes: EntityAttributes
}

@length(min: 0, max: 10)
map EntityAttributes { key: EntityAttributesKey  value: EntityAttributesValue }

@length(min: 1, max: 256)
string EntityAttributesKey

@length(min: 1, max: 512)
string EntityAttributesValue

@length(min: 2, max: 4)
map EntityKeyAttributes { key: EntityKeyAttributesKey  value: EntityKeyAttributesValue }

@length(min: 1, max: 32)
string EntityKeyAttributesKey

@length(min: 1, max: 512)
string EntityKeyAttributesValue

enum EntityRejectionErrorType {
    INVALID_ENTITY = "InvalidEntity"
    INVALID_TYPE_VALUE = "InvalidTypeValue"
    INVALID_KEY_ATTRIBUTES = "InvalidKeyAttributes"
    INVALID_ATTRIBUTES = "InvalidAttributes"
    ENTITY_SIZE_TOO_LARGE = "EntitySizeTooLarge"
    UNSUPPORTED_LOG_GROUP_TYPE = "UnsupportedLogGroupType"
    MISSING_REQUIRED_FIELDS = "MissingRequiredFields"
}

@length(min: 1)
string EventMessage

@range(min: 1, max: 10000)
integer EventsLimit

@input
structure FilterLogEventsRequest {
    logGroupName: LogGroupName
    logGroupIdentifier: LogGroupIdentifier
    logStreamNames: InputLogStreamNames
    logStreamNamePrefix: LogStreamName
    startTime: TimestampValue
    endTime: TimestampValue
    filterPattern: FilterPattern
    nextToken: NextToken
    limit: EventsLimit
    interleaved: Boolean
    unmask: Boolean
}

@output
structure FilterLogEventsResponse {
    events: FilteredLogEvents
    searchedLogStreams: SearchedLogStreams
    nextToken: NextToken
}

@length(min: 0, max: 1024)
string FilterPattern

structure FilteredLogEvent {
    logStreamName: LogStreamName
    timestamp: TimestampValue
    message: EventMessage
    ingestionTime: TimestampValue
    eventId: String
}

list FilteredLogEvents { member: FilteredLogEvent }

@input
structure GetLogEventsRequest {
    logGroupName: LogGroupName
    logGroupIdentifier: LogGroupIdentifier
    @required
    logStreamName: LogStreamName
    startTime: TimestampValue
    endTime: TimestampValue
    nextToken: NextToken
    limit: EventsLimit
    startFromHead: Boolean
    unmask: Boolean
}

@output
structure GetLogEventsResponse {
    events: OutputLogEvents
    nextForwardToken: NextToken
    nextBackwardToken: NextToken
}

list InheritedProperties { member: InheritedProperty }

enum InheritedProperty {
    ACCOUNT_DATA_PROTECTION = "ACCOUNT_DATA_PROTECTION"
}

structure InputLogEvent {
    @required
    timestamp: TimestampValue
    @required
    message: EventMessage
}

@length(min: 1, max: 10000)
list InputLogEvents { member: InputLogEvent }

@length(min: 1, max: 100)
list InputLogStreamNames { member: LogStreamName }

@error("client")
structure InvalidParameterException {
}

@error("client")
structure InvalidSequenceTokenException {
    expectedSequenceToken: SequenceToken
}

@length(max: 256)
string KmsKeyId

@error("client")
structure LimitExceededException {
}

@input
structure ListTagsForResourceRequest {
    @required
    resourceArn: AmazonResourceName
}

@output
structure ListTagsForResourceResponse {
    tags: Tags
}

@input
structure ListTagsLogGroupRequest {
    @required
    logGroupName: LogGroupName
}

@output
structure ListTagsLogGroupResponse {
    tags: Tags
}

structure LogGroup {
    logGroupName: LogGroupName
    creationTime: TimestampValue
    retentionInDays: Integer
    metricFilterCount: Integer
    arn: String
    storedBytes: StoredBytes
    kmsKeyId: KmsKeyId
    dataProtectionStatus: DataProtectionStatus
    inheritedProperties: InheritedProperties
    logGroupClass: LogGroupClass
    logGroupArn: String
    deletionProtectionEnabled: Boolean
    bearerTokenAuthenticationEnabled: Boolean
}

enum LogGroupClass {
    STANDARD = "STANDARD"
    INFREQUENT_ACCESS = "INFREQUENT_ACCESS"
    DELIVERY = "DELIVERY"
}

@length(min: 1, max: 2048)
@pattern("[\\w#+=/:,.@-]*")
string LogGroupIdentifier

@length(min: 1, max: 512)
@pattern("[\\.\\-_/#A-Za-z0-9]+")
string LogGroupName

@length(min: 0, max: 512)
@pattern("[\\.\\-_/#A-Za-z0-9]*")
string LogGroupNamePattern

list LogGroups { member: LogGroup }

structure LogStream {
    logStreamName: LogStreamName
    creationTime: TimestampValue
    firstEventTimestamp: TimestampValue
    lastEventTimestamp: TimestampValue
    lastIngestionTime: TimestampValue
    uploadSequenceToken: SequenceToken
    arn: String
    storedBytes: StoredBytes
}

@length(min: 1, max: 512)
string LogStreamName

list LogStreams { member: LogStream }

@length(min: 1)
string NextToken

@error("client")
structure OperationAbortedException {
}

enum OrderBy {
    LOG_STREAM_NAME = "LogStreamName"
    LAST_EVENT_TIME = "LastEventTime"
}

structure OutputLogEvent {
    timestamp: TimestampValue
    message: EventMessage
    ingestionTime: TimestampValue
}

list OutputLogEvents { member: OutputLogEvent }

@input
structure PutLogEventsRequest {
    @required
    logGroupName: LogGroupName
    @required
    logStreamName: LogStreamName
    @required
    logEvents: InputLogEvents
    sequenceToken: SequenceToken
    entity: Entity
}

@output
structure PutLogEventsResponse {
    nextSequenceToken: SequenceToken
    rejectedLogEventsInfo: RejectedLogEventsInfo
    rejectedEntityInfo: RejectedEntityInfo
}

@input
structure PutRetentionPolicyRequest {
    @required
    logGroupName: LogGroupName
    @required
    retentionInDays: Integer
}

structure RejectedEntityInfo {
    @required
    errorType: EntityRejectionErrorType
}

structure RejectedLogEventsInfo {
    tooNewLogEventStartIndex: Integer
    tooOldLogEventEndIndex: Integer
    expiredLogEventEndIndex: Integer
}

@error("client")
structure ResourceAlreadyExistsException {
}

@error("client")
structure ResourceNotFoundException {
}

structure SearchedLogStream {
    logStreamName: LogStreamName
    searchedCompletely: Boolean
}

@input
structure StartLiveTailRequest {
    logGroupIdentifiers: DescribeLogGroupsLogGroupIdentifiers
    logStreamNames: InputLogStreamNames
    logEventFilterPattern: FilterPattern
}

@output
structure StartLiveTailResponse {
}

list SearchedLogStreams { member: SearchedLogStream }

@length(min: 1)
string SequenceToken

@error("server")
@awsQueryError(code: "ServiceUnavailableException", httpResponseCode: 500)
structure ServiceUnavailableException {
}

@range(min: 0)
long StoredBytes

@length(min: 1, max: 128)
string TagKey

@length(min: 0, max: 50)
list TagKeyList { member: TagKey }

@length(min: 1)
list TagList { member: TagKey }

@input
structure TagLogGroupRequest {
    @required
    logGroupName: LogGroupName
    @required
    tags: Tags
}

@input
structure TagResourceRequest {
    @required
    resourceArn: AmazonResourceName
    @required
    tags: Tags
}

@length(max: 256)
string TagValue

@length(min: 1, max: 50)
map Tags { key: TagKey  value: TagValue }

@range(min: 0)
long TimestampValue

@error("client")
structure TooManyTagsException {
    message: String
    resourceName: AmazonResourceName
}

@error("client")
structure UnrecognizedClientException {
}

@input
structure UntagLogGroupRequest {
    @required
    logGroupName: LogGroupName
    @required
    tags: TagList
}

@input
structure UntagResourceRequest {
    @required
    resourceArn: AmazonResourceName
    @required
    tagKeys: TagKeyList
}

@error("client")
structure ValidationException {
}
