#pragma once
#include <optional>
#include <span>
#include <string_view>

#include "model/unit.h"

/// The operations of every service that Berth knows, for dispatch, documentation and paging.
/// All texts and tables live as long as the program. Safe from any thread.
namespace berth::model {

enum class Protocol { aws_json_1_1, aws_query };

/// Members that carry a list operation's pages. A text is empty when the operation lacks that part.
struct Pagination {
  std::string_view input_token;
  std::string_view output_token;
  std::string_view page_size;
  std::string_view items;
};

struct OperationInfo {
  std::string_view service;        ///< Berth's short name: "ecs", "sts", "acs", "tcs", "berth".
  std::string_view target_prefix;  ///< Of X-Amz-Target; empty for awsQuery.
  Protocol protocol;
  std::string_view name;   ///< "RunTask"
  std::string_view input;  ///< Name of the shape; "Unit" when there is none.
  std::string_view output;
  std::span<const std::string_view> errors;  ///< Names of the error shapes that the operation declares.
  bool read_only;
  bool idempotent;
  std::optional<Pagination> pagination;
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
  std::string_view signing_name;   ///< In SigV4 credential scopes.
  std::string_view target_prefix;  ///< Of X-Amz-Target; empty for awsQuery.
  Protocol protocol;
  std::string_view version;        ///< "2014-11-13"; awsQuery's `Version`.
  std::string_view xml_namespace;  ///< Of answers; empty but for awsQuery.
  std::span<const OperationInfo> operations;
  std::span<const ErrorInfo> errors;
};

/// By service name, then operation name.
std::span<const OperationInfo> all_operations();
std::span<const ServiceInfo> all_services();

/// Each returns null when there is none. Names are case-sensitive.
const OperationInfo* find_operation(std::string_view service, std::string_view name);
const ServiceInfo* find_service(std::string_view name);
const ServiceInfo* find_service_by_target(std::string_view target_prefix);
const ServiceInfo* find_service_by_query(std::string_view signing_name, std::string_view version);
const ErrorInfo* find_error(const ServiceInfo& service, std::string_view name);

/// An operation at compile time, by its tag type: `OperationTraits<ecs::RunTaskOperation>` has `Input`,
/// `Output`, `service`, `name` and `info()`. Specialisations are generated into model/<service>/operations.h.
template <class Operation>
struct OperationTraits;

}  // namespace berth::model
