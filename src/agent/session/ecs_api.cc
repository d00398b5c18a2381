#include "agent/session/ecs_api.h"

#include <fmt/format.h>

#include <vector>

namespace berth::agent::session {
namespace {

constexpr std::string_view kTargetPrefix = "AmazonEC2ContainerServiceV20141113.";
constexpr std::string_view kLogsTargetPrefix = "Logs_20140328.";
constexpr std::string_view kService = "ecs";
constexpr std::size_t kForeignAnswerBytesShown = 200;
constexpr int kOk = 200;
constexpr std::string_view kUserAgent = "Berth Agent - v" BERTH_VERSION " (linux)";

void sign(runtime::HttpRequest& request, const Endpoint& endpoint, std::string_view region,
          std::string_view service, WallTime now, auth::SigningKeyCache& keys) {
  std::vector<HeaderView> views;
  for (const auto& header : request.headers) views.push_back({header.name, header.value});
  const std::string_view target = request.target;
  const auto mark = target.find('?');
  const auth::SignedRequest unsigned_request{
      request.method, target.substr(0, mark), mark == std::string_view::npos ? "" : target.substr(mark + 1),
      views,          request.body,           {}};
  auto signature = auth::sign_request(
      unsigned_request, {endpoint.credentials, std::string(region), std::string(service), now}, keys);
  request.headers.push_back({"Authorization", std::move(signature.authorization)});
  request.headers.push_back({"X-Amz-Date", std::move(signature.date)});
  if (!signature.session_token.empty())
    request.headers.push_back({"X-Amz-Security-Token", std::move(signature.session_token)});
}

ApiFailure failure_of(const runtime::HttpResponse& response) {
  ApiFailure failure;
  failure.status = response.status;
  const auto body = parse_json(response.body);
  if (body && body->is_object()) {
    failure.code = text_of(body->get_object(), "__type");
    failure.message = text_of(body->get_object(), "message");
    if (failure.message.empty()) failure.message = text_of(body->get_object(), "Message");
    // "com.amazonaws.ecs#ClientException" and "ClientException" are the same.
    if (const auto hash = failure.code.rfind('#'); hash != std::string::npos) failure.code.erase(0, hash + 1);
  }
  // No answer of the API: a proxy, or a port that wants TLS.
  if (failure.code.empty() && failure.message.empty())
    failure.message =
        fmt::format("HTTP {}: {}", response.status, response.body.substr(0, kForeignAnswerBytesShown));
  return failure;
}

}  // namespace

bool ApiFailure::retriable() const {
  return status == 0 || status >= 500 || status == 429 || code.find("Throttl") != std::string::npos ||
         code == "RequestLimitExceeded" || code == "TooManyRequestsException";
}

Result<Endpoint> make_endpoint(std::string url, std::string region, auth::SigningCredentials credentials) {
  const auto scheme = url.find("://");
  if (scheme == std::string::npos) return invalid(fmt::format("endpoint '{}' has no scheme", url));
  while (url.ends_with('/')) url.pop_back();
  std::string host = url.substr(scheme + 3);
  host = host.substr(0, host.find('/'));
  if (host.empty()) return invalid(fmt::format("endpoint '{}' has no host", url));
  return Endpoint{std::move(url), std::move(host), std::move(region), std::move(credentials)};
}

EcsApi::EcsApi(Endpoint endpoint, runtime::HttpCaller& caller, runtime::Runtime& runtime)
    : endpoint_(std::move(endpoint)), caller_(caller), clock_(runtime.clock()) {}

Async<Result<runtime::HttpResponse>> EcsApi::send(Call call, std::string body, Duration timeout) {
  runtime::HttpRequest request;
  request.body = std::move(body);
  request.headers = {{"Host", endpoint_.host},
                     {"Content-Type", "application/x-amz-json-1.1"},
                     {"X-Amz-Target", call.target},
                     {"User-Agent", std::string(kUserAgent)}};
  sign(request, endpoint_, call.region, call.service, signing_time(), keys_);
  auto response = co_await caller_.call(std::move(request), timeout);
  co_return response;
}

Async<ApiOutcome> EcsApi::call(std::string operation, std::string body, Duration timeout) {
  return call_api({std::string(kTargetPrefix) + operation, std::string(kService), endpoint_.region},
                  std::move(body), timeout);
}

Async<ApiOutcome> EcsApi::call_logs(std::string operation, std::string body, std::string region,
                                    Duration timeout) {
  return call_api({std::string(kLogsTargetPrefix) + operation, "logs", std::move(region)}, std::move(body),
                  timeout);
}

Async<ApiOutcome> EcsApi::call_api(Call call, std::string body, Duration timeout) {
  auto response = co_await send(call, body, timeout);
  if (response && clock_.learn(runtime::find_header(response->headers, "Date")) && response->status != kOk)
    response = co_await send(call, std::move(body), timeout);
  if (!response) co_return ApiFailure{{}, response.error().message, 0};
  if (response->status != kOk) co_return failure_of(*response);
  auto parsed = parse_json(response->body.empty() ? "{}" : response->body);
  if (!parsed || !parsed->is_object())
    co_return ApiFailure{{}, call.target + ": the answer is no JSON object", 0};
  co_return std::move(parsed->get_object());
}

std::string text_of(const JsonObject& object, std::string_view name) {
  const auto* member = object.if_contains(name);
  return member && member->is_string() ? std::string(member->get_string()) : std::string();
}

runtime::HttpRequest signed_handshake(const Endpoint& endpoint, std::string target, WallTime now,
                                      auth::SigningKeyCache& keys) {
  runtime::HttpRequest request;
  request.method = "GET";
  request.target = std::move(target);
  request.headers = {{"Host", endpoint.host}};
  sign(request, endpoint, endpoint.region, kService, now, keys);
  request.headers.push_back({"User-Agent", std::string(kUserAgent)});
  return request;
}

}  // namespace berth::agent::session
