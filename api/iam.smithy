// IAM: named, so that its clients are refused in their protocol. No operation is served yet.
$version: "2"

namespace com.amazonaws.iam

use aws.api#service
use aws.auth#sigv4
use aws.protocols#awsQuery

@service(sdkId: "IAM", arnNamespace: "iam")
@sigv4(name: "iam")
@awsQuery
@xmlNamespace(uri: "https://iam.amazonaws.com/doc/2010-05-08/")
service Iam {
    version: "2010-05-08"
    operations: []
}
