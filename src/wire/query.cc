#include "wire/query.h"

#include <fmt/format.h>

#include "base/encoding.h"
#include "wire/xml.h"

namespace berth::wire {

Result<FormParameters> parse_form(std::string_view form) {
  FormParameters parameters;
  while (!form.empty()) {
    const std::size_t end = form.find('&');
    const std::string_view item = form.substr(0, end);
    form.remove_prefix(end == std::string_view::npos ? form.size() : end + 1);
    if (item.empty()) continue;
    if (parameters.size() == kFormParametersMax)
      return Error{ErrorCode::too_large,
                   fmt::format("The request has more than {} parameters.", kFormParametersMax)};
    const std::size_t equals = item.find('=');
    auto name = decode_uri(item.substr(0, equals), Plus::space);
    auto value = decode_uri(equals == std::string_view::npos ? std::string_view{} : item.substr(equals + 1),
                            Plus::space);
    if (!name || !value)
      return invalid(fmt::format("Parameter {} of the form is not percent-encoded.", parameters.size() + 1));
    parameters.emplace_back(std::move(*name), std::move(*value));
  }
  return parameters;
}

std::string_view form_of(const RequestView& request) {
  return find_form_value(request.body, "Action").empty() ? request.query : request.body;
}

RenderedAnswer render_query_result(const RequestIdentity& identity, std::string_view result_xml,
                                   std::string_view request_id) {
  RenderedAnswer answer;
  answer.content_type = content_type_of(identity.protocol);
  const ServiceInfo* service = find_service(identity.service);
  const std::string response = identity.operation + "Response";
  XmlText xml(answer.body);
  xml.open(response, service == nullptr ? std::string_view{} : service->xml_namespace);
  if (identity.protocol == Protocol::ec2_query) {
    xml.element("requestId", request_id);
    xml.raw(result_xml);
  } else {
    const std::string result = identity.operation + "Result";
    xml.open(result);
    xml.raw(result_xml);
    xml.close(result);
    xml.open("ResponseMetadata");
    xml.element("RequestId", request_id);
    xml.close("ResponseMetadata");
  }
  xml.close(response);
  return answer;
}

}  // namespace berth::wire
