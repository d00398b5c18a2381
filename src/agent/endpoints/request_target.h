#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace berth::agent::endpoints {

/// The target of a request, percent-decoded: `/v4/x/task?a=b` has the segments v4, x, task. What cannot be
/// decoded stays as it is.
struct RequestTarget {
  std::vector<std::string> segments;
  std::map<std::string, std::string> query;
  std::string_view segment(std::size_t index) const;  ///< Empty when there are not as many.
  /// Null when the parameter is not given.
  const std::string* parameter(const std::string& name) const;
};
RequestTarget parse_target(std::string_view target);

}  // namespace berth::agent::endpoints
