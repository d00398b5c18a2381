// Application Auto Scaling: named, so that its clients are refused in their protocol. No operation is served yet.
$version: "2"

namespace com.amazonaws.applicationautoscaling

use aws.api#service
use aws.auth#sigv4
use aws.protocols#awsJson1_1
use berth.traits#serviceName
use berth.traits#targetPrefix

@service(sdkId: "Application Auto Scaling", arnNamespace: "application-autoscaling")
@serviceName("application-autoscaling")
@sigv4(name: "application-autoscaling")
@awsJson1_1
@targetPrefix("AnyScaleFrontendService")
service ApplicationAutoscaling {
    version: "2016-02-06"
    operations: []
}
