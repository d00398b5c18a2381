// CloudTrail: named, so that its clients are refused in their protocol. No operation is served yet.
$version: "2"

namespace com.amazonaws.cloudtrail

use aws.api#service
use aws.auth#sigv4
use aws.protocols#awsJson1_1
use berth.traits#targetPrefix

@service(sdkId: "CloudTrail", arnNamespace: "cloudtrail")
@sigv4(name: "cloudtrail")
@awsJson1_1
@targetPrefix("com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101")
service Cloudtrail {
    version: "2013-11-01"
    operations: []
}
