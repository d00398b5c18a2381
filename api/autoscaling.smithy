// Auto Scaling: named, so that its clients are refused in their protocol. No operation is served yet.
$version: "2"

namespace com.amazonaws.autoscaling

use aws.api#service
use aws.auth#sigv4
use aws.protocols#awsQuery

@service(sdkId: "Auto Scaling", arnNamespace: "autoscaling")
@sigv4(name: "autoscaling")
@awsQuery
@xmlNamespace(uri: "http://autoscaling.amazonaws.com/doc/2011-01-01/")
service Autoscaling {
    version: "2011-01-01"
    operations: []
}
