#include "api/operation_table.h"

namespace berth::api {
namespace {

std::string name_of(std::string_view service, std::string_view operation) {
  std::string name;
  name.reserve(service.size() + operation.size() + 1);
  name.append(service).append(".").append(operation);
  return name;
}

}  // namespace

const ServiceWords& OperationTable::add_service(std::string_view service, ServiceWords words) {
  const auto added = services_.emplace(std::string(service), words);
  check(added.second, "a service is added once");
  return added.first->second;
}

void OperationTable::add(Entry entry) {
  auto name = name_of(entry.info->service, entry.info->name);
  const auto added = entries_.emplace(std::move(name), std::move(entry));
  check(added.second, "an operation is added once");
}

const OperationTable::Entry* OperationTable::find(std::string_view service,
                                                  std::string_view operation) const {
  const auto found = entries_.find(name_of(service, operation));
  return found == entries_.end() ? nullptr : &found->second;
}

const ServiceWords* OperationTable::find_words(std::string_view service) const {
  const auto found = services_.find(service);
  return found == services_.end() ? nullptr : &found->second;
}

std::vector<std::string> OperationTable::list() const {
  std::vector<std::string> names;
  for (const auto& [name, entry] : entries_) names.push_back(name);
  return names;
}

}  // namespace berth::api
