// Elastic Load Balancing: named, so that its clients are refused in their protocol. No operation is served yet.
$version: "2"

namespace com.amazonaws.elasticloadbalancing

use aws.api#service
use aws.auth#sigv4
use aws.protocols#awsQuery
use berth.traits#serviceName

@service(sdkId: "Elastic Load Balancing", arnNamespace: "elasticloadbalancing")
@serviceName("elb")
@sigv4(name: "elasticloadbalancing")
@awsQuery
@xmlNamespace(uri: "http://elasticloadbalancing.amazonaws.com/doc/2012-06-01/")
service Elb {
    version: "2012-06-01"
    operations: []
}
