#include "wire/protocol.h"

#include <algorithm>

#include "base/encoding.h"
#include "base/text.h"
#include "model/operation_info.h"

namespace berth::wire {
namespace {

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [&](char x, char y) { return lower(x) == lower(y); });
}

std::string_view header_value(const RequestView& request, std::string_view name) {
  for (const HeaderView& header : request.headers)
    if (equal_ignoring_case(header.name, name)) return header.value;
  return {};
}

bool is_operation_name(std::string_view name) {
  return !name.empty() && name.size() <= kOperationBytesMax &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
         });
}

std::string operation_name(std::string_view name) {
  return is_operation_name(name) ? std::string(name) : std::string();
}

std::string service_name(const model::ServiceInfo* service, std::string_view scope) {
  return std::string(service != nullptr ? service->name : scope);
}

RequestIdentity identify_json(const RequestView& request, std::string_view target) {
  RequestIdentity identity;
  identity.protocol = header_value(request, "content-type").find("json-1.0") != std::string_view::npos
                          ? Protocol::json10
                          : Protocol::json11;
  const std::size_t dot = target.rfind('.');
  const std::string_view prefix = dot == std::string_view::npos ? std::string_view{} : target.substr(0, dot);
  if (const model::ServiceInfo* service = model::find_service_by_target(prefix)) {
    identity.service = service->name;
  } else {
    const std::string scope = scope_service(request);
    identity.service = scope.empty() ? "" : service_name(model::find_service_by_scope(scope, ""), scope);
  }
  if (dot != std::string_view::npos && target.size() <= kTargetBytesMax)
    identity.operation = operation_name(target.substr(dot + 1));
  identity.query_mode = trim(header_value(request, "x-amzn-query-mode")) == "true";
  return identity;
}

// The path is /service/PREFIX/operation/NAME.
RequestIdentity identify_cbor(const RequestView& request) {
  RequestIdentity identity;
  identity.protocol = Protocol::cbor;
  constexpr std::string_view kService = "/service/";
  constexpr std::string_view kOperation = "/operation/";
  const std::size_t service = request.path.find(kService);
  const std::size_t operation = request.path.find(kOperation);
  if (service == std::string_view::npos || operation == std::string_view::npos ||
      operation < service + kService.size())
    return identity;
  const std::size_t begin = service + kService.size();
  identity.service =
      service_name(model::find_service_by_target(request.path.substr(begin, operation - begin)), "");
  identity.operation = operation_name(request.path.substr(operation + kOperation.size()));
  return identity;
}

RequestIdentity identify_query(const RequestView& request, std::string_view form, std::string action) {
  RequestIdentity identity;
  identity.operation = operation_name(action);
  identity.version = find_form_value(form, "Version");
  const std::string scope = scope_service(request);
  identity.service = service_name(model::find_service_by_scope(scope, identity.version), scope);
  identity.protocol = form_protocol(identity.service);
  return identity;
}

}  // namespace

Protocol form_protocol(std::string_view service) {
  const model::ServiceInfo* info = model::find_service(service);
  return info != nullptr && info->speaks(model::Protocol::ec2_query) ? Protocol::ec2_query : Protocol::query;
}

RequestIdentity identify_request(const RequestView& request) {
  if (trim(header_value(request, "smithy-protocol")) == "rpc-v2-cbor") return identify_cbor(request);
  const std::string_view target = trim(header_value(request, "x-amz-target"));
  if (!target.empty()) return identify_json(request, target);
  for (const std::string_view form : {request.body, request.query}) {
    // A form never begins with a bracket; this spares large JSON bodies the search.
    if (form.empty() || form.front() == '{') continue;
    std::string action = find_form_value(form, "Action");
    if (!action.empty()) return identify_query(request, form, std::move(action));
  }
  RequestIdentity identity;
  const std::string scope = scope_service(request);
  if (!scope.empty()) identity.service = service_name(model::find_service_by_scope(scope, ""), scope);
  if (header_value(request, "content-type").find("json-1.0") != std::string_view::npos)
    identity.protocol = Protocol::json10;
  if (header_value(request, "content-type").find("json-1.1") != std::string_view::npos)
    identity.protocol = Protocol::json11;
  return identity;
}

std::string scope_service(const RequestView& request) {
  constexpr std::string_view kCredential = "Credential=";
  std::string decoded;
  std::string_view credential;
  const std::string_view header = header_value(request, "authorization");
  if (const std::size_t at = header.find(kCredential); at != std::string_view::npos) {
    credential = header.substr(at + kCredential.size());
    credential = credential.substr(0, credential.find_first_of(", \t"));
  } else if (header.empty()) {
    decoded = find_form_value(request.query, "X-Amz-Credential");
    credential = decoded;
  }
  // KEY/DATE/REGION/SERVICE/aws4_request
  for (int part = 0; part < 3; ++part) {
    const std::size_t slash = credential.find('/');
    if (slash == std::string_view::npos) return {};
    credential.remove_prefix(slash + 1);
  }
  const std::string_view service = credential.substr(0, credential.find('/'));
  return std::string(service.size() <= kOperationBytesMax ? service : std::string_view{});
}

std::string find_form_value(std::string_view form, std::string_view name) {
  while (!form.empty()) {
    const std::size_t end = form.find('&');
    const std::string_view item = form.substr(0, end);
    form.remove_prefix(end == std::string_view::npos ? form.size() : end + 1);
    if (item.size() <= name.size() || item[name.size()] != '=' || !item.starts_with(name)) continue;
    const auto value = decode_uri(item.substr(name.size() + 1), Plus::space);
    return value ? *value : std::string();
  }
  return {};
}

}  // namespace berth::wire
