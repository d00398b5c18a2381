#pragma once
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "bin/berth_load/api_connection.h"
#include "bin/berth_load/operations.h"

namespace berth::load {

/// One API call after another: what has to be there before load begins.
class Session {
 public:
  Session(Loop& loop, const Target& target);
  /// The answer's body.
  /// Errors: `unavailable` without an answer, `denied` for any but 200.
  Result<JsonObject> call(const std::string& operation, const std::string& body);
  /// Cluster, the task definition of kFamily, and at least `tasks` tasks. Gives ARNs of tasks.
  Result<std::vector<std::string>> prepare(std::size_t tasks);

 private:
  Result<std::vector<std::string>> list_tasks();

  Loop& loop_;
  const Target& target_;
  RequestSigner signer_;
  ApiConnection connection_;
};

}  // namespace berth::load
