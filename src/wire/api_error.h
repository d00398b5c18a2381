#pragma once
#include <cstddef>
#include <string>

#include "model/api_error.h"

// Errors that come before a service is reached, and belong to none.
namespace berth::wire {

using model::ApiError;

ApiError throttling();
ApiError unknown_operation();
ApiError serialization_exception(std::string message);
ApiError request_too_large(std::size_t bytes_max);

}  // namespace berth::wire
