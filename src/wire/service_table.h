#pragma once
#include <array>
#include <span>
#include <string_view>

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

/// The facts of an API that are needed before its model is.
struct ServiceInfo {
  std::string_view name;           ///< Ours: "ecs", "elb", "elbv2", "cloudwatch" …
  std::string_view target_prefix;  ///< Of X-Amz-Target, all before the last dot. Empty: no JSON protocol.
  std::string_view version;        ///< Of the query protocols' `Version`.
  std::string_view xml_namespace;  ///< Of the query protocols. Empty: no query protocol.
  /// Names that a credential scope for it may hold; the first is AWS's.
  std::array<std::string_view, 2> signing_names;
  bool query_compatible = false;  ///< Its JSON clients want x-amzn-query-error (awsQueryCompatible).

  std::span<const std::string_view> accepted_signing_names() const {
    return std::span(signing_names).first(signing_names[1].empty() ? 1 : 2);
  }
};

/// Null when there is no such service.
const ServiceInfo* find_service(std::string_view name);
const ServiceInfo* find_service_by_target(std::string_view target_prefix);
/// Two services share a signing name (classic and v2 load balancing): the version decides, the older one
/// without it. An empty signing name (unsigned) decides by version alone.
const ServiceInfo* find_service_by_scope(std::string_view signing_name, std::string_view version);

}  // namespace berth::wire
