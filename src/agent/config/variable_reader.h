#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "base/time.h"

namespace berth::agent::config {

/// A variable that the agent reads, with its default as users would write it; empty when there is none.
struct Variable {
  std::string name;
  std::string default_text;
  friend bool operator==(const Variable&, const Variable&) = default;
};

/// "10s", "5m", "1h30m": Go's durations, as the variables are written.
/// Errors: `invalid`.
Result<Duration> parse_go_duration(std::string_view text);
/// Without parts that are zero: "3h", "1m30s", "0s".
std::string render_go_duration(Duration duration);

/// Reads variables one by one into settings that hold their defaults, and remembers which it was asked for.
/// The first value that makes no sense is the error(), which names its variable.
///
/// Borrows: the variables.
class VariableReader {
 public:
  explicit VariableReader(const std::map<std::string, std::string>& variables) : variables_(variables) {}

  /// Surrounding blanks are not part of a text; a text of blanks alone counts as absent.
  void text(const char* name, std::string& into);
  /// As text(), but what is in `into` is derived: the variable has no default of its own.
  void derived_text(const char* name, std::string& into);
  /// What is neither true nor false leaves the default, as in the original.
  void flag(const char* name, bool& into);
  /// What is below `least` leaves the default, as users of the original know it.
  void duration(const char* name, Duration& into, Duration least);
  void number(const char* name, std::int64_t& into, std::int64_t low, std::int64_t high);
  void number(const char* name, std::int32_t& into, std::int32_t low, std::int32_t high);
  /// A JSON array of ports.
  void ports(const char* name, std::vector<std::int32_t>& into);
  /// A JSON array of strings.
  void texts(const char* name, std::vector<std::string>& into);
  /// Names separated by commas.
  void names(const char* name, std::vector<std::string>& into);
  /// A JSON object of strings.
  void pairs(const char* name, std::map<std::string, std::string>& into);
  /// One of `allowed`; the value, or the first of them.
  std::string choice(const char* name, const std::vector<std::string>& allowed);
  /// A variable that is known and not read here.
  void mention(const char* name, const char* default_text = "");

  bool says(const char* name) const { return find(name).has_value(); }
  void fail(const char* name, const std::string& what);
  const std::optional<Error>& error() const { return error_; }
  const std::vector<Variable>& seen() const { return seen_; }

 private:
  std::optional<std::string> find(const char* name) const;
  std::optional<JsonValue> json(const char* name, const char* wanted);
  void note(const char* name, std::string default_text);

  const std::map<std::string, std::string>& variables_;
  std::vector<Variable> seen_;
  std::optional<Error> error_;
};

}  // namespace berth::agent::config
