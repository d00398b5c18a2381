#include "wire/errors.h"

#include <optional>

#include "base/text.h"
#include "model/operation_info.h"
#include "model/query_support.h"

namespace berth::wire {
namespace {

const std::string& query_code(const ApiError& error) {
  return error.query_code.empty() ? error.code : error.query_code;
}
std::string_view fault(const ApiError& error) {
  return error.status >= 500 ? "Receiver" : "Sender";
}

void render_json_error(const ApiError& error, const RequestIdentity& identity, RenderedAnswer& answer) {
  JsonWriter writer;
  writer.begin_object();
  writer.key("__type");
  writer.string(error.code);
  writer.key("message");
  writer.string(error.message);
  for (const auto& member : error.members) {
    writer.any_key({member.key().data(), member.key().size()});
    writer.value(member.value());
  }
  writer.end_object();
  answer.body = writer.take();
  answer.headers.emplace_back("x-amzn-errortype", error.code);
  const model::ServiceInfo* service = model::find_service(identity.service);
  if (identity.query_mode || (service != nullptr && service->query_compatible))
    answer.headers.emplace_back("x-amzn-query-error", query_code(error) + ';' + std::string(fault(error)));
}

void render_query_error(const ApiError& error, const RequestIdentity& identity, std::string_view request_id,
                        RenderedAnswer& answer) {
  const model::ServiceInfo* service = model::find_service(identity.service);
  model::XmlWriter xml(answer.body);
  if (service == nullptr || service->xml_namespace.empty())
    xml.open("ErrorResponse");
  else
    xml.open("ErrorResponse", service->xml_namespace);
  xml.open("Error");
  xml.element("Type", fault(error));
  xml.element("Code", query_code(error));
  xml.element("Message", error.message);
  xml.close("Error");
  xml.element("RequestId", request_id);
  xml.close("ErrorResponse");
}

void render_ec2_error(const ApiError& error, std::string_view request_id, RenderedAnswer& answer) {
  model::XmlWriter xml(answer.body);
  answer.body += "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  xml.open("Response");
  xml.open("Errors");
  xml.open("Error");
  xml.element("Code", query_code(error));
  xml.element("Message", error.message);
  xml.close("Error");
  xml.close("Errors");
  xml.element("RequestID", request_id);
  xml.close("Response");
}

// A CBOR text: major type 3 with a length of one, two or four bytes.
void append_cbor_text(std::string& out, std::string_view text) {
  const std::size_t size = text.size();
  if (size < 24) {
    out += static_cast<char>(0x60 | size);
  } else if (size < 0x100) {
    out.append(1, '\x78').append(1, static_cast<char>(size));
  } else if (size < 0x10000) {
    out.append(1, '\x79').append(1, static_cast<char>(size >> 8)).append(1, static_cast<char>(size));
  } else {
    out += '\x7a';
    for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(size >> shift);
  }
  out += text;
}

void render_cbor_error(const ApiError& error, RenderedAnswer& answer) {
  answer.body += '\xa2';  // A map of two members.
  append_cbor_text(answer.body, "__type");
  append_cbor_text(answer.body, error.code);
  append_cbor_text(answer.body, "message");
  append_cbor_text(answer.body, error.message);
  answer.headers.emplace_back("smithy-protocol", "rpc-v2-cbor");
  answer.headers.emplace_back("x-amzn-query-error", query_code(error) + ';' + std::string(fault(error)));
}

}  // namespace

RenderedAnswer render_error(const ApiError& given, const RequestIdentity& identity,
                            std::string_view request_id) {
  std::optional<ApiError> shortened;
  if (given.message.size() > kErrorMessageBytesMax) {
    shortened = given;
    shortened->message = cut_middle(given.message, kErrorMessageBytesMax);
  }
  const ApiError& error = shortened ? *shortened : given;
  RenderedAnswer answer;
  answer.status = error.status;
  answer.content_type = content_type_of(identity.protocol);
  switch (identity.protocol) {
    case Protocol::unknown:
    case Protocol::json10:
    case Protocol::json11:
      render_json_error(error, identity, answer);
      break;
    case Protocol::query:
      render_query_error(error, identity, request_id, answer);
      break;
    case Protocol::ec2_query:
      render_ec2_error(error, request_id, answer);
      break;
    case Protocol::cbor:
      render_cbor_error(error, answer);
      break;
  }
  return answer;
}

std::string_view content_type_of(Protocol protocol) {
  switch (protocol) {
    case Protocol::json10:
      return "application/x-amz-json-1.0";
    case Protocol::unknown:
    case Protocol::json11:
      return "application/x-amz-json-1.1";
    case Protocol::query:
      return "text/xml";
    case Protocol::ec2_query:
      return "text/xml;charset=UTF-8";
    case Protocol::cbor:
      return "application/cbor";
  }
  unreachable();
}

}  // namespace berth::wire
