#include <algorithm>
#include <set>

#include "domain/task_definition.h"

// requiresAttributes. Where ECS's documentation names no version of Docker's API for a member, the version
// is what definitions that people have published show.
namespace berth::domain {
namespace {

using model::ecs::ContainerDefinition;
using model::ecs::LogConfiguration;
using model::ecs::LogDriver;
using model::ecs::NetworkMode;
using model::ecs::Secret;
using model::ecs::TaskDefinition;

class AttributeNames {
 public:
  void docker(int minor) { names_.insert(amazon("docker-remote-api.1." + std::to_string(minor))); }
  void amazon_capability(std::string_view name) { names_.insert(amazon(name)); }
  void ecs(std::string_view name) { names_.insert("ecs.capability." + std::string(name)); }
  std::vector<std::string> list() const { return {names_.begin(), names_.end()}; }

 private:
  static std::string amazon(std::string_view name) {
    return "com.amazonaws.ecs.capability." + std::string(name);
  }
  std::set<std::string> names_;
};

template <class List>
bool filled(const std::optional<List>& list) {
  return list && !list->empty();
}

// What ECS took up together, with agent 1.5.
bool has_members_of_2015(const ContainerDefinition& container) {
  return container.hostname || container.user || container.working_directory ||
         container.disable_networking || container.privileged || container.readonly_root_filesystem ||
         container.dns_servers || container.dns_search_domains || container.extra_hosts;
}

// `place`: "environment-variables" or "bootstrap.log-driver".
void add_secrets(const std::optional<std::vector<Secret>>& secrets, const std::string& place,
                 AttributeNames& names) {
  if (!secrets) return;
  for (const auto& secret : *secrets) {
    const bool manager = secret.value_from.find(":secretsmanager:") != std::string::npos;
    names.ecs((manager ? "secrets.asm." : "secrets.ssm.") + place);
  }
}

void add_log(const LogConfiguration& log, bool execution_role, AttributeNames& names) {
  const bool old = log.log_driver == LogDriver::json_file || log.log_driver == LogDriver::syslog;
  names.amazon_capability("logging-driver." + std::string(to_string(log.log_driver)));
  if (log.log_driver == LogDriver::splunk)
    names.docker(22);
  else if (log.log_driver != LogDriver::awsfirelens)
    names.docker(old ? 18 : 19);
  add_secrets(log.secret_options, "bootstrap.log-driver", names);
  if (log.options && (log.options->contains("mode") || log.options->contains("max-buffer-size")))
    names.docker(28);
  if (log.log_driver != LogDriver::awslogs) return;
  if (execution_role) names.ecs("execution-role-awslogs");
  if (log.options && log.options->contains("awslogs-create-group")) names.docker(29);
}

void add_image(const ContainerDefinition& container, bool execution_role, AttributeNames& names) {
  if (container.repository_credentials) names.ecs("private-registry-authentication.secretsmanager");
  if (!is_ecr_image(container.image.value_or(""))) return;
  names.amazon_capability("ecr-auth");
  if (execution_role) names.ecs("execution-role-ecr-pull");
}

void add_security(const ContainerDefinition& container, AttributeNames& names) {
  if (container.privileged.value_or(false)) names.amazon_capability("privileged-container");
  if (!container.docker_security_options) return;
  for (const auto& option : *container.docker_security_options) {
    if (option.starts_with("label")) names.amazon_capability("selinux");
    if (option.starts_with("apparmor")) names.amazon_capability("apparmor");
  }
}

void add_linux(const ContainerDefinition& container, AttributeNames& names) {
  if (!container.linux_parameters) return;
  const auto& linux_parameters = *container.linux_parameters;
  if (filled(linux_parameters.tmpfs) || linux_parameters.shared_memory_size) names.docker(22);
  if (linux_parameters.init_process_enabled.value_or(false)) names.docker(25);
}

void add_container(const ContainerDefinition& container, bool execution_role, AttributeNames& names) {
  add_image(container, execution_role, names);
  add_security(container, names);
  add_linux(container, names);
  if (container.log_configuration) add_log(*container.log_configuration, execution_role, names);
  if (has_members_of_2015(container)) names.docker(17);
  if (filled(container.docker_labels) || filled(container.ulimits)) names.docker(18);
  if (container.memory_reservation) names.docker(21);
  if (container.health_check) {
    names.docker(container.health_check->start_period ? 29 : 24);
    names.ecs("container-health-check");
  }
  if (filled(container.depends_on) || container.start_timeout || container.stop_timeout)
    names.ecs("container-ordering");
  if (filled(container.environment_files)) names.ecs("env-files.s3");
  add_secrets(container.secrets, "environment-variables", names);
  if (container.firelens_configuration)
    names.ecs("firelens." + std::string(to_string(container.firelens_configuration->type)));
  if (container.port_mappings)
    for (const auto& mapping : *container.port_mappings)
      if (mapping.container_port_range) names.ecs("network.container-port-range");
}

void add_volumes(const TaskDefinition& definition, AttributeNames& names) {
  if (!definition.volumes) return;
  for (const auto& volume : *definition.volumes) {
    if (volume.docker_volume_configuration)
      names.ecs("docker-plugin." + volume.docker_volume_configuration->driver.value_or("local"));
    if (!volume.efs_volume_configuration) continue;
    names.ecs("efs");
    names.ecs("efsAuth");
    names.docker(25);
  }
}

}  // namespace

std::vector<std::string> required_attributes(const TaskDefinition& definition) {
  AttributeNames names;
  const bool execution_role = !definition.execution_role_arn.value_or("").empty();
  for (const auto& container : *definition.container_definitions)
    add_container(container, execution_role, names);
  add_volumes(definition, names);
  if (!definition.task_role_arn.value_or("").empty())
    names.amazon_capability(definition.network_mode == NetworkMode::host ? "task-iam-role-network-host"
                                                                         : "task-iam-role");
  if (definition.pid_mode || definition.ipc_mode) {
    names.ecs("pid-ipc-namespace-sharing");
    names.docker(18);
  }
  if (definition.network_mode == NetworkMode::awsvpc) {
    names.ecs("task-eni");
    names.docker(18);
  }
  if (definition.proxy_configuration) names.ecs("aws-appmesh");
  return names.list();
}

}  // namespace berth::domain
