// Any text is a policy or is refused; a policy that was read can be asked anything.
#include <cstddef>
#include <cstdint>

#include "auth/access.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace berth::auth;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  // The document, then values of the request behind a NUL.
  const std::size_t end = text.find('\0');
  const std::string value(end == std::string_view::npos ? std::string_view() : text.substr(end + 1));
  const std::vector<std::string> resources{"arn:aws:ecs:us-east-1:123456789012:task/default/1", value};
  const PolicyContext context{{"aws:username", {value}}, {"aws:currenttime", {value}}, {"k", {value, "1"}}};
  for (const PolicyKind kind : {PolicyKind::identity, PolicyKind::resource, PolicyKind::trust}) {
    const auto policy = parse_policy(text.substr(0, end), kind);
    if (!policy) continue;
    const Policy* policies[] = {&*policy};
    const Requester requester{.account = "123456789012", .arn = value, .unique_id = "AIDA"};
    PolicySet set;
    set.identity = policies;
    set.resource = policies[0];
    (void)decide_access(requester, set, {"ecs:StopTask", resources, context});
  }
  return 0;
}
