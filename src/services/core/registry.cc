#include "services/core/registry.h"

namespace berth::services {

wire::ApiError decode_error(const model::DecodeContext& problems, std::string_view operation) {
  if (const auto* type = problems.find(model::ProblemKind::wrong_type))
    return wire::serialization_exception(type->message);
  if (operation == "RegisterTaskDefinition") return wire::client_exception(problems.summary());
  return wire::invalid_parameter(problems.summary());
}

const HandlerRegistry::Entry* HandlerRegistry::find(std::string_view service,
                                                    std::string_view operation) const {
  std::string name;
  name.reserve(service.size() + operation.size() + 1);
  name.append(service).append(".").append(operation);
  const auto found = entries_.find(name);
  return found == entries_.end() ? nullptr : &found->second;
}

std::vector<std::string> HandlerRegistry::list() const {
  std::vector<std::string> names;
  for (const auto& [name, entry] : entries_) names.push_back(name);
  return names;
}

void HandlerRegistry::insert(const model::OperationInfo& info, Invoke invoke) {
  const auto added = entries_.emplace(std::string(info.service) + "." + std::string(info.name),
                                      Entry{&info, std::move(invoke)});
  check(added.second, "an operation has one handler");
}

void HandlerRegistry::erase(const model::OperationInfo& info) {
  const auto erased = entries_.erase(std::string(info.service) + "." + std::string(info.name));
  check(erased == 1, "what is replaced must be there");
}

}  // namespace berth::services
