#pragma once
#include <string>
#include <string_view>

#include "agent/engine/driver_types.h"
#include "base/error.h"

/// Errors as users read them in DescribeTasks (stoppedReason and reason of containers): `<name>: <text>`.
namespace berth::agent::drivers::docker {

/// A call of the engine, in the words of its errors.
struct Operation {
  std::string_view error_name;  ///< CannotCreateContainerError
  std::string_view transition;  ///< What a time-out kept the container from: "created".
  Duration limit;
};

/// Any answer that is not a success. `body` is Docker's `{"message":"…"}`, or plain text from old engines and
/// proxies.
engine::DriverError failure_of_answer(const Operation& operation, int status, std::string_view body);

/// The error that a stream of progress ended with.
engine::DriverError failure_of_stream(const Operation& operation, std::string_view message);

/// No answer at all. `endpoint` is where the engine was looked for.
engine::DriverError failure_of_transport(const Operation& operation, const Error& error,
                                         std::string_view endpoint);

/// `DockerTimeoutError: Could not transition to created; timed out after waiting 4m0s`.
engine::DriverError failure_of_time(const Operation& operation);

/// An answer that is not what the API promises.
engine::DriverError failure_of_parsing(const Operation& operation, const Error& error);

/// True when Docker's words say that a registry could not be reached: refused, unknown name, no route,
/// silence.
bool is_registry_unreachable(std::string_view message);

}  // namespace berth::agent::drivers::docker
