#include "bin/berth_load/request_signer.h"

#include <fmt/format.h>

#include <array>
#include <chrono>

namespace berth::load {
namespace {

constexpr std::string_view kContentType = "application/x-amz-json-1.1";
constexpr std::string_view kTargetPrefix = "AmazonEC2ContainerServiceV20141113.";
// Any 16 bytes; nobody caches these answers.
constexpr std::string_view kWebsocketKey = "YmVydGgtbG9hZC1rZXktMQ==";

WallTime wall_now() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<std::chrono::milliseconds>(now).count()};
}

}  // namespace

std::int64_t wall_seconds() {
  return wall_now().ms / 1000;
}

RequestSigner::RequestSigner(const Target& target) : target_(target), host_(target.address.authority()) {}

std::string RequestSigner::api_request(std::string_view operation, std::string_view body, int marker) {
  const std::string api = fmt::format("{}{}", kTargetPrefix, operation);
  const std::array<HeaderView, 3> headers{
      {{"Host", host_}, {"Content-Type", kContentType}, {"X-Amz-Target", api}}};
  const auth::SignedRequest request{"POST", "/", "", headers, body, {}};
  const auto signature =
      auth::sign_request(request, {target_.credentials, target_.region, "ecs", wall_now()}, keys_);
  std::string out = fmt::format(
      "POST / HTTP/1.1\r\nHost: {}\r\nContent-Type: {}\r\nX-Amz-Target: {}\r\nX-Amz-Date: {}\r\n"
      "Authorization: {}\r\nContent-Length: {}\r\n",
      host_, kContentType, api, signature.date, signature.authorization, body.size());
  if (!signature.session_token.empty()) out += "X-Amz-Security-Token: " + signature.session_token + "\r\n";
  if (marker >= 0) out += fmt::format("X-Load: {}\r\n", marker);
  out += "\r\n";
  out += body;
  return out;
}

std::string RequestSigner::handshake(std::string_view target) {
  const std::array<HeaderView, 1> headers{{{"Host", host_}}};
  const auto mark = target.find('?');
  const auto path = target.substr(0, mark);
  const auto query = mark == std::string_view::npos ? std::string_view() : target.substr(mark + 1);
  const auth::SignedRequest request{"GET", path, query, headers, "", {}};
  const auto signature =
      auth::sign_request(request, {target_.credentials, target_.region, "ecs", wall_now()}, keys_);
  std::string out = fmt::format(
      "GET {} HTTP/1.1\r\nHost: {}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: {}\r\n"
      "Sec-WebSocket-Version: 13\r\nX-Amz-Date: {}\r\nAuthorization: {}\r\n",
      target, host_, kWebsocketKey, signature.date, signature.authorization);
  if (!signature.session_token.empty()) out += "X-Amz-Security-Token: " + signature.session_token + "\r\n";
  out += "\r\n";
  return out;
}

}  // namespace berth::load
