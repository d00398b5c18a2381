#include "bin/berth/api_client.h"

#include <fmt/format.h>

#include "base/text.h"
#include "http/client.h"

namespace berth::cli {
namespace {

constexpr Duration kCallTimeout = std::chrono::seconds(10);

std::string text_of(const JsonValue& value, std::string_view name) {
  if (!value.is_object()) return {};
  const auto* member = value.get_object().if_contains(name);
  return member && member->is_string() ? std::string(member->get_string()) : std::string();
}

}  // namespace

ApiClient::ApiClient(const Installation& installation, Credentials credentials, runtime::Runtime& runtime,
                     Executor executor)
    : endpoint_(installation.endpoint()),
      region_(installation.region),
      credentials_{std::move(credentials.access_key_id), std::move(credentials.secret), {}},
      runtime_(runtime) {
  const auto endpoint = http::parse_endpoint(endpoint_);
  check(endpoint.ok(), "the endpoint of an installation is a valid URL");
  host_ = endpoint->authority();
  http::ClientOptions options;
  options.ca_pem = installation.ca_pem;
  auto caller = http::make_http_caller(endpoint_, std::move(options), std::move(executor), runtime);
  if (caller)
    caller_ = *std::move(caller);
  else
    no_caller_ = invalid(fmt::format("{}: {}", installation.ca_file(), caller.error().message));
}

Async<Result<JsonValue>> ApiClient::call(std::string operation, JsonObject request) {
  const bool own = operation.find('.') != std::string::npos;
  Call call{own ? operation : "AmazonEC2ContainerServiceV20141113." + operation, "ecs", region_};
  return call_api(std::move(call), std::move(operation), std::move(request));
}

Async<Result<JsonValue>> ApiClient::call_logs(std::string region, std::string operation, JsonObject request) {
  Call call{"Logs_20140328." + operation, "logs", std::move(region)};
  return call_api(std::move(call), std::move(operation), std::move(request));
}

Async<Result<JsonValue>> ApiClient::call_api(Call call, std::string operation, JsonObject request) {
  if (no_caller_) co_return *no_caller_;
  runtime::HttpRequest http;
  http.body = render_json(JsonValue(std::move(request)));
  http.headers = {
      {"Host", host_}, {"Content-Type", "application/x-amz-json-1.1"}, {"X-Amz-Target", call.target}};
  std::vector<HeaderView> views;
  for (const auto& header : http.headers) views.push_back({header.name, header.value});
  const auth::SignedRequest unsigned_request{"POST", "/", "", views, http.body, {}};
  auto signature = auth::sign_request(
      unsigned_request, {credentials_, call.region, call.service, runtime_.clock().wall()}, keys_);
  http.headers.push_back({"Authorization", std::move(signature.authorization)});
  http.headers.push_back({"X-Amz-Date", std::move(signature.date)});
  auto response = co_await caller_->call(std::move(http), kCallTimeout);
  if (!response)
    co_return Error{
        response.error().code,
        fmt::format("no answer from the control plane at {}: {}", endpoint_, response.error().message),
        response.error().retry};
  auto body = parse_json(response->body);
  if (!body)
    co_return invalid(fmt::format("{}: the answer is no JSON (HTTP {})", operation, response->status));
  if (text_of(*body, "__type") == "ResourceNotFoundException") co_return not_found(text_of(*body, "message"));
  if (response->status != 200)
    co_return invalid(
        fmt::format("{}: {}: {}", operation, text_of(*body, "__type"), text_of(*body, "message")));
  co_return *std::move(body);
}

Async<Result<runtime::HttpResponse>> ApiClient::get_health() {
  if (no_caller_) co_return *no_caller_;
  runtime::HttpRequest request;
  request.method = "GET";
  request.target = "/healthz";
  request.headers = {{"Host", host_}};
  auto answer = co_await caller_->call(std::move(request), std::chrono::seconds(2));
  co_return answer;
}

Async<bool> ApiClient::healthy() {
  const auto response = co_await get_health();
  co_return response && response->status == 200;
}

Async<std::string> ApiClient::warning() {
  constexpr std::string_view kWarning = "warning: ";
  const auto response = co_await get_health();
  if (!response || response->status != 200) co_return std::string();
  const auto at = response->body.find(kWarning);
  if (at == std::string::npos) co_return std::string();
  co_return std::string(trim(std::string_view(response->body).substr(at + kWarning.size())));
}

}  // namespace berth::cli
