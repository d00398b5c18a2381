#pragma once
#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <string_view>

#include "model/unit.h"

/// The operations of every service that Berth knows, for dispatch, documentation and paging.
/// All texts and tables live as long as the program. Safe from any thread.
namespace berth::model {

enum class Protocol { aws_json_1_0, aws_json_1_1, aws_query, ec2_query, rest_json_1, rest_xml };

/// Members that carry a list operation's pages. A text is empty when the operation lacks that part.
struct Pagination {
  std::string_view input_token;
  std::string_view output_token;
  std::string_view page_size;
  std::string_view items;
};

struct OperationInfo {
  std::string_view service;  ///< Berth's short name: "ecs", "sts", "acs", "tcs", "berth".
  std::string_view name;     ///< "RunTask"
  std::string_view input;    ///< Name of the shape; "Unit" when there is none.
  std::string_view output;
  std::span<const std::string_view> errors = {};  ///< Names of the error shapes that the operation declares.
  bool read_only = false;
  bool idempotent = false;
  std::optional<Pagination> pagination = {};
  // Of services that speak REST: how a request says that it means this operation.
  std::string_view method = {};
  std::string_view uri = {};  ///< "/{Bucket}/{Key+}?uploads": labels, a greedy one with '+', literals.
  int status = 200;           ///< Of an answer without an error.
};

/// An error that a service can answer.
struct ErrorInfo {
  std::string_view name;  ///< Of the shape.
  std::string_view code;  ///< What awsQuery puts into <Code>; the name, for awsJson.
  int http_status;
  bool server_fault;
};

struct ServiceInfo {
  std::string_view name;
  /// What a SigV4 credential scope for it may name; the first is AWS's, the second may be empty.
  std::array<std::string_view, 2> signing_names;
  std::string_view
      target_prefix;  ///< Of X-Amz-Target, all before the last dot; empty without a JSON protocol.
  std::span<const Protocol> protocols;             ///< At least one; CloudWatch speaks several at once.
  std::string_view version;                        ///< "2014-11-13"; the query protocols' `Version`.
  std::string_view xml_namespace = {};             ///< Of answers in XML; empty without such a protocol.
  std::span<const OperationInfo> operations = {};  ///< By name.
  std::span<const ErrorInfo> errors = {};
  /// Its JSON clients want the code of the query protocol too (x-amzn-query-error).
  bool query_compatible = false;

  std::span<const std::string_view> accepted_signing_names() const {
    return std::span(signing_names).first(signing_names[1].empty() ? 1 : 2);
  }
  bool speaks(Protocol protocol) const {
    return std::find(protocols.begin(), protocols.end(), protocol) != protocols.end();
  }
};

/// By name.
std::span<const ServiceInfo* const> all_services();

/// Each returns null when there is none. Names are case-sensitive.
const OperationInfo* find_operation(std::string_view service, std::string_view name);
const ServiceInfo* find_service(std::string_view name);
const ServiceInfo* find_service_by_target(std::string_view target_prefix);
/// By the service in a credential scope. Several share a name (classic and v2 load balancing): the version
/// decides, and without one the service of that very name, else the first by name. An empty scope (unsigned)
/// decides by version alone.
const ServiceInfo* find_service_by_scope(std::string_view signing_name, std::string_view version);
const ErrorInfo* find_error(const ServiceInfo& service, std::string_view name);

/// An operation at compile time, by its tag type: `OperationTraits<ecs::RunTaskOperation>` has `Input`,
/// `Output`, `service`, `name` and `info()`. Specialisations are generated into model/<service>/operations.h.
template <class Operation>
struct OperationTraits;

}  // namespace berth::model
