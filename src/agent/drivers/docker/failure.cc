#include "agent/drivers/docker/failure.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "agent/drivers/docker/docker_time.h"
#include "agent/drivers/docker/json_fields.h"

namespace berth::agent::drivers::docker {
namespace {

/// Reasons are stored and shown: an engine's page-long complaint helps nobody.
constexpr std::size_t kMessageBytesMax = 4096;

std::string trimmed(std::string_view text) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back()))) text.remove_suffix(1);
  return std::string(text.substr(0, kMessageBytesMax));
}

std::string message_of(int status, std::string_view body) {
  if (auto json = parse_json(body); json && json->is_object()) {
    if (std::string message = trimmed(text_member(json->get_object(), "message")); !message.empty())
      return message;
  }
  std::string plain = trimmed(body);
  return plain.empty() ? fmt::format("status {}", status) : plain;
}

/// Streams report a missing image in words only.
bool says_missing(std::string_view message) {
  return message.find("manifest unknown") != std::string_view::npos ||
         message.find("not found: manifest") != std::string_view::npos ||
         message.find("does not exist or may require") != std::string_view::npos;
}

}  // namespace

engine::DriverError failure_of_answer(const Operation& operation, int status, std::string_view body) {
  const std::string message = message_of(status, body);
  return {std::string(operation.error_name), "Error response from daemon: " + message, status == 404,
          status >= 500 && is_registry_unreachable(message)};
}

engine::DriverError failure_of_stream(const Operation& operation, std::string_view message) {
  return {std::string(operation.error_name), trimmed(message), says_missing(message),
          is_registry_unreachable(message)};
}

engine::DriverError failure_of_transport(const Operation& operation, const Error& error,
                                         std::string_view endpoint) {
  if (error.code == ErrorCode::timeout) return failure_of_time(operation);
  if (error.code == ErrorCode::too_large) {
    return {std::string(operation.error_name), "The Docker daemon's answer is too large: " + error.message};
  }
  return {std::string(operation.error_name),
          fmt::format("Cannot connect to the Docker daemon at {}. Is the docker daemon running? ({})",
                      endpoint, error.message)};
}

engine::DriverError failure_of_time(const Operation& operation) {
  return {"DockerTimeoutError", fmt::format("Could not transition to {}; timed out after waiting {}",
                                            operation.transition, render_go_duration(operation.limit))};
}

engine::DriverError failure_of_parsing(const Operation& operation, const Error& error) {
  return {std::string(operation.error_name), "Unexpected answer of the Docker daemon: " + error.message};
}

bool is_registry_unreachable(std::string_view message) {
  static constexpr std::array kSigns = {
      "connection refused",        "no such host",     "i/o timeout",
      "network is unreachable",    "no route to host", "server misbehaving",
      "TLS handshake timeout",     "Client.Timeout",   "request canceled while waiting for connection",
      "context deadline exceeded", "host is down",     "Temporary failure in name resolution",
  };
  return std::any_of(kSigns.begin(), kSigns.end(),
                     [&](const char* sign) { return message.find(sign) != std::string_view::npos; });
}

}  // namespace berth::agent::drivers::docker
