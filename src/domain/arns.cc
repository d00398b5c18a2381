#include "domain/arns.h"

#include <fmt/compile.h>

#include "base/arn.h"

namespace berth::domain {
namespace {

std::string ecs_arn(const Realm& realm, std::string_view resource) {
  return fmt::format(FMT_COMPILE("arn:aws:ecs:{}:{}:{}"), realm.region, realm.account, resource);
}

std::string nested(const Realm& realm, std::string_view type, std::string_view cluster, std::string_view id,
                   ArnForm form) {
  if (form == ArnForm::short_) return ecs_arn(realm, fmt::format(FMT_COMPILE("{}/{}"), type, id));
  return ecs_arn(realm, fmt::format(FMT_COMPILE("{}/{}/{}"), type, cluster, id));
}

}  // namespace

std::string cluster_arn(const Realm& realm, std::string_view cluster) {
  return ecs_arn(realm, fmt::format(FMT_COMPILE("cluster/{}"), cluster));
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
  return ecs_arn(realm, fmt::format(FMT_COMPILE("task-definition/{}:{}"), family, revision));
}

std::string container_arn(std::string_view task_arn, std::string_view container_id) {
  const auto at = task_arn.find(":task/");
  if (at == std::string_view::npos) return std::string(container_id);
  const std::string_view prefix = task_arn.substr(0, at);
  const std::string_view rest = task_arn.substr(at + 6);
  if (rest.find('/') == std::string_view::npos)
    return fmt::format(FMT_COMPILE("{}:container/{}"), prefix, container_id);
  return fmt::format(FMT_COMPILE("{}:container/{}/{}"), prefix, rest, container_id);
}

std::string_view last_part(std::string_view name_or_arn) {
  const auto slash = name_or_arn.rfind('/');
  return slash == std::string_view::npos ? name_or_arn : name_or_arn.substr(slash + 1);
}

}  // namespace berth::domain
