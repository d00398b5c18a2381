#include "services/ecs/instances/instance_registration.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>

#include "base/json.h"
#include "base/text.h"
#include "domain/agent_update.h"
#include "domain/names.h"
#include "domain/sharing.h"
#include "domain/text_bounds.h"
#include "services/ecs/instances/attribute_rules.h"

namespace berth::services::ecs {
namespace {

using domain::ContainerInstanceRecord;
using model::ecs::RegisterContainerInstanceRequest;

constexpr std::size_t kHostIdCharactersMax = 128;
constexpr std::int32_t kAmountMax = 1 << 30;
constexpr std::string_view kDefaultInstanceType = "berth.local";
constexpr int kMemoryDriftPercent = 5;
/// MiB at the first registration. Later ones are held against it, as small steps would lead anywhere.
constexpr std::string_view kFirstMemory = "ecs.registered-memory";

std::string text_of(const JsonObject& document, std::string_view ours, std::string_view ec2) {
  for (const std::string_view name : {ours, ec2}) {
    if (name.empty()) continue;
    const auto* value = document.if_contains(name);
    if (value && value->is_string() && !value->as_string().empty()) return std::string(value->as_string());
  }
  return {};
}

bool is_host_id(std::string_view id) {
  return id.size() <= kHostIdCharactersMax && std::all_of(id.begin(), id.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                  c == '_' || c == '.';
         });
}

ApiResult<std::int32_t> read_amount(const model::ecs::Resource& resource) {
  double value = 0;
  if (resource.integer_value && *resource.integer_value != 0)
    value = *resource.integer_value;
  else if (resource.long_value && *resource.long_value != 0)
    value = static_cast<double>(*resource.long_value);
  else if (resource.double_value)
    value = *resource.double_value;
  // The negation also refuses NaN.
  if (!(value >= 0 && value <= kAmountMax))
    return model::ecs::invalid_parameter_exception(
        fmt::format("totalResources: {} must be between 0 and {}.", *resource.name, kAmountMax));
  return static_cast<std::int32_t>(value);
}

ApiResult<std::vector<std::int32_t>> read_ports(const model::ecs::Resource& resource) {
  std::vector<std::int32_t> ports;
  if (!resource.string_set_value) return ports;
  for (const auto& text : *resource.string_set_value) {
    std::int32_t port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (error != std::errc() || end != text.data() + text.size() || port < 1 || port > 65535)
      return model::ecs::invalid_parameter_exception(
          fmt::format("totalResources: '{}' of {} is not a port.", text, *resource.name));
    if (std::find(ports.begin(), ports.end(), port) == ports.end()) ports.push_back(port);
  }
  return ports;
}

std::optional<wire::ApiError> read_resource(const Call& call, const model::ecs::Resource& resource,
                                            HostResources& into) {
  const std::string name = resource.name.value_or("");
  if (name == "CPU" || name == "MEMORY") {
    auto amount = read_amount(resource);
    if (!amount) return amount.take_error();
    (name == "CPU" ? into.cpu : into.memory) = *amount;
  } else if (name == "PORTS" || name == "PORTS_UDP") {
    auto ports = read_ports(resource);
    if (!ports) return ports.take_error();
    const auto ports_max = static_cast<std::size_t>(call.deps.limits.reserved_ports_per_instance);
    if (ports->size() > ports_max)
      return model::ecs::invalid_parameter_exception(
          fmt::format("totalResources: {} may hold at most {} reserved ports.", name, ports_max));
    (name == "PORTS" ? into.tcp_ports : into.udp_ports) = *std::move(ports);
  }
  return std::nullopt;
}

std::string type_of(const Registration& registration) {
  return registration.identity.instance_type.empty() ? std::string(kDefaultInstanceType)
                                                     : registration.identity.instance_type;
}

void merge_tags(const std::vector<model::ecs::Tag>& tags, std::optional<std::vector<model::ecs::Tag>>& into) {
  if (!into) into.emplace();
  for (const auto& tag : tags) {
    const auto found =
        std::find_if(into->begin(), into->end(), [&](const auto& have) { return have.key == tag.key; });
    if (found == into->end())
      into->push_back(tag);
    else
      found->value = tag.value;
  }
}

}  // namespace

ApiResult<HostIdentity> read_identity(std::string_view document) {
  HostIdentity identity;
  if (document.find_first_not_of(" \t\r\n") == std::string_view::npos) return identity;
  if (document.size() > kIdentityDocumentBytesMax)
    return model::ecs::invalid_parameter_exception(
        fmt::format("instanceIdentityDocument must not be larger than {} bytes.", kIdentityDocumentBytesMax));
  const auto parsed = parse_json(document);
  if (!parsed || !parsed->is_object())
    return model::ecs::invalid_parameter_exception(
        "instanceIdentityDocument must be empty or a JSON object.");
  const JsonObject& object = parsed->get_object();
  identity.ec2_instance_id = text_of(object, "BERTH_INSTANCE_ID", "instanceId");
  identity.availability_zone = text_of(object, "BERTH_AVAILABILITY_ZONE", "availabilityZone");
  identity.instance_type = text_of(object, "BERTH_INSTANCE_TYPE", "instanceType");
  identity.image_id = text_of(object, "BERTH_IMAGE_ID", "imageId");
  if (!is_host_id(identity.ec2_instance_id))
    return model::ecs::invalid_parameter_exception(
        fmt::format("instanceIdentityDocument: the instance id may have up to {} letters, numbers, hyphens, "
                    "underscores and periods.",
                    kHostIdCharactersMax));
  for (const auto* text : {&identity.availability_zone, &identity.instance_type, &identity.image_id})
    if (text->size() > kHostIdCharactersMax)
      return model::ecs::invalid_parameter_exception(
          fmt::format("instanceIdentityDocument: zone, type and image must not be longer than {} characters.",
                      kHostIdCharactersMax));
  return identity;
}

HostResources assumed_resources() {
  return {4096, 8192, {22, 2375, 2376, 51678}, {}};
}

ApiResult<HostResources> read_resources(const Call& call,
                                        const std::vector<model::ecs::Resource>& resources) {
  HostResources read;
  for (const auto& resource : resources)
    if (auto error = read_resource(call, resource, read)) return *std::move(error);
  return read;
}

ApiResult<Registration> read_registration(const Call& call, const RegisterContainerInstanceRequest& request) {
  Registration registration;
  auto identity = read_identity(request.instance_identity_document.value_or(""));
  if (!identity) return identity.take_error();
  registration.identity = *std::move(identity);
  registration.resources = assumed_resources();
  if (request.total_resources && !request.total_resources->empty()) {
    auto resources = read_resources(call, *request.total_resources);
    if (!resources) return resources.take_error();
    registration.resources = *std::move(resources);
  }
  const auto attributes = request.attributes.value_or(std::vector<model::ecs::Attribute>());
  if (attributes.size() > kAttributesPerInstanceMax)
    return model::ecs::invalid_parameter_exception(
        fmt::format("attributes: at most {} are allowed.", kAttributesPerInstanceMax));
  for (const auto& attribute : attributes) {
    const bool system = is_system_attribute(attribute.name);
    if (auto error = check_attribute(attribute, system ? AttributeCheck::lengths : AttributeCheck::strict))
      return *std::move(error);
    set_attribute(registration.attributes, attribute.name, attribute.value);
  }
  const auto tags = domain::check_tags(request.tags.value_or(std::vector<model::ecs::Tag>()),
                                       static_cast<std::size_t>(call.deps.limits.tags_per_resource));
  if (!tags) return model::ecs::invalid_parameter_exception(tags.error().message);
  return registration;
}

std::int32_t first_memory(const ContainerInstanceRecord& record) {
  const auto* first = find_attribute(*record.attributes, kFirstMemory);
  std::int32_t memory = 0;
  if (first && first->value)
    std::from_chars(first->value->data(), first->value->data() + first->value->size(), memory);
  return memory > 0 ? memory : record.memory;
}

bool is_same_type(const ContainerInstanceRecord& record, const Registration& registration) {
  if (record.cpu != registration.resources.cpu) return false;
  const std::int64_t first = first_memory(record);
  const std::int64_t drift = std::abs(first - registration.resources.memory);
  if (drift * 100 > first * kMemoryDriftPercent) return false;
  // A host without an identity document does not say of what type it is.
  if (registration.identity.instance_type.empty()) return true;
  const auto* type = find_attribute(*record.attributes, "ecs.instance-type");
  return !type || type->value == registration.identity.instance_type;
}

void apply_registration(const Call& call, const Registration& registration,
                        const RegisterContainerInstanceRequest& request, ContainerInstanceRecord& record) {
  const std::int32_t first = record.memory > 0 ? first_memory(record) : registration.resources.memory;
  record.cpu = registration.resources.cpu;
  record.memory = registration.resources.memory;
  record.reserved_tcp_ports = registration.resources.tcp_ports;
  record.reserved_udp_ports = registration.resources.udp_ports;
  const auto before = record.attributes;
  std::vector<model::ecs::Attribute> attributes = registration.attributes;
  std::erase_if(attributes, [](const auto& attribute) { return attribute.name == kFirstMemory; });
  for (const auto& attribute : before)
    if (!is_system_attribute(attribute.name) && !find_attribute(attributes, attribute.name))
      set_attribute(attributes, attribute.name, attribute.value);
  const auto add = [&](std::string_view name, std::string said, std::string_view otherwise) {
    if (find_attribute(attributes, name)) return;
    const auto* old = find_attribute(*before, name);
    if (said.empty()) said = old ? old->value.value_or("") : std::string(otherwise);
    if (!said.empty()) set_attribute(attributes, name, std::move(said));
  };
  add("ecs.availability-zone", registration.identity.availability_zone, call.realm.region + "a");
  add("ecs.instance-type", registration.identity.instance_type, type_of(registration));
  add("ecs.ami-id", registration.identity.image_id, "");
  add("ecs.os-type", "", "linux");
  set_attribute(attributes, kFirstMemory, std::to_string(first));
  record.attributes = std::move(attributes);
  domain::share_parts(record);
  if (request.version_info) {
    // An update is over when a higher version registers; whether it failed, the agent's session decides.
    const auto version_before = record.version_info ? record.version_info->agent_version.value_or("") : "";
    const auto settled = domain::after_reconnect(record.agent_update_status, version_before,
                                                 request.version_info->agent_version.value_or(""));
    if (settled == domain::AgentUpdateStatus::updated) record.agent_update_status = settled;
    record.version_info = request.version_info;
    auto& versions = *record.version_info;
    for (auto* text : {&versions.agent_version, &versions.agent_hash, &versions.docker_version})
      if (*text) *text = cut_middle(**text, domain::kAgentTextBytesMax);
  }
  if (request.tags) merge_tags(*request.tags, record.tags);
}

}  // namespace berth::services::ecs
