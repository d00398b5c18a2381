#include "domain/resources.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>

namespace berth::domain {
namespace {

using model::ecs::ContainerDefinition;
using model::ecs::ContainerOverride;
using model::ecs::NetworkMode;
using model::ecs::TransportProtocol;

struct Quantity {
  double number;
  std::string unit;  // Lower case, without spaces.
};

std::optional<Quantity> parse_quantity(std::string_view text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || !std::isfinite(number) || number < 0 || number > 1e9) return std::nullopt;
  Quantity quantity{number, {}};
  for (const char* at = end; at != text.data() + text.size(); ++at)
    if (*at != ' ') quantity.unit += static_cast<char>(std::tolower(static_cast<unsigned char>(*at)));
  return quantity;
}

const ContainerOverride* find_override(const model::ecs::TaskOverride* overrides,
                                       const std::optional<std::string>& name) {
  if (!overrides || !overrides->container_overrides) return nullptr;
  for (const auto& candidate : *overrides->container_overrides)
    if (candidate.name == name) return &candidate;
  return nullptr;
}

std::int64_t container_cpu(const ContainerDefinition& container, const ContainerOverride* over) {
  if (over && over->cpu) return *over->cpu;
  return container.cpu.value_or(0);
}

std::int64_t container_memory(const ContainerDefinition& container, const ContainerOverride* over) {
  const auto reservation =
      over && over->memory_reservation ? over->memory_reservation : container.memory_reservation;
  const auto limit = over && over->memory ? over->memory : container.memory;
  if (reservation && *reservation > 0) return *reservation;
  return limit.value_or(0);
}

void add_ports(const ContainerDefinition& container, bool host_network, TaskResources& into) {
  if (!container.port_mappings) return;
  for (const auto& mapping : *container.port_mappings) {
    std::int32_t port = mapping.host_port.value_or(0);
    if (host_network && port == 0) port = mapping.container_port.value_or(0);
    if (port == 0) continue;
    auto& ports = mapping.protocol == TransportProtocol::udp ? into.udp_ports : into.tcp_ports;
    if (std::find(ports.begin(), ports.end(), port) == ports.end()) ports.push_back(port);
  }
}

std::optional<std::int64_t> task_level(const std::optional<std::string>& over,
                                       const std::optional<std::string>& own,
                                       Result<std::int64_t> (*parse)(std::string_view)) {
  const auto& text = over ? over : own;
  if (!text || text->empty()) return std::nullopt;
  const auto parsed = parse(*text);
  return parsed ? std::optional(*parsed) : std::nullopt;
}

}  // namespace

Result<std::int64_t> parse_task_cpu(std::string_view text) {
  const auto quantity = parse_quantity(text);
  if (quantity && quantity->unit.empty() && quantity->number == std::floor(quantity->number))
    return static_cast<std::int64_t>(quantity->number);
  if (quantity && (quantity->unit == "vcpu" || quantity->unit == "vcpus"))
    return static_cast<std::int64_t>(std::llround(quantity->number * 1024));
  return invalid(
      fmt::format("Invalid 'cpu' setting for task. Use CPU units such as 256, or vCPUs such as '1 vCPU', not "
                  "'{}'.",
                  text));
}

Result<std::int64_t> parse_task_memory(std::string_view text) {
  const auto quantity = parse_quantity(text);
  if (quantity && quantity->unit.empty() && quantity->number == std::floor(quantity->number))
    return static_cast<std::int64_t>(quantity->number);
  if (quantity && quantity->unit == "gb")
    return static_cast<std::int64_t>(std::llround(quantity->number * 1024));
  return invalid(
      fmt::format("Invalid 'memory' setting for task. Use MiB such as 512, or '1 GB', not '{}'.", text));
}

TaskResources resources_of(const model::ecs::TaskDefinition& definition,
                           const model::ecs::TaskOverride* overrides) {
  TaskResources total;
  const bool host_network = definition.network_mode == NetworkMode::host;
  if (definition.container_definitions) {
    for (const auto& container : *definition.container_definitions) {
      const ContainerOverride* over = find_override(overrides, container.name);
      total.cpu += container_cpu(container, over);
      total.memory += container_memory(container, over);
      add_ports(container, host_network, total);
    }
  }
  const std::optional<std::string> none;
  if (const auto cpu = task_level(overrides ? overrides->cpu : none, definition.cpu, parse_task_cpu))
    total.cpu = *cpu;
  if (const auto memory =
          task_level(overrides ? overrides->memory : none, definition.memory, parse_task_memory))
    total.memory = *memory;
  std::sort(total.tcp_ports.begin(), total.tcp_ports.end());
  std::sort(total.udp_ports.begin(), total.udp_ports.end());
  return total;
}

}  // namespace berth::domain
