#include "bin/berth_load/api_connection.h"

#include <strings.h>

#include <charconv>
#include <utility>

#include "base/assert.h"

namespace berth::load {
namespace {

constexpr std::string_view kHeadEnd = "\r\n\r\n";
constexpr std::string_view kLength = "\r\ncontent-length:";
constexpr std::size_t kStatusAt = 9;  // After "HTTP/1.1 ".

std::size_t content_length(std::string_view head) {
  for (auto at = head.find("\r\n"); at != std::string_view::npos; at = head.find("\r\n", at + 2)) {
    if (head.size() - at < kLength.size()) return 0;
    if (::strncasecmp(head.data() + at, kLength.data(), kLength.size()) != 0) continue;
    at += kLength.size();
    while (at < head.size() && head[at] == ' ') ++at;
    std::size_t length = 0;
    std::from_chars(head.data() + at, head.data() + head.size(), length);
    return length;
  }
  return 0;
}

}  // namespace

void ApiConnection::send(std::string_view bytes, Done done) {
  check(!busy(), "one request at a time");
  done_ = std::move(done);
  if (!connected()) {
    if (const auto made = connect(address_); !made) {
      loop().after(10'000'000, this, [this] { finish({}); });
      return;
    }
  }
  write(bytes);
}

std::size_t ApiConnection::on_bytes(std::string_view bytes) {
  if (needed_ == 0) {
    const auto end = bytes.find(kHeadEnd);
    if (end == std::string_view::npos) return 0;
    head_ = end + kHeadEnd.size();
    needed_ = head_ + content_length(bytes.substr(0, end));
  }
  if (bytes.size() < needed_) return 0;
  const auto used = std::exchange(needed_, 0);
  Reply reply;
  std::from_chars(bytes.data() + kStatusAt, bytes.data() + kStatusAt + 3, reply.status);
  reply.raw = bytes.substr(0, used);
  reply.body = reply.raw.substr(head_);
  finish(reply);
  return used;
}

void ApiConnection::on_lost() {
  needed_ = 0;
  finish({});
}

void ApiConnection::finish(const Reply& reply) {
  const auto done = std::exchange(done_, nullptr);
  if (done) done(reply);
}

}  // namespace berth::load
