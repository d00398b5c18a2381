#include "bin/berth_load/web_socket.h"

#include <cstdint>

namespace berth::load {
namespace {

constexpr unsigned kContinuation = 0;
constexpr unsigned kText = 1;
constexpr unsigned kClose = 8;
constexpr unsigned kPing = 9;
constexpr unsigned kPong = 10;

// Clients must mask (RFC 6455, 5.3). The zero key makes that free; keys protect proxies, and there is none.
constexpr std::string_view kZeroKey("\0\0\0\0", 4);

}  // namespace

Result<void> WebSocket::open(const Address& address, std::string_view handshake) {
  open_ = false;
  fragments_.clear();
  if (auto made = connect(address); !made) return made;
  write(handshake);
  return {};
}

void WebSocket::send(std::string_view text) {
  write_frame(kText, text);
}

void WebSocket::write_frame(unsigned opcode, std::string_view payload) {
  std::string frame;
  frame.reserve(payload.size() + 14);
  frame += static_cast<char>(0x80U | opcode);
  const auto size = payload.size();
  if (size < 126) {
    frame += static_cast<char>(0x80U | size);
  } else {
    const int bytes = size < 65536 ? 2 : 8;
    frame += static_cast<char>(0x80U | (bytes == 2 ? 126U : 127U));
    for (int i = bytes - 1; i >= 0; --i) frame += static_cast<char>((size >> (8 * i)) & 0xFFU);
  }
  frame += kZeroKey;
  frame += payload;
  write(frame);
}

std::size_t WebSocket::on_bytes(std::string_view bytes) {
  std::size_t used = 0;
  while (used < bytes.size() && connected()) {
    const auto rest = bytes.substr(used);
    const auto step = open_ ? on_frame(rest) : on_handshake(rest);
    if (step == 0) break;
    used += step;
  }
  return used;
}

std::size_t WebSocket::on_handshake(std::string_view bytes) {
  const auto end = bytes.find("\r\n\r\n");
  if (end == std::string_view::npos) return 0;
  if (!bytes.starts_with("HTTP/1.1 101")) {
    const std::string why(bytes);
    disconnect();
    events_.closed(why);
    return bytes.size();
  }
  open_ = true;
  events_.opened();
  return end + 4;
}

std::size_t WebSocket::on_frame(std::string_view bytes) {
  if (bytes.size() < 2) return 0;
  const auto at = [&](std::size_t i) {
    return static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[i]));
  };
  std::uint64_t size = at(1) & 0x7FU;
  std::size_t head = 2;
  if (size >= 126) {
    const std::size_t length_bytes = size == 126 ? 2 : 8;
    head += length_bytes;
    if (bytes.size() < head) return 0;
    size = 0;
    for (std::size_t i = 2; i < head; ++i) size = size << 8U | at(i);
  }
  if (bytes.size() - head < size) return 0;
  on_payload(at(0) & 0x0FU, (at(0) & 0x80U) != 0, bytes.substr(head, size));
  return head + size;
}

void WebSocket::on_payload(unsigned opcode, bool last, std::string_view payload) {
  if (opcode == kPing) return write_frame(kPong, payload);
  if (opcode == kPong) return;
  if (opcode == kClose) {
    write_frame(kClose, payload.substr(0, 2));
    disconnect();
    open_ = false;
    events_.closed("close");
    return;
  }
  if (opcode == kText && last) return events_.message(payload);
  if (opcode != kText && opcode != kContinuation) return;
  fragments_ += payload;
  if (!last) return;
  const std::string whole = std::move(fragments_);
  fragments_.clear();
  events_.message(whole);
}

void WebSocket::on_lost() {
  open_ = false;
  events_.closed("lost");
}

}  // namespace berth::load
