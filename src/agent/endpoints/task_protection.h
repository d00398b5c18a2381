#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "agent/endpoints/endpoint_state.h"
#include "base/json.h"
#include "base/result.h"
#include "runtime/async.h"

namespace berth::agent::endpoints {

/// What a task asks for itself at `$ECS_AGENT_URI/task-protection/v1/state`.
struct ProtectionWish {
  bool enabled = false;
  std::optional<std::int64_t> minutes;
};
/// Reads {"ProtectionEnabled":true,"ExpiresInMinutes":60}.
/// Errors: `invalid`, naming the member.
Result<ProtectionWish> parse_protection_wish(std::string_view body);

/// The control plane's answer about the protection of one task.
struct ProtectionAnswer {
  JsonObject document;     ///< `protectedTasks` and `failures`, when `error_code` is empty.
  int status = 200;        ///< Of the control plane's answer; 0: there was none.
  std::string error_code;  ///< The exception's name.
  std::string error_message;
};

/// GetTaskProtection, and with a wish UpdateTaskProtection.
/// Runs on: the servers' executor.
class ProtectionApi {
 public:
  virtual ~ProtectionApi() = default;
  virtual Async<ProtectionAnswer> protection(std::string task_arn, std::optional<ProtectionWish> wish) = 0;
};

/// {"protection":…}, {"failure":…} or {"error":…}, as the task is told. Pure.
EndpointAnswer answer_protection(const std::string& task_arn, const ProtectionAnswer& answer);
/// The task's own mistake.
EndpointAnswer refuse_protection(const std::string& task_arn, const std::string& why);

}  // namespace berth::agent::endpoints
