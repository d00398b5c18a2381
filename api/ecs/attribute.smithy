// Operations and shapes of: attribute.
$version: "2"

namespace com.amazonaws.ecs

operation DeleteAttributes {
    input: DeleteAttributesRequest
    output: DeleteAttributesResponse
    errors: [
        AccessDeniedException, TargetNotFoundException, ServerException, InvalidParameterException,
        ClientException, ClusterNotFoundException
    ]
}

@readonly
@paginated(inputToken: "nextToken", outputToken: "nextToken", pageSize: "maxResults", items: "attributes")
operation ListAttributes {
    input: ListAttributesRequest
    output: ListAttributesResponse
    errors: [
        AccessDeniedException, ServerException, InvalidParameterException, ClientException,
        ClusterNotFoundException
    ]
}

operation PutAttributes {
    input: PutAttributesRequest
    output: PutAttributesResponse
    errors: [
        AccessDeniedException, TargetNotFoundException, ServerException, AttributeLimitExceededException,
        InvalidParameterException, ClientException, ClusterNotFoundException
    ]
}

list Attributes {
    member: Attribute
}

@input
structure DeleteAttributesRequest {
    cluster: String

    @required
    attributes: Attributes
}

@output
structure DeleteAttributesResponse {
    attributes: Attributes
}

@input
structure ListAttributesRequest {
    cluster: String

    @required
    targetType: TargetType

    attributeName: String
    attributeValue: String
    nextToken: String
    maxResults: Integer
}

@output
structure ListAttributesResponse {
    attributes: Attributes
    nextToken: String
}

@input
structure PutAttributesRequest {
    cluster: String

    @required
    attributes: Attributes
}

@output
structure PutAttributesResponse {
    attributes: Attributes
}
