#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "agent/drivers/docker/failure.h"
#include "http/stream_client.h"
#include "runtime/async.h"
#include "runtime/runtime.h"
#include "runtime/transport.h"

namespace berth::agent::drivers::docker {

inline constexpr int kNotFound = 404;
inline bool is_success(int status) {
  return status >= 200 && status < 300;
}

/// A request to the engine; `path` begins behind the API version: "/containers/json?all=1".
struct DockerRequest {
  std::string method = "GET";
  std::string path;
  std::string body = {};
  std::string content_type = "application/json";
  std::vector<runtime::Header> headers = {};
};

/// Speaks Docker's HTTP API: agrees on a version, and turns what goes wrong into DriverErrors.
///
/// Runs on:  one executor; any number of calls at once; all have ended before destruction.
/// Borrows:  runtime.
class DockerClient {
 public:
  DockerClient(std::string endpoint, std::unique_ptr<runtime::HttpCaller> caller,
               std::unique_ptr<http::StreamClient> streams, runtime::Runtime& runtime);

  /// Any answer of the engine, errors too: the caller knows which statuses are good ones (see
  /// failure_of_answer).
  /// Errors: no answer within `operation.limit`, or none at all.
  Async<engine::DriverResult<runtime::HttpResponse>> call(Operation operation, DockerRequest request);
  /// The same for an answer of 2xx; anything else is an error.
  Async<engine::DriverResult<std::string>> fetch(Operation operation, DockerRequest request);
  /// An answer of 2xx that goes on; `operation.limit` bounds the wait for its header.
  Async<engine::DriverResult<std::unique_ptr<http::BodyStream>>> open(Operation operation,
                                                                      DockerRequest request);
  /// What the engine says of itself; needs no agreed version, and makes a new one.
  Async<engine::DriverResult<engine::EngineVersion>> negotiate(Operation operation);
  /// Agrees on a version if that has not been done.
  Async<engine::DriverResult<std::string>> api_version(Operation operation);

  const std::string& endpoint() const { return endpoint_; }
  runtime::Runtime& runtime() { return runtime_; }

 private:
  engine::DriverError lost(const Operation& operation, const Error& error);

  std::string endpoint_;
  std::unique_ptr<runtime::HttpCaller> caller_;
  std::unique_ptr<http::StreamClient> streams_;
  runtime::Runtime& runtime_;
  std::string
      version_;  ///< Empty until agreed, and again after the engine was lost: it may come back as another.
};

}  // namespace berth::agent::drivers::docker
