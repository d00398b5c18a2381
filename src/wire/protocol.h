#pragma once
#include <span>
#include <string>
#include <string_view>

#include "base/header_view.h"

namespace berth::wire {

/// The protocol a request came in, which is the one it is answered in.
enum class Protocol {
  unknown,
  json10,
  json11,
  query,
  ec2_query,
  cbor,  ///< Smithy RPC v2 CBOR: recognised so that it can be refused in words that its clients can read.
};

/// The protocol of a form that asks for something of this service (by its short name).
Protocol form_protocol(std::string_view service);

/// What identify_request looks at.
///
/// Borrows: everything, for the call.
struct RequestView {
  std::string_view method;
  std::string_view path;
  std::string_view query;  ///< Without '?', still percent-encoded.
  std::span<const HeaderView> headers;
  std::string_view body;
};

/// Which operation of which API a request asks for. Nothing in it has been authenticated.
struct RequestIdentity {
  Protocol protocol = Protocol::unknown;
  std::string service;  ///< ServiceInfo's name, else the scope's service as the client wrote it, else empty.
  std::string operation;    ///< Letters and digits; empty when the client named none, or an impossible one.
  std::string version;      ///< `Version` of a query request.
  bool query_mode = false;  ///< JSON client of a query-compatible service (x-amzn-query-mode).
};

/// Longest names that are looked at; longer ones count as none.
inline constexpr std::size_t kOperationBytesMax = 128;
inline constexpr std::size_t kTargetBytesMax = 256;

/// Finds API and operation: X-Amz-Target (the prefix names the service; if it is not one we know, the
/// credential scope does), else `Action` and `Version` of a form body, else those of the URL, with the
/// credential scope's service. Pure, and accepts anything: what cannot be identified is `unknown`.
RequestIdentity identify_request(const RequestView& request);

/// The service in the credential scope of an Authorization header or presigned query; empty when there is
/// none.
std::string scope_service(const RequestView& request);

/// The value of `name` in a form or query text, decoded; empty when it is absent or malformed.
std::string find_form_value(std::string_view form, std::string_view name);

}  // namespace berth::wire
