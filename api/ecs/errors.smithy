// The errors that operations declare.
$version: "2"

namespace com.amazonaws.ecs

@error("client")
structure AccessDeniedException {
    message: String
}

@error("client")
structure AttributeLimitExceededException {
    message: String
}

@error("client")
structure BlockedException {
    message: String
}

@error("client")
structure ClientException {
    message: String
}

@error("client")
structure ClusterContainsCapacityProviderException {
    message: String
}

@error("client")
structure ClusterContainsContainerInstancesException {
    message: String
}

@error("client")
structure ClusterContainsServicesException {
    message: String
}

@error("client")
structure ClusterContainsTasksException {
    message: String
}

@error("client")
structure ClusterNotFoundException {
    message: String
}

@error("client")
structure ConflictException {
    resourceIds: ResourceIds
    message: String
}

@error("client")
structure DaemonNotActiveException {
    message: String
}

@error("client")
structure DaemonNotFoundException {
    message: String
}

@error("client")
structure InvalidParameterException {
    message: String
}

@error("client")
structure LimitExceededException {
    message: String
}

@error("client")
structure MissingVersionException {
    message: String
}

@error("client")
structure NamespaceNotFoundException {
    message: String
}

@error("client")
structure NoUpdateAvailableException {
    message: String
}

@error("client")
structure PlatformTaskDefinitionIncompatibilityException {
    message: String
}

@error("client")
structure PlatformUnknownException {
    message: String
}

list ResourceIds {
    member: String
}

@error("client")
structure ResourceInUseException {
    message: String
}

@error("client")
structure ResourceNotFoundException {
    message: String
}

@error("server")
structure ServerException {
    message: String
}

@error("client")
structure ServiceDeploymentNotFoundException {
    message: String
}

@error("client")
structure ServiceNotActiveException {
    message: String
}

@error("client")
structure ServiceNotFoundException {
    message: String
}

@error("client")
structure TargetNotConnectedException {
    message: String
}

@error("client")
structure TargetNotFoundException {
    message: String
}

@error("client")
structure TaskSetNotFoundException {
    message: String
}

@error("client")
structure UnsupportedFeatureException {
    message: String
}

@error("client")
structure UpdateInProgressException {
    message: String
}
