#include "model/operation_info.h"

#include <algorithm>
#include <utility>

namespace berth::model {
namespace {

template <class T, class Predicate>
const T* first_where(std::span<const T> items, Predicate predicate) {
  const auto found = std::find_if(items.begin(), items.end(), predicate);
  return found == items.end() ? nullptr : &*found;
}

}  // namespace

const OperationInfo* find_operation(std::string_view service, std::string_view name) {
  const auto operations = all_operations();
  const auto wanted = std::pair(service, name);
  const auto found = std::lower_bound(
      operations.begin(), operations.end(), wanted,
      [](const OperationInfo& info, const auto& key) { return std::pair(info.service, info.name) < key; });
  return found != operations.end() && std::pair(found->service, found->name) == wanted ? &*found : nullptr;
}

const ServiceInfo* find_service(std::string_view name) {
  return first_where(all_services(), [&](const ServiceInfo& service) { return service.name == name; });
}

const ServiceInfo* find_service_by_target(std::string_view target_prefix) {
  if (target_prefix.empty()) return nullptr;
  return first_where(all_services(),
                     [&](const ServiceInfo& service) { return service.target_prefix == target_prefix; });
}

const ServiceInfo* find_service_by_query(std::string_view signing_name, std::string_view version) {
  return first_where(all_services(), [&](const ServiceInfo& service) {
    return service.protocol == Protocol::aws_query && service.signing_name == signing_name &&
           service.version == version;
  });
}

const ErrorInfo* find_error(const ServiceInfo& service, std::string_view name) {
  return first_where(service.errors, [&](const ErrorInfo& error) { return error.name == name; });
}

}  // namespace berth::model
