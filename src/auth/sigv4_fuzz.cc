// Arbitrary method, path, query, headers and body, the first three lines apart by '\n', then header lines up
// to an empty one. Nothing of it may crash, and nothing may verify: the only key's secret is not in the
// input.
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "auth/canonical.h"
#include "auth/sigv4.h"

namespace {

std::string_view take_line(std::string_view& rest) {
  const std::size_t end = rest.find('\n');
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return line;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace berth;
  using namespace berth::auth;
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  SignedRequest request;
  request.method = take_line(rest);
  request.path = take_line(rest);
  request.query = take_line(rest);
  std::vector<HeaderView> headers;
  while (!rest.empty()) {
    const std::string_view line = take_line(rest);
    if (line.empty()) break;
    const std::size_t colon = line.find(':');
    headers.push_back({line.substr(0, colon), colon == std::string_view::npos ? "" : line.substr(colon + 1)});
  }
  request.headers = headers;
  request.body = rest;

  static SigningKeyCache cache;
  const KeyLookup find_key = [](std::string_view) {
    static const auto key = std::make_shared<const KeyInfo>(KeyInfo{
        "a secret that the input cannot know", "123456789012", "arn", "id", std::nullopt, std::nullopt});
    return key;
  };
  const WallTime now = parse_basic_iso8601("20150830T123600Z").value();
  if (std::holds_alternative<Principal>(verify_request(request, find_key, now, cache))) std::abort();
  std::string out;
  append_canonical_request(out, request, "s3", "host;x-amz-date");
  return 0;
}
