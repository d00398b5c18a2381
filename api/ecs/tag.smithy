// Operations and shapes of: tag.
$version: "2"

namespace com.amazonaws.ecs

@readonly
operation ListTagsForResource {
    input: ListTagsForResourceRequest
    output: ListTagsForResourceResponse
    errors: [
        AccessDeniedException, ServerException, InvalidParameterException, ClientException,
        ClusterNotFoundException
    ]
}

operation TagResource {
    input: TagResourceRequest
    output: TagResourceResponse
    errors: [
        AccessDeniedException, LimitExceededException, ResourceNotFoundException, ServerException,
        InvalidParameterException, ClientException, ClusterNotFoundException
    ]
}

operation UntagResource {
    input: UntagResourceRequest
    output: UntagResourceResponse
    errors: [
        AccessDeniedException, ResourceNotFoundException, ServerException, InvalidParameterException,
        ClientException, ClusterNotFoundException
    ]
}

@input
structure ListTagsForResourceRequest {
    @required
    resourceArn: String
}

@output
structure ListTagsForResourceResponse {
    tags: Tags
}

list TagKeys {
    member: TagKey
}

@input
structure TagResourceRequest {
    @required
    resourceArn: String

    @required
    tags: Tags
}

@output
structure TagResourceResponse {}

@input
structure UntagResourceRequest {
    @required
    resourceArn: String

    @required
    tagKeys: TagKeys
}

@output
structure UntagResourceResponse {}
