#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "placement/query.h"

/// Values inside the cluster query language: how arguments are read and compared. Only for the query_*.cc
/// files.
namespace berth::placement {

/// Fills in what the subject needs besides the text. Returns what is wrong with the argument, if anything.
std::optional<std::string> interpret(QuerySubject subject, QueryArgument& argument);

/// Seconds since the epoch of 2018-06-18T22:28:28+00:00, 2018-06-18T22:28:28Z, 2018-06-18T22:28:28 or
/// 2018-06-18.
struct ParsedDate {
  std::int64_t seconds = 0;
  bool whole_day = false;
};
std::optional<ParsedDate> parse_date(std::string_view text);

/// -1, 0 or 1 by dotted numbers: 1.9 < 1.17.0. A leading "v" is ignored. Nothing when one is not a version.
std::optional<int> compare_versions(std::string_view a, std::string_view b);

/// -1, 0 or 1; as numbers when both are numbers, else as text.
int compare_values(std::string_view a, std::string_view b);

}  // namespace berth::placement
