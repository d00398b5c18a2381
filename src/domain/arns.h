#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "domain/realm.h"

namespace berth::domain {

/// ARN output of container instances, tasks and services: `long` has the cluster's name in it, `short_` is
/// that of the 2015 guide. Chosen by account setting when the resource is made; every form is understood as
/// input.
enum class ArnForm { long_, short_ };

std::string cluster_arn(const Realm& realm, std::string_view cluster);
std::string container_instance_arn(const Realm& realm, std::string_view cluster, std::string_view id,
                                   ArnForm form);
std::string task_arn(const Realm& realm, std::string_view cluster, std::string_view id, ArnForm form);
std::string service_arn(const Realm& realm, std::string_view cluster, std::string_view name, ArnForm form);
std::string task_definition_arn(const Realm& realm, std::string_view family, std::int32_t revision);
/// The ARN of a container of a task, in the form of the task's ARN.
std::string container_arn(std::string_view task_arn, std::string_view container_id);

/// "cluster/NAME" or an ARN of any service's spelling → the name. A bare name is itself.
/// Returns the text after the last '/', which for every resource of ECS is its name or id.
std::string_view last_part(std::string_view name_or_arn);

}  // namespace berth::domain
