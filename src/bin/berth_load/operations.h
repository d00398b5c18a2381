#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "bin/berth_load/request_signer.h"

namespace berth::load {

/// One kind of request of a mix, with the bodies it takes in turn.
struct Operation {
  std::string name;  ///< As in --mix: "RunTask:10".
  std::string api;   ///< "RunTask".
  unsigned weight = 1;
  std::size_t count = 1;  ///< Tasks of one call.
  std::vector<std::string> bodies;
};

/// `NAME[:COUNT][=WEIGHT]`, separated by commas. Names: DescribeTasks (COUNT tasks), ListTasks, RunTask
/// (COUNT tasks), RegisterTaskDefinition, DescribeClusters.
/// Errors: `invalid`.
Result<std::vector<Operation>> parse_mix(std::string_view text);

/// The task definition that RunTask uses: one small container without ports.
std::string definition_body(std::string_view family);
inline constexpr std::string_view kFamily = "berth-load";

/// Fills the bodies. `tasks` are ARNs to describe; DescribeTasks needs at least as many as its count.
/// Errors: `invalid` when there are too few.
Result<void> fill_bodies(std::vector<Operation>& mix, const Target& target,
                         const std::vector<std::string>& tasks);

/// Signed requests of a mix, made once a second and sent again within it: signing the same bytes twice in a
/// second gives the same request, so the generator's own cost stays small.
class RequestBook {
 public:
  RequestBook(const Target& target, const std::vector<Operation>& mix);
  /// The next request of an operation.
  std::string_view next(std::size_t operation);

 private:
  struct Page {
    std::vector<std::string> requests;
    std::vector<std::int64_t> second;
    std::size_t turn = 0;
  };
  RequestSigner signer_;
  const std::vector<Operation>& mix_;
  std::vector<Page> pages_;
};

}  // namespace berth::load
