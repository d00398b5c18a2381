#include "wire/api_error.h"

#include <fmt/format.h>

namespace berth::wire {
namespace {

ApiError make(std::string_view code, std::string message, int status = 400) {
  return {std::string(code), std::move(message), status, {}, {}};
}

}  // namespace

ApiError client_exception(std::string message) {
  return make("ClientException", std::move(message));
}
ApiError invalid_parameter(std::string message) {
  return make("InvalidParameterException", std::move(message));
}
ApiError access_denied(std::string message) {
  ApiError error = make("AccessDeniedException", std::move(message));
  error.query_code = "AccessDenied";
  return error;
}
ApiError server_exception(std::string message) {
  return make("ServerException", std::move(message), 500);
}
ApiError cluster_not_found() {
  return make("ClusterNotFoundException", "Cluster not found.");
}
ApiError service_not_found() {
  return make("ServiceNotFoundException", "Service not found.");
}
ApiError service_not_active() {
  return make("ServiceNotActiveException", "Service was not ACTIVE.");
}
ApiError task_set_not_found(std::string message) {
  return make("TaskSetNotFoundException", std::move(message));
}
ApiError resource_not_found(std::string message) {
  return make("ResourceNotFoundException", std::move(message));
}
ApiError resource_in_use(std::string message) {
  return make("ResourceInUseException", std::move(message));
}
ApiError target_not_found(std::string message) {
  return make("TargetNotFoundException", std::move(message));
}
ApiError unsupported_feature(std::string message) {
  return make("UnsupportedFeatureException", std::move(message));
}
ApiError cluster_contains_container_instances() {
  return make("ClusterContainsContainerInstancesException",
              "The Cluster cannot be deleted while Container Instances are active or draining.");
}
ApiError cluster_contains_services() {
  return make("ClusterContainsServicesException", "The Cluster cannot be deleted while Services are active.");
}
ApiError cluster_contains_tasks() {
  return make("ClusterContainsTasksException", "The Cluster cannot be deleted while Tasks are active.");
}
ApiError attribute_limit_exceeded(std::string message) {
  return make("AttributeLimitExceededException", std::move(message));
}
ApiError limit_exceeded(std::string message) {
  return make("LimitExceededException", std::move(message));
}
ApiError update_in_progress(std::string message) {
  return make("UpdateInProgressException", std::move(message));
}
ApiError missing_version(std::string message) {
  return make("MissingVersionException", std::move(message));
}
ApiError no_update_available(std::string message) {
  return make("NoUpdateAvailableException", std::move(message));
}
ApiError conflict_exception(std::string message, std::vector<std::string> resource_ids) {
  ApiError error = make("ConflictException", std::move(message));
  if (!resource_ids.empty())
    error.members["resourceIds"] = JsonArray(resource_ids.begin(), resource_ids.end());
  return error;
}

ApiError throttling() {
  ApiError error = make("ThrottlingException", "Rate exceeded");
  error.query_code = "Throttling";
  return error;
}
ApiError unknown_operation() {
  ApiError error = make("UnknownOperationException", "The requested operation is not known to this service.");
  error.query_code = "InvalidAction";
  return error;
}
ApiError serialization_exception(std::string message) {
  ApiError error = make("SerializationException", std::move(message));
  error.query_code = "MalformedInput";
  return error;
}
ApiError request_too_large(std::size_t bytes_max) {
  return make("RequestEntityTooLargeException",
              fmt::format("The request is larger than {} bytes.", bytes_max), 413);
}

ApiError to_api_error(const Error& error) {
  switch (error.code) {
    case ErrorCode::invalid:
    case ErrorCode::too_large:
      return invalid_parameter(error.message);
    case ErrorCode::not_found:
      return resource_not_found(error.message);
    case ErrorCode::denied:
      return access_denied(error.message);
    case ErrorCode::conflict:
      return server_exception("The request met concurrent changes too often. Send it again.");
    case ErrorCode::unavailable:
    case ErrorCode::timeout:
    case ErrorCode::cancelled:
    case ErrorCode::closed:
      return server_exception("The service cannot answer at the moment. Send the request again.");
    case ErrorCode::internal:
      break;
  }
  return server_exception("The service failed to process the request.");
}

}  // namespace berth::wire
