// CloudWatch: named, so that its clients are refused in their protocol. No operation is served yet.
$version: "2"

namespace com.amazonaws.cloudwatch

use aws.api#service
use aws.auth#sigv4
use aws.protocols#awsJson1_0
use aws.protocols#awsQuery
use aws.protocols#awsQueryCompatible
use berth.traits#targetPrefix

@service(sdkId: "CloudWatch", arnNamespace: "monitoring")
@sigv4(name: "monitoring")
@awsJson1_0
@awsQuery
@awsQueryCompatible
@targetPrefix("GraniteServiceVersion20100801")
@xmlNamespace(uri: "http://monitoring.amazonaws.com/doc/2010-08-01/")
service Cloudwatch {
    version: "2010-08-01"
    operations: []
}
