// CloudFormation: named, so that its clients are refused in their protocol. No operation is served yet.
$version: "2"

namespace com.amazonaws.cloudformation

use aws.api#service
use aws.auth#sigv4
use aws.protocols#awsQuery

@service(sdkId: "CloudFormation", arnNamespace: "cloudformation")
@sigv4(name: "cloudformation")
@awsQuery
@xmlNamespace(uri: "http://cloudformation.amazonaws.com/doc/2010-05-15/")
service Cloudformation {
    version: "2010-05-15"
    operations: []
}
