// Goal: no expression crashes, hangs or exhausts the stack, and error messages stay short and printable.
// Method: parse any bytes as an expression; evaluate what parses against two instances and explain a
// mismatch.
#include <cstdint>
#include <string_view>

#include "base/assert.h"
#include "placement/query.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace berth::placement;
  auto query = parse_query({reinterpret_cast<const char*>(data), size});
  if (!query) {
    berth::check(!query.error().message.empty(), "an error without a message");
    return 0;
  }
  static const VectorSnapshot snapshot = [] {
    VectorSnapshot made;
    InstanceView rich;
    rich.attributes = {{"stack", "prod"}, {"a", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}};
    rich.agent_version = "1.94.0";
    made.put_tasks(made.add(rich), "service:web", 2, {});
    made.add({});
    return made;
  }();
  for (std::size_t i = 0; i < snapshot.size(); ++i) {
    SnapshotGroups groups(snapshot, i);
    QueryContext context{snapshot.at(i).running_tasks, groups};
    if (!evaluate(*query, snapshot.at(i), context)) explain_mismatch(*query, snapshot.at(i), context);
  }
  return 0;
}
