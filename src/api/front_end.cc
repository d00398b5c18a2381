#include "api/front_end.h"

#include <fmt/format.h>

#include <vector>

#include "wire/errors.h"
#include "wire/query.h"

namespace berth::api {
namespace {

using runtime::HttpRequest;
using runtime::HttpResponse;

// How often a request that only reads is read anew because what it saw was lost.
constexpr int kLooksMax = 4;

// The parts of a request as views, for the pure libraries.
struct Parts {
  std::vector<HeaderView> headers;
  std::string_view path;
  std::string_view query;
};

Parts parts_of(const HttpRequest& request) {
  Parts parts;
  parts.headers.reserve(request.headers.size());
  for (const auto& header : request.headers) parts.headers.push_back({header.name, header.value});
  const std::string_view target = request.target;
  const auto mark = target.find('?');
  parts.path = target.substr(0, mark);
  parts.query = mark == std::string_view::npos ? std::string_view() : target.substr(mark + 1);
  return parts;
}

HttpResponse plain(int status, std::string body, std::string content_type = "text/plain; charset=utf-8") {
  HttpResponse response;
  response.status = status;
  response.headers.push_back({"Content-Type", std::move(content_type)});
  response.body = std::move(body);
  return response;
}

HttpResponse to_http(wire::RenderedAnswer answer, const std::string& request_id) {
  HttpResponse response;
  response.status = answer.status;
  response.headers.push_back({"Content-Type", std::move(answer.content_type)});
  response.headers.push_back({"x-amzn-RequestId", request_id});
  for (auto& [name, value] : answer.headers) response.headers.push_back({std::move(name), std::move(value)});
  response.body = std::move(answer.body);
  return response;
}

auth::ErrorFamily family_of(wire::Protocol protocol) {
  if (protocol == wire::Protocol::query) return auth::ErrorFamily::query;
  if (protocol == wire::Protocol::ec2_query) return auth::ErrorFamily::ec2;
  return auth::ErrorFamily::json;
}

wire::ApiError auth_error(const auth::AuthFailure& failure, wire::Protocol protocol) {
  auto text = auth::render_auth_failure(failure, family_of(protocol));
  return {std::string(text.code), std::move(text.message), text.status, {}, {}};
}

wire::ApiError not_implemented(const wire::RequestIdentity& identity, const ServiceWords* words) {
  const auto* info = model::find_operation(identity.service, identity.operation);
  if (!info) return wire::unknown_operation();
  auto message = fmt::format("{} is not implemented by Berth: see docs/compatibility.md for what is.",
                             identity.operation);
  std::string_view code = words ? words->unsupported_code : "InvalidAction";
  for (const auto name : info->errors)
    if (name == "UnsupportedFeatureException") code = name;
  return {.code = std::string(code), .message = std::move(message)};
}

wire::ApiError lost(const OperationTable::Entry* entry) {
  return {.code = std::string(entry ? entry->words->internal_code : "InternalFailure"),
          .message = "The store lost what this answer was made from: try again.",
          .status = 500};
}

}  // namespace

FrontEnd::FrontEnd(FrontEndDeps deps) : deps_(std::move(deps)) {}

Async<HttpResponse> FrontEnd::handle(const HttpRequest& request, const runtime::Peer& peer) {
  // Only API calls are POSTs to "/" or carry their action in the URL; the rest are Berth's own pages.
  const bool own_page = request.target.starts_with("/healthz") || request.target.starts_with("/metrics") ||
                        request.target.starts_with("/_berth/") || request.target.starts_with("/moto-api/");
  if (own_page) return handle_plain(request);
  return handle_api(request, peer);
}

Async<HttpResponse> FrontEnd::handle_plain(const HttpRequest& request) {
  if (request.target == "/healthz") {
    const std::string warning = deps_.warning ? deps_.warning() : std::string();
    co_return plain(200, warning.empty() ? "ok\n" : "ok\nwarning: " + warning + "\n");
  }
  if (request.target == "/metrics")
    co_return plain(200, metrics_.render() + (deps_.more_metrics ? deps_.more_metrics() : std::string()),
                    "text/plain; version=0.0.4");
  const bool reset = request.target == "/_berth/reset" || request.target == "/moto-api/reset";
  if (reset && request.method == "POST" && deps_.reset) {
    const auto done = co_await deps_.reset();
    if (!done) co_return plain(500, done.error().message + "\n");
    co_return plain(200, "{\"status\": \"ok\"}", "application/json");
  }
  if (reset && !deps_.reset) co_return plain(404, "Reset is off: start berthd with --test-reset.\n");
  co_return plain(404, "There is no such page. API requests are POSTs to /.\n");
}

// A request on its way, as the parts of the front end see it.
struct FrontEnd::Request {
  const wire::RequestView& view;
  const wire::RequestIdentity& identity;
  const OperationTable::Entry* entry;  ///< Null: not implemented, or unknown.
};

Async<HttpResponse> FrontEnd::handle_api(const HttpRequest& request, const runtime::Peer& peer) {
  auto& runtime = deps_.runtime;
  const auto started = runtime.clock().monotonic();
  const Parts parts = parts_of(request);
  const wire::RequestView view{request.method, parts.path, parts.query, parts.headers, request.body};
  const wire::RequestIdentity identity = wire::identify_request(view);
  const Request one{view, identity, deps_.operations.find(identity.service, identity.operation)};
  const std::string request_id = runtime.ids().uuid();
  const Admission::Place place = admission_.enter(one.entry && one.entry->report);
  if (!place.taken())
    co_return to_http(wire::render_error(wire::throttling(), identity, request_id), request_id);
  const model::ServiceInfo* service = model::find_service(identity.service);
  const auth::SignedRequest signed_request{
      request.method, parts.path,
      parts.query,    parts.headers,
      request.body,   service ? service->accepted_signing_names() : std::span<const std::string_view>()};
  const auto now = runtime.clock().wall();
  auto verified = auth::verify_request(signed_request, deps_.find_key, now, signing_keys_);
  if (const auto* failure = std::get_if<auth::AuthFailure>(&verified))
    co_return to_http(wire::render_error(auth_error(*failure, identity.protocol), identity, request_id),
                      request_id);

  CallParts call_parts{.principal = std::move(std::get<auth::Principal>(verified)),
                       .realm = {},
                       .request_id = request_id,
                       .endpoint = {},
                       .now = now};
  call_parts.realm = {call_parts.principal.account_id, call_parts.principal.region};
  const auto host = runtime::find_header(request.headers, "host");
  call_parts.endpoint = fmt::format("{}://{}", peer.tls ? "https" : "http", host.empty() ? peer.host : host);
  const Call call(runtime, call_parts);
  Exchange exchange{deps_.store, turns_, deps_.throttles};
  auto answer = co_await answer_durably(exchange, call, one);
  HttpResponse response;
  if (!answer)
    response = to_http(wire::render_error(answer.error(), identity, request_id), request_id);
  else if (identity.protocol == wire::Protocol::query || identity.protocol == wire::Protocol::ec2_query)
    response = to_http(wire::render_query_result(identity, *answer, request_id), request_id);
  else
    response = to_http({200, std::string(wire::content_type_of(identity.protocol)), std::move(*answer), {}},
                       request_id);
  if (model::find_operation(identity.service, identity.operation))
    metrics_.count(identity.service, identity.operation, response.status,
                   runtime.clock().monotonic() - started);
  co_return response;
}

Async<ApiResult<std::string>> FrontEnd::answer_durably(Exchange& exchange, const Call& call,
                                                       const Request& request) {
  auto& store = deps_.store;
  for (int looks = 1;; ++looks) {
    auto answer = co_await dispatch(exchange, call, request);
    if (exchange.seen <= store.durable()) co_return answer;
    const auto durable = co_await store.until_durable(exchange.seen);
    if (durable) co_return answer;
    // A change that somebody else made was seen, and then lost: who only looked, looks again. Who made one
    // has its own error.
    if (exchange.committed && !answer) co_return answer;
    if (exchange.committed || looks == kLooksMax) co_return lost(request.entry);
    exchange.seen = {};
  }
}

Async<ApiResult<std::string>> FrontEnd::dispatch(Exchange& exchange, const Call& call,
                                                 const Request& request) {
  const auto& [view, identity, entry] = request;
  if (!entry) co_return not_implemented(identity, deps_.operations.find_words(identity.service));
  // What agents report is cut to size instead: they would send it again for ever.
  if (view.body.size() > kRequestBytesMax && !entry->report)
    co_return wire::request_too_large(kRequestBytesMax);
  RawRequest raw{view.body, nullptr};
  if (identity.protocol == wire::Protocol::query || identity.protocol == wire::Protocol::ec2_query) {
    const auto tree = wire::parse_query_request(view);
    if (!tree) co_return wire::serialization_exception(tree.error().message);
    raw.query = &*tree;
    co_return co_await entry->invoke(exchange, call, raw);
  }
  if (identity.protocol == wire::Protocol::cbor) co_return wire::unknown_operation();
  co_return co_await entry->invoke(exchange, call, raw);
}

}  // namespace berth::api
