// SNS: named, so that its clients are refused in their protocol. No operation is served yet.
$version: "2"

namespace com.amazonaws.sns

use aws.api#service
use aws.auth#sigv4
use aws.protocols#awsQuery

@service(sdkId: "SNS", arnNamespace: "sns")
@sigv4(name: "sns")
@awsQuery
@xmlNamespace(uri: "http://sns.amazonaws.com/doc/2010-03-31/")
service Sns {
    version: "2010-03-31"
    operations: []
}
