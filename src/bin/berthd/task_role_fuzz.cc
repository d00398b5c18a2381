// Goal: no text that an operator writes makes the reader of task roles misbehave.
// Method: any bytes; what is read is held to its contract.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "bin/berthd/task_role_text.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto read =
      berth::berthd::parse_task_roles(std::string_view(reinterpret_cast<const char*>(data), size));
  for (const auto& [role, keys] : read.roles)
    if (role.empty() || keys.access_key_id.empty() || keys.secret_access_key.empty()) std::abort();
  return 0;
}
