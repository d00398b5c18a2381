// Arbitrary targets, credentials, forms and queries never crash, and operations are plain names whatever is
// sent.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "wire/protocol.h"
#include "wire/query.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace berth;
  using namespace berth::wire;
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  const auto take_line = [&rest] {
    const std::size_t end = rest.find('\n');
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    return line;
  };
  const HeaderView headers[] = {{"X-Amz-Target", take_line()},
                                {"Authorization", take_line()},
                                {"Content-Type", take_line()},
                                {"smithy-protocol", take_line()}};
  RequestView request{"POST", take_line(), take_line(), headers, {}};
  request.body = rest;
  const RequestIdentity identity = identify_request(request);
  for (const char c : identity.operation)
    if (c == '<' || c == '.' || c == '/') std::abort();
  (void)parse_query_request(request);
  (void)render_error(unknown_operation(), identity, "id");
  return 0;
}
