#include "api/transport_refusal.h"

#include <vector>

#include "wire/errors.h"

namespace berth::api {
namespace {

// The codes that AWS gives these; those of 408 and 503 are among what its SDKs try again after.
std::string_view code_of(int status) {
  switch (status) {
    case 408:
      return "RequestTimeoutException";
    case 413:
      return "RequestEntityTooLargeException";
    case 503:
      return "ServiceUnavailableException";
    default:
      return "MalformedHttpRequestException";
  }
}

// Forms name their operation in the body; the header says only that it is one.
wire::RequestIdentity identify(const runtime::HttpRequest& head) {
  std::vector<HeaderView> headers;
  for (const auto& header : head.headers) headers.push_back({header.name, header.value});
  const std::string_view target = head.target;
  const auto mark = target.find('?');
  const auto query = mark == std::string_view::npos ? std::string_view() : target.substr(mark + 1);
  auto identity = wire::identify_request({head.method, target.substr(0, mark), query, headers, {}});
  const auto type = runtime::find_header(head.headers, "Content-Type");
  const bool form = type.find("x-www-form-urlencoded") != std::string_view::npos;
  if (identity.protocol == wire::Protocol::unknown && form && !identity.service.empty())
    identity.protocol = wire::form_protocol(identity.service);
  return identity;
}

}  // namespace

runtime::HttpResponse render_transport_refusal(const runtime::HttpRequest& head, int status,
                                               std::string_view reason, const std::string& request_id) {
  runtime::HttpResponse response;
  response.status = status;
  const auto identity = identify(head);
  if (identity.protocol == wire::Protocol::unknown) {
    response.headers.push_back({"Content-Type", "text/plain"});
    response.body = std::string(reason) + "\n";
    return response;
  }
  auto answer = wire::render_error({std::string(code_of(status)), std::string(reason), status, {}, {}},
                                   identity, request_id);
  response.headers.push_back({"Content-Type", std::move(answer.content_type)});
  response.headers.push_back({"x-amzn-RequestId", request_id});
  for (auto& [name, value] : answer.headers) response.headers.push_back({std::move(name), std::move(value)});
  response.body = std::move(answer.body);
  return response;
}

}  // namespace berth::api
