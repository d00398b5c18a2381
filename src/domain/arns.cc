#include "domain/arns.h"

#include <fmt/format.h>

#include "base/arn.h"

namespace berth::domain {
namespace {

// Names are made for each task many times: in one piece, and without a format.
template <class... Part>
std::string ecs_arn(const Realm& realm, const Part&... resource) {
  constexpr std::string_view kPrefix = "arn:aws:ecs:";
  std::string arn;
  arn.reserve(kPrefix.size() + realm.region.size() + realm.account.size() + 2 +
              (std::string_view(resource).size() + ...));
  arn.append(kPrefix).append(realm.region).append(1, ':').append(realm.account).append(1, ':');
  (arn.append(std::string_view(resource)), ...);
  return arn;
}

std::string nested(const Realm& realm, std::string_view type, std::string_view cluster, std::string_view id,
                   ArnForm form) {
  if (form == ArnForm::short_) return ecs_arn(realm, type, "/", id);
  return ecs_arn(realm, type, "/", cluster, "/", id);
}

}  // namespace

std::string cluster_arn(const Realm& realm, std::string_view cluster) {
  return ecs_arn(realm, "cluster/", cluster);
}

std::string container_instance_arn(const Realm& realm, std::string_view cluster, std::string_view id,
                                   ArnForm form) {
  return nested(realm, "container-instance", cluster, id, form);
}

std::string task_arn(const Realm& realm, std::string_view cluster, std::string_view id, ArnForm form) {
  return nested(realm, "task", cluster, id, form);
}

std::string service_arn(const Realm& realm, std::string_view cluster, std::string_view name, ArnForm form) {
  return nested(realm, "service", cluster, name, form);
}

std::string task_definition_arn(const Realm& realm, std::string_view family, std::int32_t revision) {
  return ecs_arn(realm, "task-definition/", family, ":", std::string_view(fmt::format_int(revision).c_str()));
}

std::string container_arn(std::string_view task_arn, std::string_view container_id) {
  const auto at = task_arn.find(":task/");
  if (at == std::string_view::npos) return std::string(container_id);
  const std::string_view prefix = task_arn.substr(0, at);
  const std::string_view rest = task_arn.substr(at + 6);
  constexpr std::string_view kType = ":container/";
  const bool nested = rest.find('/') != std::string_view::npos;
  std::string arn;
  arn.reserve(task_arn.size() + kType.size() + 1 + container_id.size());
  arn.append(prefix).append(kType);
  if (nested) arn.append(rest).append(1, '/');
  return arn.append(container_id);
}

std::string_view last_part(std::string_view name_or_arn) {
  const auto slash = name_or_arn.rfind('/');
  return slash == std::string_view::npos ? name_or_arn : name_or_arn.substr(slash + 1);
}

}  // namespace berth::domain
