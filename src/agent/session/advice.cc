#include "agent/session/advice.h"

#include <fmt/format.h>

namespace berth::agent::session {
namespace {

bool says(const ApiFailure& failure, std::string_view words) {
  return failure.message.find(words) != std::string::npos;
}

std::string backend(const config::AgentConfig& config) {
  return fmt::format("ECS_BACKEND_HOST ({})", config.backend_host);
}

std::string on_certificate(const config::AgentConfig& config) {
  const std::string now = config.ca_file.empty() ? "it is not set" : "it is " + config.ca_file;
  return fmt::format(
      "the certificate of {} is not trusted: SSL_CERT_FILE must name a file with the certificate of the "
      "authority that signed it, in PEM ({}); berthd keeps that of its own authority in DATA_DIR/ca.pem",
      backend(config), now);
}

/// There was no answer.
std::string on_transport(const ApiFailure& failure, const config::AgentConfig& config) {
  if (says(failure, "certificate")) return on_certificate(config);
  if (says(failure, "wrong version number") || says(failure, "packet length too long"))
    return backend(config) + " does not speak TLS: the address must begin with http://";
  if (says(failure, "proxy"))
    return fmt::format("HTTP_PROXY ({}) and NO_PROXY ({}) say how {} is reached", config.http_proxy,
                       config.no_proxy, backend(config));
  if (says(failure, "resolve "))
    return "the name in " + backend(config) + " is not known here: check its spelling, DNS and /etc/hosts";
  if (says(failure, "refused"))
    return "nothing listens at " + backend(config) +
           ": check the port, that berthd runs, and that it listens on that address (its --listen)";
  return backend(config) + " is not reached: check the address, the network and firewalls on the way";
}

std::string on_signature(const ApiFailure& failure, const config::AgentConfig& config) {
  if (says(failure, "Signature expired") || says(failure, "not yet current"))
    return "the clocks of this host and of the control plane differ: set them, or run a time service";
  if (says(failure, "Credential should be scoped"))
    return fmt::format("AWS_DEFAULT_REGION ({}) is no region's name", config.region);
  return fmt::format(
      "AWS_SECRET_ACCESS_KEY is not the secret of AWS_ACCESS_KEY_ID ({}), or something between here and {} "
      "changes requests",
      config.access_key_id, backend(config));
}

}  // namespace

std::string advice_on(const ApiFailure& failure, const config::AgentConfig& config) {
  if (config.access_key_id.empty() && failure.status != 0) return advice_on_missing_key();
  if (failure.status == 0) return on_transport(failure, config);
  if (says(failure, "speaks TLS only"))
    return backend(config) + " speaks TLS only: the address must begin with https://";
  if (failure.code == "ClusterNotFoundException" || says(failure, "Cluster not found."))
    return fmt::format(
        "ECS_CLUSTER ({}) is the name of no cluster in AWS_DEFAULT_REGION ({}): make it (aws ecs "
        "create-cluster), or set them to the cluster that is meant",
        config.cluster, config.region);
  if (failure.code == "UnrecognizedClientException")
    return fmt::format(
        "AWS_ACCESS_KEY_ID ({}) is no key of the control plane at {}: berthd keeps its own in "
        "DATA_DIR/credentials",
        config.access_key_id, backend(config));
  if (failure.code == "InvalidSignatureException") return on_signature(failure, config);
  if (failure.code.empty())
    return backend(config) + " is not the address of a control plane: check host and port";
  return {};
}

std::string advice_on_docker(std::string_view problem) {
  const auto says = [&](std::string_view words) { return problem.find(words) != std::string_view::npos; };
  if (says("Permission denied"))
    return "the agent may not use that socket: run it as root, or as a member of the group that owns the "
           "socket";
  if (says("No such file"))
    return "there is no such socket: install and start Docker (systemctl status docker), or set DOCKER_HOST "
           "to "
           "where it listens; in a container, mount the socket";
  return "check that Docker runs (systemctl status docker), and DOCKER_HOST";
}

std::string advice_on_missing_key() {
  return "no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in /etc/ecs/ecs.config "
         "(ECS_AGENT_CONFIG_FILE_PATH) or in the environment, or write a profile of the shared credentials "
         "file "
         "~/.aws/credentials (AWS_SHARED_CREDENTIALS_FILE, AWS_PROFILE); berthd keeps its key in "
         "DATA_DIR/credentials";
}

}  // namespace berth::agent::session
