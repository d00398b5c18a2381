// Elastic Load Balancing v2: named, so that its clients are refused in their protocol. No operation is served yet.
$version: "2"

namespace com.amazonaws.elasticloadbalancingv2

use aws.api#service
use aws.auth#sigv4
use aws.protocols#awsQuery
use berth.traits#serviceName

@service(sdkId: "Elastic Load Balancing v2", arnNamespace: "elasticloadbalancing")
@serviceName("elbv2")
@sigv4(name: "elasticloadbalancing")
@awsQuery
@xmlNamespace(uri: "http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/")
service Elbv2 {
    version: "2015-12-01"
    operations: []
}
