// EventBridge: named, so that its clients are refused in their protocol. No operation is served yet.
$version: "2"

namespace com.amazonaws.eventbridge

use aws.api#service
use aws.auth#sigv4
use aws.protocols#awsJson1_1
use berth.traits#serviceName
use berth.traits#targetPrefix

@service(sdkId: "EventBridge", arnNamespace: "events")
@serviceName("events")
@sigv4(name: "events")
@awsJson1_1
@targetPrefix("AWSEvents")
service Events {
    version: "2015-10-07"
    operations: []
}
