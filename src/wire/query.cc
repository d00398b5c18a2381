#include "wire/query.h"

#include "model/operation_info.h"

namespace berth::wire {

Result<model::QueryTree> parse_query_request(const RequestView& request) {
  return model::QueryTree::from_form(find_form_value(request.body, "Action").empty() ? request.query
                                                                                     : request.body);
}

RenderedAnswer render_query_result(const RequestIdentity& identity, std::string_view result_xml,
                                   std::string_view request_id) {
  RenderedAnswer answer;
  answer.content_type = content_type_of(identity.protocol);
  const model::ServiceInfo* service = model::find_service(identity.service);
  const std::string response = identity.operation + "Response";
  model::XmlWriter xml(answer.body);
  if (service == nullptr || service->xml_namespace.empty())
    xml.open(response);
  else
    xml.open(response, service->xml_namespace);
  if (identity.protocol == Protocol::ec2_query) {
    xml.element("requestId", request_id);
    answer.body += result_xml;
  } else {
    const std::string result = identity.operation + "Result";
    xml.open(result);
    answer.body += result_xml;
    xml.close(result);
    xml.open("ResponseMetadata");
    xml.element("RequestId", request_id);
    xml.close("ResponseMetadata");
  }
  xml.close(response);
  return answer;
}

}  // namespace berth::wire
