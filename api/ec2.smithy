// EC2: named, so that its clients are refused in their protocol. No operation is served yet.
$version: "2"

namespace com.amazonaws.ec2

use aws.api#service
use aws.auth#sigv4
use aws.protocols#ec2Query

@service(sdkId: "EC2", arnNamespace: "ec2")
@sigv4(name: "ec2")
@ec2Query
@xmlNamespace(uri: "http://ec2.amazonaws.com/doc/2016-11-15")
service Ec2 {
    version: "2016-11-15"
    operations: []
}
