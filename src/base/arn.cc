#include "base/arn.h"

#include <fmt/format.h>

#include <vector>

namespace berth {
namespace {

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const auto at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

bool is_nested_type(std::string_view type) {
  return type == "task-set" || type == "service-deployment" || type == "service-revision";
}

}  // namespace

bool looks_like_arn(std::string_view text) {
  return text.starts_with("arn:");
}

Result<Arn> parse_arn(std::string_view text) {
  if (text.size() > kArnBytesMax) return invalid("ARN: too long");
  if (!looks_like_arn(text)) return invalid("ARN: it must begin with \"arn:\"");
  std::string_view fields[5];
  std::string_view rest = text;
  for (auto& field : fields) {
    const auto colon = rest.find(':');
    if (colon == std::string_view::npos)
      return invalid(fmt::format("ARN: '{}' must have six parts divided by colons", text));
    field = rest.substr(0, colon);
    rest.remove_prefix(colon + 1);
  }
  if (fields[1].empty()) return invalid(fmt::format("ARN: '{}' has no partition", text));
  if (fields[2].empty()) return invalid(fmt::format("ARN: '{}' has no service", text));
  if (rest.empty()) return invalid(fmt::format("ARN: '{}' has no resource", text));
  return Arn{std::string(fields[1]), std::string(fields[2]), std::string(fields[3]), std::string(fields[4]),
             std::string(rest)};
}

std::string render_arn(const Arn& arn) {
  return fmt::format("arn:{}:{}:{}:{}:{}", arn.partition, arn.service, arn.region, arn.account, arn.resource);
}

Result<EcsResource> parse_ecs_resource(std::string_view resource) {
  const auto parts = split(resource, '/');
  for (const auto part : parts)
    if (part.empty()) return invalid(fmt::format("resource '{}' has an empty part", resource));
  if (is_nested_type(parts[0])) {
    // The id of a task set is `ecs-svc/DIGITS`.
    if (parts.size() == 5 && parts[0] == "task-set")
      return EcsResource{std::string(parts[0]), std::string(parts[1]), std::string(parts[2]),
                         fmt::format("{}/{}", parts[3], parts[4])};
    if (parts.size() != 4)
      return invalid(fmt::format("resource '{}' must be {}/CLUSTER/SERVICE/ID", resource, parts[0]));
    return EcsResource{std::string(parts[0]), std::string(parts[1]), std::string(parts[2]),
                       std::string(parts[3])};
  }
  if (parts.size() == 2) return EcsResource{std::string(parts[0]), {}, {}, std::string(parts[1])};
  const bool clustered = parts[0] == "task" || parts[0] == "service" || parts[0] == "container-instance";
  if (parts.size() == 3 && clustered)
    return EcsResource{std::string(parts[0]), std::string(parts[1]), {}, std::string(parts[2])};
  return invalid(fmt::format("resource '{}' is not of a form that ECS uses", resource));
}

}  // namespace berth
