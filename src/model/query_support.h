#pragma once
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace berth::model {

/// Parameters of one awsQuery request.
inline constexpr std::size_t kQueryPairsMax = 10'000;
/// Names between the dots of one parameter.
inline constexpr std::size_t kQueryDepthMax = 32;

/// The parameters of an awsQuery request as a tree: `A.member.1.B=x` is the value x at A, member, 1, B.
class QueryTree {
 public:
  using Children = std::map<std::string, QueryTree, std::less<>>;

  /// From an `application/x-www-form-urlencoded` body (or a query string, without its '?').
  /// Errors: `invalid` for bad percent-encoding or an empty name, `too_large` beyond the limits above.
  static Result<QueryTree> from_form(std::string_view form);
  /// From pairs that are decoded already. A name that comes twice keeps its last value.
  /// Errors: as from_form.
  static Result<QueryTree> from_pairs(std::span<const std::pair<std::string, std::string>> pairs);

  const std::optional<std::string>& value() const { return value_; }
  const Children& children() const { return children_; }
  /// Null when there is none.
  const QueryTree* child(std::string_view name) const;
  /// The text of a child; empty when it has none.
  std::string_view text(std::string_view name) const;
  /// The children that are called by a number, in the order of the numbers. Gaps close up.
  std::vector<const QueryTree*> items() const;

 private:
  Result<void> insert(std::string_view name, std::string value);

  std::optional<std::string> value_;
  Children children_;
};

/// Writes XML 1.0 straight into a string. Characters that XML cannot hold become U+FFFD.
///
/// Borrows: the string, until the last call.
/// Invariant: the caller balances open and close; names need no escaping.
class XmlWriter {
 public:
  explicit XmlWriter(std::string& out) : out_(out) {}

  void open(std::string_view name);
  /// With an `xmlns` attribute.
  void open(std::string_view name, std::string_view xml_namespace);
  void close(std::string_view name);
  void text(std::string_view text);
  void element(std::string_view name, std::string_view content);

 private:
  std::string& out_;
};

/// "2026-11-20T23:34:11Z", with or without a fraction (cut to milliseconds), 'Z' or an offset such as +01:00.
/// Errors: `invalid`.
Result<WallTime> parse_iso8601(std::string_view text);

}  // namespace berth::model
