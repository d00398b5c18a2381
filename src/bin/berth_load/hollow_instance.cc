#include "bin/berth_load/hollow_instance.h"

#include <fmt/format.h>

#include <utility>

#include "agent/session/acs_messages.h"
#include "agent/session/registration.h"
#include "base/encoding.h"

namespace berth::load {
namespace {

namespace session = agent::session;

constexpr Nanos kRetryDelay = 500'000'000;
constexpr Nanos kPublishInterval = 20'000'000'000;
constexpr std::string_view kVersion = "1.83.0";

std::string text_of(const JsonObject& object, std::string_view name) {
  const auto* member = object.if_contains(name);
  return member != nullptr && member->is_string() ? std::string(member->get_string()) : std::string();
}

std::string path_of(const std::string& endpoint) {
  const auto scheme = endpoint.find("://");
  const auto slash = endpoint.find('/', scheme == std::string::npos ? 0 : scheme + 3);
  std::string path = slash == std::string::npos ? "/" : endpoint.substr(slash);
  if (!path.ends_with('/')) path += '/';
  return path;
}

std::vector<std::string> container_names(const JsonObject& task) {
  std::vector<std::string> names;
  const auto* containers = task.if_contains("containers");
  if (containers == nullptr || !containers->is_array()) return names;
  for (const auto& container : containers->get_array())
    if (container.is_object()) names.push_back(text_of(container.get_object(), "name"));
  return names;
}

}  // namespace

HollowInstance::HollowInstance(Loop& loop, const Target& target, ApiPool& pool, TaskReceiver& receiver,
                               InstanceShape shape)
    : loop_(loop), target_(target), pool_(pool), receiver_(receiver), shape_(std::move(shape)) {}

void HollowInstance::retry(std::function<void()> step) {
  loop_.after(kRetryDelay, this, std::move(step));
}

void HollowInstance::start() {
  agent::config::AgentConfig config;
  config.region = target_.region;
  config.instance_id = shape_.id;
  config.availability_zone = shape_.zone;
  session::HostFacts facts;
  facts.cpus = shape_.cpu_cores;
  facts.memory_mib = shape_.memory_mib;
  facts.docker_version = "20.10.24";
  facts.docker_api_version = "1.41";
  auto body = session::registration_request(config, facts, target_.cluster, arn_, shape_.id);
  pool_.call("RegisterContainerInstance", std::move(body), [this](const Reply& reply) {
    const auto json = parse_json(reply.body);
    if (!reply.ok() || !json) return receiver_.on_refused(reply), retry([this] { start(); });
    const auto* instance = json->get_object().if_contains("containerInstance");
    arn_ = instance == nullptr ? "" : text_of(instance->get_object(), "containerInstanceArn");
    discover();
  });
}

void HollowInstance::discover() {
  auto body = fmt::format(R"({{"cluster":"{}","containerInstance":"{}"}})", target_.cluster, arn_);
  pool_.call("DiscoverPollEndpoint", std::move(body), [this](const Reply& reply) {
    const auto json = parse_json(reply.body);
    if (!reply.ok() || !json) return receiver_.on_refused(reply), retry([this] { discover(); });
    path_ = path_of(text_of(json->get_object(), "endpoint"));
    telemetry_path_ = path_of(text_of(json->get_object(), "telemetryEndpoint"));
    connect();
  });
}

void HollowInstance::connect() {
  if (!control_) {
    control_ = std::make_unique<WebSocket>(
        loop_, WebSocket::Events{[this] {
                                   was_connected_ = true;
                                   receiver_.on_connection(true);
                                   if (shape_.telemetry) connect_telemetry();
                                 },
                                 [this](std::string_view text) { on_message(text); },
                                 [this](std::string_view) {
                                   if (std::exchange(was_connected_, false)) receiver_.on_connection(false);
                                   retry([this] { connect(); });
                                 }});
  }
  const auto target = fmt::format(
      "{}ws?agentHash=berth&agentVersion={}&clusterArn={}&containerInstanceArn={}&dockerVersion={}"
      "&protocolVersion=2&sendCredentials=true&seqNum=1",
      path_, kVersion, encode_uri(target_.cluster), encode_uri(arn_), encode_uri("DockerVersion: 20.10.24"));
  if (!control_->open(target_.address, pool_.signer().handshake(target))) retry([this] { connect(); });
}

void HollowInstance::connect_telemetry() {
  if (telemetry_ && telemetry_->connected()) return;
  if (!telemetry_) {
    telemetry_ = std::make_unique<WebSocket>(
        loop_, WebSocket::Events{[this] { publish(); }, [](std::string_view) {},
                                 [this](std::string_view) { retry([this] { connect_telemetry(); }); }});
  }
  const auto target = fmt::format(
      "{}ws?agentHash=berth&agentVersion={}&cluster={}&containerInstance={}&dockerVersion=20.10.24",
      telemetry_path_, kVersion, encode_uri(target_.cluster), encode_uri(arn_));
  if (!telemetry_->open(target_.address, pool_.signer().handshake(target)))
    retry([this] { connect_telemetry(); });
}

void HollowInstance::publish() {
  if (!telemetry_->is_open()) return;
  telemetry_->send(fmt::format(
      "Host: {}\r\n\r\n"
      R"({{"type":"PublishMetricsRequest","message":{{"metadata":{{"cluster":"{}","containerInstance":"{}",)"
      R"("idle":true,"fin":true,"messageId":"m-{}"}},"timestamp":{}}}}})",
      target_.address.authority(), target_.cluster, arn_, shape_.id, wall_seconds()));
  loop_.after(kPublishInterval, this, [this] { publish(); });
}

void HollowInstance::on_message(std::string_view text) {
  const auto envelope = session::parse_envelope(text);
  if (!envelope) return;
  if (envelope->type == "PayloadMessage") return on_payload(envelope->message);
  for (const auto& answer : session::replies_to(*envelope, {target_.cluster, arn_})) control_->send(answer);
}

void HollowInstance::on_payload(const JsonObject& message) {
  receiver_.on_payload();
  control_->send(session::payload_ack(target_.cluster, arn_, text_of(message, "messageId")));
  const auto* tasks = message.if_contains("tasks");
  if (tasks == nullptr || !tasks->is_array()) return;
  for (const auto& value : tasks->get_array()) {
    const auto& task = value.get_object();
    const bool stop = text_of(task, "desiredStatus") == "STOPPED";
    if (stop) {
      receiver_.on_stop(text_of(task, "arn"), container_names(task));
    } else {
      receiver_.on_run(text_of(task, "arn"), container_names(task));
    }
  }
}

}  // namespace berth::load
