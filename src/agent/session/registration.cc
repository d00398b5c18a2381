#include "agent/session/registration.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>

#include "agent/session/advice.h"
#include "agent/session/backoff.h"
#include "base/random.h"

namespace berth::agent::session {
namespace {

constexpr std::string_view kTypeChanged = "Container instance type changes are not supported.";
// An attribute that only the answer to a registration has.
constexpr std::string_view kClusterId = "ecs.cluster-id";
constexpr std::string_view kUnknownArn = "The referenced container instance was not found";

void write_resource(JsonWriter& writer, std::string_view name, std::int64_t value) {
  writer.begin_object();
  writer.key("name");
  writer.string(name);
  writer.key("type");
  writer.string("INTEGER");
  writer.key("integerValue");
  writer.integer(value);
  writer.end_object();
}

void write_ports(JsonWriter& writer, std::string_view name, const std::vector<std::int32_t>& ports) {
  writer.begin_object();
  writer.key("name");
  writer.string(name);
  writer.key("type");
  writer.string("STRINGSET");
  writer.key("stringSetValue");
  writer.begin_array();
  for (const auto port : ports) writer.string(std::to_string(port));
  writer.end_array();
  writer.end_object();
}

void write_pairs(JsonWriter& writer, std::string_view name, std::string_view key,
                 const std::vector<std::pair<std::string, std::string>>& pairs) {
  writer.key(name);
  writer.begin_array();
  for (const auto& [first, second] : pairs) {
    writer.begin_object();
    writer.key(key);
    writer.string(first);
    if (!second.empty()) {
      writer.key("value");
      writer.string(second);
    }
    writer.end_object();
  }
  writer.end_array();
}

std::string identity_document(const config::AgentConfig& config, const HostFacts& facts) {
  JsonWriter writer;
  writer.begin_object();
  writer.key("BERTH_INSTANCE_ID");
  writer.string(instance_id_of(config, facts));
  writer.key("BERTH_AVAILABILITY_ZONE");
  writer.string(config.availability_zone.empty() ? config.region + "a" : config.availability_zone);
  writer.key("BERTH_INSTANCE_TYPE");
  writer.string(config.instance_type.empty() ? "berth.local" : config.instance_type);
  writer.end_object();
  return writer.take();
}

void log_failure(const ApiFailure& failure, const config::AgentConfig& config) {
  const std::string advice = advice_on(failure, config);
  spdlog::error("agent: registration failed: {}{}{}{}{}", failure.code, failure.code.empty() ? "" : " ",
                failure.message, advice.empty() ? "" : "; ", advice);
}

bool is_type_change(const ApiFailure& failure) {
  return failure.message.find(kTypeChanged) != std::string::npos;
}

// Of the drivers that nobody has named: a container that logs to what is not there does not start.
bool works_here(const std::string& log_driver, const HostFacts& facts) {
  if (log_driver == "journald" && !facts.has_journald) return false;
  if (log_driver == "syslog" && !facts.has_syslog) return false;
  // awslogs is the agent's own.
  return log_driver == "none" || log_driver == "awslogs" || facts.log_drivers.empty() ||
         std::ranges::find(facts.log_drivers, log_driver) != facts.log_drivers.end();
}

// The cluster to register in when none is configured: made if it is not there yet. Empty: could not be made.
Async<std::string> make_default_cluster(EcsApi& api) {
  auto outcome = co_await api.call("CreateCluster", R"({"clusterName":"default"})");
  if (const auto* failure = std::get_if<ApiFailure>(&outcome)) {
    spdlog::warn("agent: the default cluster could not be made: {} {}", failure->code, failure->message);
    co_return std::string();
  }
  const auto* cluster = std::get<JsonObject>(outcome).if_contains("cluster");
  co_return cluster && cluster->is_object() ? text_of(cluster->get_object(), "clusterName") : std::string();
}

Registered registered_as(const JsonObject& answer, std::string cluster) {
  Registered registered;
  registered.cluster = std::move(cluster);
  const auto* instance = answer.if_contains("containerInstance");
  if (!instance || !instance->is_object()) return registered;
  registered.container_instance_arn = text_of(instance->get_object(), "containerInstanceArn");
  const auto* attributes = instance->get_object().if_contains("attributes");
  if (!attributes || !attributes->is_array()) return registered;
  for (const auto& attribute : attributes->get_array()) {
    if (!attribute.is_object()) continue;
    const std::string name = text_of(attribute.get_object(), "name");
    if (name == "ecs.availability-zone")
      registered.availability_zone = text_of(attribute.get_object(), "value");
    if (name == kClusterId) registered.cluster_id = text_of(attribute.get_object(), "value");
  }
  return registered;
}

}  // namespace

std::string instance_id_of(const config::AgentConfig& config, const HostFacts& facts) {
  if (!config.instance_id.empty()) return config.instance_id;
  const std::string id = facts.machine_id.empty() ? "0" : facts.machine_id;
  return fmt::format("i-{}", fmt::format("{:016x}{:016x}", hash_bytes(id), hash_bytes(id, 7)).substr(0, 17));
}

std::string host_label(const Registered& registered, const std::string& instance_id) {
  return registered.cluster_id.empty() ? std::string() : registered.cluster_id + "/" + instance_id;
}

std::vector<std::pair<std::string, std::string>> registration_attributes(const config::AgentConfig& config,
                                                                         const HostFacts& facts, bool first) {
  std::vector<std::pair<std::string, std::string>> list;
  if (first)
    for (const auto& [name, value] : config.instance_attributes) list.emplace_back(name, value);
  const std::string amazon = "com.amazonaws.ecs.capability.";
  const std::string ecs = "ecs.capability.";
  const auto add = [&](std::string name) { list.emplace_back(std::move(name), std::string()); };
  if (!config.disable_privileged) add(amazon + "privileged-container");
  const int minor =
      facts.docker_api_version.starts_with("1.") ? std::atoi(facts.docker_api_version.c_str() + 2) : 17;
  for (int version = 17; version <= std::min(minor, 44); ++version)
    add(amazon + "docker-remote-api.1." + std::to_string(version));
  for (const auto& driver : config.logging_drivers)
    if (config.logging_drivers_given || works_here(driver, facts)) add(amazon + "logging-driver." + driver);
  // Images of ECR are pulled with what ECS_ENGINE_AUTH_DATA says, whatever the execution role.
  add(amazon + "ecr-auth");
  if (config.selinux_capable) add(amazon + "selinux");
  if (config.apparmor_capable) add(amazon + "apparmor");
  if (config.enable_task_iam_role) add(amazon + "task-iam-role");
  if (config.enable_task_iam_role_network_host) add(amazon + "task-iam-role-network-host");
  for (const char* name :
       {"container-ordering", "container-health-check", "full-sync", "network.container-port-range",
        "pid-ipc-namespace-sharing", "secrets.ssm.environment-variables", "secrets.asm.environment-variables",
        "secrets.ssm.bootstrap.log-driver", "secrets.asm.bootstrap.log-driver", "env-files.s3",
        "private-registry-authentication.secretsmanager", "execution-role-ecr-pull",
        "execution-role-awslogs"})
    add(ecs + name);
  if (config.enable_task_cpu_mem_limit) add(ecs + "task-cpu-mem-limit");
  add(ecs + "docker-plugin.local");
  for (const auto& plugin : facts.volume_plugins)
    if (plugin != "local") add(ecs + "docker-plugin." + plugin);
  list.emplace_back("ecs.os-type", "linux");
  list.emplace_back("ecs.os-family", "LINUX");
  list.emplace_back("ecs.cpu-architecture", facts.architecture);
  return list;
}

std::string registration_request(const config::AgentConfig& config, const HostFacts& facts,
                                 const std::string& cluster, const std::string& saved_arn,
                                 const std::string& client_token) {
  JsonWriter writer;
  const auto member = [&](std::string_view name, std::string_view value) {
    writer.key(name);
    writer.string(value);
  };
  writer.begin_object();
  member("cluster", cluster);
  if (!saved_arn.empty()) member("containerInstanceArn", saved_arn);
  member("instanceIdentityDocument", identity_document(config, facts));
  member("instanceIdentityDocumentSignature", "");
  writer.key("totalResources");
  writer.begin_array();
  write_resource(writer, "CPU", std::int64_t{facts.cpus} * 1024);
  write_resource(writer, "MEMORY", facts.memory_mib - config.reserved_memory_mib);
  write_ports(writer, "PORTS", config.reserved_ports);
  write_ports(writer, "PORTS_UDP", config.reserved_ports_udp);
  writer.end_array();
  writer.key("versionInfo");
  writer.begin_object();
  member("agentVersion", BERTH_VERSION);
  member("agentHash", "berth");
  if (!facts.docker_version.empty()) member("dockerVersion", "DockerVersion: " + facts.docker_version);
  writer.end_object();
  write_pairs(writer, "attributes", "name", registration_attributes(config, facts, saved_arn.empty()));
  const std::vector<std::pair<std::string, std::string>> tags(config.instance_tags.begin(),
                                                              config.instance_tags.end());
  if (!tags.empty()) write_pairs(writer, "tags", "key", tags);
  member("clientToken", client_token);
  writer.end_object();
  return writer.take();
}

Async<std::variant<Registered, RegistrationFailure>> register_instance(
    EcsApi& api, const config::AgentConfig& config, const HostFacts& facts, std::string saved_arn,
    IfUnknown if_unknown, runtime::Runtime& runtime) {
  if (facts.memory_mib <= config.reserved_memory_mib)
    co_return RegistrationFailure{"ECS_RESERVED_MEMORY is more than the memory of this host", true};
  std::string cluster = config.cluster.empty() ? "default" : config.cluster;
  Backoff backoff(kRegistrationBackoff, runtime.fork_random());
  for (;;) {
    std::string request = registration_request(config, facts, cluster, saved_arn, runtime.ids().uuid());
    auto outcome = co_await api.call("RegisterContainerInstance", std::move(request));
    if (const auto* answer = std::get_if<JsonObject>(&outcome)) {
      Registered registered = registered_as(*answer, cluster);
      if (registered.container_instance_arn.empty())
        co_return RegistrationFailure{"the control plane answered without a container instance ARN", false};
      co_return registered;
    }
    const ApiFailure failure = std::get<ApiFailure>(outcome);
    const bool to_be_made = config.cluster.empty() || config.cluster == "default";
    if (to_be_made && failure.message.find("Cluster not found.") != std::string::npos) {
      const std::string made = co_await make_default_cluster(api);
      if (!made.empty()) {
        cluster = made;
        continue;
      }
    }
    log_failure(failure, config);
    if (!saved_arn.empty() && if_unknown == IfUnknown::register_anew &&
        failure.message.find(kUnknownArn) != std::string::npos) {
      spdlog::warn("agent: registering as a new container instance; tasks of {} will be stopped", saved_arn);
      saved_arn.clear();
      continue;
    } else if (is_type_change(failure) || failure.code == "InvalidParameterException") {
      co_return RegistrationFailure{failure.message, true};
    } else if (!failure.retriable() && failure.code != "ClusterNotFoundException" &&
               failure.code != "AccessDeniedException") {
      co_return RegistrationFailure{failure.code + ": " + failure.message, false};
    }
    co_await runtime.sleep(backoff.next());
  }
}

}  // namespace berth::agent::session
