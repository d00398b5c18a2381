// Goal: no bytes make the request or response parser misbehave, and how they are cut into reads changes
// nothing. Method: the same input fed whole and in pieces whose size the first byte chooses, with small
// limits.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

#include "http/message_parser.h"

namespace {
using berth::http::MessageBounds;
using berth::http::ParseStep;
constexpr MessageBounds kBounds{2048, 4096};

template <class Parser>
ParseStep::State feed_pieces(Parser& parser, std::string_view input, std::size_t piece) {
  std::string held;
  while (!input.empty()) {
    const auto count = std::min(piece, input.size());
    held.append(input.substr(0, count));
    input.remove_prefix(count);
    const auto step = parser.feed(held);
    if (step.consumed > held.size()) std::abort();
    held.erase(0, step.consumed);
    if (step.state != ParseStep::State::need_more) return step.state;
  }
  return ParseStep::State::need_more;
}

void check(bool condition) {
  if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::size_t piece = data[0] + 1U;
  const std::string_view input(reinterpret_cast<const char*>(data + 1), size - 1);
  berth::http::RequestParser whole(kBounds);
  berth::http::RequestParser pieces(kBounds);
  const auto first = feed_pieces(whole, input, input.size());
  const auto second = feed_pieces(pieces, input, piece);
  check(whole.request().body.size() <= kBounds.body_bytes_max);
  if (first == ParseStep::State::done && second == ParseStep::State::done) {
    check(whole.request().target == pieces.request().target);
    check(whole.request().body == pieces.request().body);
    check(whole.request().headers.size() == pieces.request().headers.size());
  }
  berth::http::ResponseParser response(kBounds, berth::http::ResponseParser::Body::expected);
  if (feed_pieces(response, input, piece) == ParseStep::State::need_more) response.feed_end();
  check(response.response().body.size() <= kBounds.body_bytes_max);
  return 0;
}
