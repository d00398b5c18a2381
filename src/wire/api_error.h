#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/json.h"

namespace berth::wire {

/// A mistake of the caller, or our failure, as the API's client sees it. Produced in services, api and auth
/// only.
struct ApiError {
  std::string code;     ///< The shape's bare name, without a namespace: some clients match just that.
  std::string message;  ///< Names the field or resource, and what to do.
  int status = 400;
  JsonObject members = {};      ///< Further members of the shape (JSON protocols only).
  std::string query_code = {};  ///< The code where query services spell it otherwise; empty: the same.
};

/// Errors of the ECS model. Texts without a parameter are AWS's.
ApiError client_exception(std::string message);
ApiError invalid_parameter(std::string message);
ApiError access_denied(std::string message);
/// Only for our own faults; clients retry it.
ApiError server_exception(std::string message);
ApiError cluster_not_found();
ApiError service_not_found();
ApiError service_not_active();
ApiError task_set_not_found(std::string message);
ApiError resource_not_found(std::string message);
ApiError resource_in_use(std::string message);
ApiError target_not_found(std::string message);
ApiError unsupported_feature(std::string message);
ApiError cluster_contains_container_instances();
ApiError cluster_contains_services();
ApiError cluster_contains_tasks();
ApiError attribute_limit_exceeded(std::string message);
/// Clients retry it: never for a permanent limit on a hot path.
ApiError limit_exceeded(std::string message);
ApiError update_in_progress(std::string message);
ApiError missing_version(std::string message);
ApiError no_update_available(std::string message);
/// A client token that was used with other parameters.
ApiError conflict_exception(std::string message, std::vector<std::string> resource_ids);

/// Errors of every service.
ApiError throttling();
ApiError unknown_operation();
ApiError serialization_exception(std::string message);
ApiError request_too_large(std::size_t bytes_max);

/// What the client is told of an operational failure: never its inner words, except where the caller's value
/// was at fault.
ApiError to_api_error(const Error& error);

}  // namespace berth::wire
