#pragma once
#include <functional>
#include <string>

#include "api/admission.h"
#include "api/operation_table.h"
#include "api/request_metrics.h"
#include "auth/sigv4.h"
#include "runtime/transport.h"
#include "wire/protocol.h"

namespace berth::api {

/// What the front end works with. References outlive it.
struct FrontEndDeps {
  store::Store& store;
  runtime::Runtime& runtime;
  const OperationTable& operations;
  auth::KeyLookup find_key;
  /// Null: nobody is throttled.
  Throttles* throttles = nullptr;
  /// More lines for GET /metrics, in Prometheus text.
  std::function<std::string()> more_metrics = nullptr;
  /// What is the matter, a line for GET /healthz, which answers 200 all the same; empty text: nothing.
  std::function<std::string()> warning = nullptr;
  /// Empties the state, for `--test-reset`; empty when that is off.
  std::function<Async<Result<void>>()> reset = nullptr;
};

/// Largest API request; far above the largest that ECS knows (a task definition of 64 KiB), so that nobody
/// fills the store with texts.
inline constexpr std::size_t kRequestBytesMax = 1U << 20;

/// From an HTTP request to the decision of its operation and back: identifies the API, verifies SigV4,
/// dispatches, holds the answer until the revision it was made from is durable (one that only reads is read
/// anew when that was lost), renders it in the request's protocol.
///
/// Runs on: any thread.
/// Limits:  kRequestsMax; beyond it requests are refused before anything is done for them. kRequestBytesMax.
class FrontEnd {
 public:
  explicit FrontEnd(FrontEndDeps deps);
  Async<runtime::HttpResponse> handle(const runtime::HttpRequest& request, const runtime::Peer& peer);

 private:
  Async<runtime::HttpResponse> handle_api(const runtime::HttpRequest& request, const runtime::Peer& peer);
  Async<runtime::HttpResponse> handle_plain(const runtime::HttpRequest& request);
  struct Request;
  Async<ApiResult<std::string>> answer_durably(Exchange& exchange, const Call& call, const Request& request);
  Async<ApiResult<std::string>> dispatch(Exchange& exchange, const Call& call, const Request& request);

  FrontEndDeps deps_;
  std::shared_ptr<Turns> turns_ = std::make_shared<Turns>();
  Admission admission_;
  auth::SigningKeyCache signing_keys_;
  RequestMetrics metrics_;
};

}  // namespace berth::api
