#include "agent/tasks/port_ranges.h"

#include <charconv>

namespace berth::agent::tasks {
namespace {

constexpr std::int32_t kPortMax = 65535;

/// Takes a number off the front of `text`.
std::optional<std::int32_t> take_number(std::string_view& text, int base) {
  std::int32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (error != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

void skip(std::string_view& text, std::string_view characters) {
  const auto first = text.find_first_not_of(characters);
  text.remove_prefix(first == std::string_view::npos ? text.size() : first);
}

}  // namespace

std::optional<PortRange> parse_port_range(std::string_view text) {
  skip(text, " \t");
  const auto first = take_number(text, 10);
  skip(text, " \t-");
  const auto last = take_number(text, 10);
  skip(text, " \t\r\n");
  if (!first || !last || !text.empty() || *first < 1 || *last > kPortMax || *first > *last)
    return std::nullopt;
  return PortRange{*first, *last};
}

std::set<std::int32_t> parse_local_ports(std::string_view text) {
  std::set<std::int32_t> ports;
  while (!text.empty()) {
    const auto end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    // "   0: 0100007F:C9DE 00000000:0000 0A …": number, local address in hex, remote address.
    const auto after_number = line.find(": ");
    if (after_number == std::string_view::npos) continue;
    line.remove_prefix(after_number + 2);
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    line.remove_prefix(colon + 1);
    const auto port = take_number(line, 16);
    if (port && *port > 0 && *port <= kPortMax && line.starts_with(' ')) ports.insert(*port);
  }
  return ports;
}

std::optional<std::int32_t> find_row(const PortRange& range, std::int32_t count,
                                     const std::set<std::int32_t>& taken, Prng& random) {
  const std::int32_t places = range.last - range.first + 1 - count + 1;
  if (count < 1 || places < 1) return std::nullopt;
  const auto start = static_cast<std::int32_t>(random.below(static_cast<std::uint64_t>(places)));
  for (std::int32_t tried = 0; tried < places;) {
    const std::int32_t at = (start + tried) % places;
    const std::int32_t first = range.first + at;
    const auto hit = taken.lower_bound(first);
    if (hit == taken.end() || *hit >= first + count) return first;
    // Nothing that contains the taken port will do; but do not leap over the end of the places.
    tried += std::min(*hit - first + 1, places - at);
  }
  return std::nullopt;
}

bool is_chosen(const engine::PortSpec& port, PortChoice choice) {
  if (port.container_port_last > port.container_port) return true;
  return choice == PortChoice::every && port.host_port == 0;
}

std::map<std::size_t, std::int32_t> choose_host_ports(const engine::ContainerSpec& container,
                                                      const PortRange& range, PortChoice choice,
                                                      std::set<std::int32_t> taken, Prng& random) {
  std::map<std::size_t, std::int32_t> chosen;
  for (const engine::PortSpec& port : container.ports) taken.insert(port.host_port);
  // Rows first: single ports fit between them, not the other way round.
  for (const bool rows : {true, false}) {
    for (std::size_t i = 0; i < container.ports.size(); ++i) {
      const engine::PortSpec& port = container.ports[i];
      const std::int32_t count = port.container_port_last - port.container_port + 1;
      if (!is_chosen(port, choice) || (count > 1) != rows) continue;
      const auto first = find_row(range, count, taken, random);
      if (!first) continue;
      chosen[i] = *first;
      for (std::int32_t k = 0; k < count; ++k) taken.insert(*first + k);
    }
  }
  return chosen;
}

// "Bind for 0.0.0.0:40000 failed: port is already allocated", "listen tcp4 0.0.0.0:40000: bind: address
// already in use".
bool names_taken_port(const engine::DriverError& error) {
  return error.text.find("port is already allocated") != std::string::npos ||
         error.text.find("address already in use") != std::string::npos;
}

std::optional<std::int32_t> find_refused_port(const engine::DriverError& error,
                                              const std::set<std::int32_t>& ports) {
  if (!names_taken_port(error)) return std::nullopt;
  for (const std::int32_t port : ports) {
    const std::string number = ":" + std::to_string(port);
    const auto at = error.text.find(number);
    if (at == std::string::npos) continue;
    const char after = at + number.size() < error.text.size() ? error.text[at + number.size()] : ' ';
    if (after < '0' || after > '9') return port;
  }
  return std::nullopt;
}

}  // namespace berth::agent::tasks
