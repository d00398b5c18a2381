#include "model/operation_info.h"

#include <algorithm>

namespace berth::model {
namespace {

template <class Predicate>
const ServiceInfo* service_where(Predicate predicate) {
  for (const ServiceInfo* service : all_services())
    if (predicate(*service)) return service;
  return nullptr;
}

}  // namespace

const OperationInfo* find_operation(std::string_view service, std::string_view name) {
  const ServiceInfo* found = find_service(service);
  if (found == nullptr) return nullptr;
  const auto at =
      std::lower_bound(found->operations.begin(), found->operations.end(), name,
                       [](const OperationInfo& info, std::string_view wanted) { return info.name < wanted; });
  return at != found->operations.end() && at->name == name ? &*at : nullptr;
}

const ServiceInfo* find_service(std::string_view name) {
  return service_where([&](const ServiceInfo& service) { return service.name == name; });
}

const ServiceInfo* find_service_by_target(std::string_view target_prefix) {
  if (target_prefix.empty()) return nullptr;
  return service_where([&](const ServiceInfo& service) { return service.target_prefix == target_prefix; });
}

const ServiceInfo* find_service_by_scope(std::string_view signing_name, std::string_view version) {
  const ServiceInfo* named = nullptr;
  for (const ServiceInfo* service : all_services()) {
    if (!signing_name.empty() && service->signing_names[0] != signing_name) continue;
    if (service->version == version) return service;
    if (named == nullptr || service->name == signing_name) named = service;
  }
  return signing_name.empty() ? nullptr : named;
}

const ErrorInfo* find_error(const ServiceInfo& service, std::string_view name) {
  for (const ErrorInfo& error : service.errors)
    if (error.name == name) return &error;
  return nullptr;
}

}  // namespace berth::model
