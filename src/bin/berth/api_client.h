#pragma once
#include <memory>
#include <optional>
#include <string>

#include "auth/sigv4.h"
#include "base/json.h"
#include "base/result.h"
#include "bin/berth/installation.h"
#include "runtime/runtime.h"
#include "runtime/transport.h"

namespace berth::cli {

/// Signed calls to the control plane.
/// Runs on: one executor.
class ApiClient {
 public:
  ApiClient(const Installation& installation, Credentials credentials, runtime::Runtime& runtime,
            Executor executor);
  /// Calls an operation of the ECS API (target prefix included when it has a dot).
  /// Errors: `invalid` with the API's code and message; those of HttpCaller.
  Async<Result<JsonValue>> call(std::string operation, JsonObject request);
  /// An operation of CloudWatch Logs, in a region that may be another. Errors: as above; `not_found` for a
  /// ResourceNotFoundException.
  Async<Result<JsonValue>> call_logs(std::string region, std::string operation, JsonObject request);
  /// GET /healthz answers 200.
  Async<bool> healthy();
  /// What GET /healthz says is the matter; empty when nothing is, or nobody answers.
  Async<std::string> warning();

 private:
  Async<Result<runtime::HttpResponse>> get_health();
  /// Which API, and how it is signed.
  struct Call {
    std::string target, service, region;
  };
  Async<Result<JsonValue>> call_api(Call call, std::string operation, JsonObject request);

  std::string endpoint_;
  std::string host_;
  std::optional<Error> no_caller_;  ///< The authority's certificate is none.
  std::string region_;
  auth::SigningCredentials credentials_;
  runtime::Runtime& runtime_;
  std::unique_ptr<runtime::HttpCaller> caller_;
  auth::SigningKeyCache keys_;
};

}  // namespace berth::cli
