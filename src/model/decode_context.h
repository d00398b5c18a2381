#pragma once
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace berth::model {

/// How decoding treats what the model does not allow.
enum class DecodeMode {
  strict,   ///< Requests at a server: every deviation is a problem.
  lenient,  ///< Clients, agents, records: an unknown enum value of an optional member or list is left out,
            ///< and lengths, ranges and patterns are not looked at.
};

enum class ProblemKind {
  wrong_type,  ///< Another JSON type, or a number that the type cannot hold: AWS answers
               ///< SerializationException.
  missing,     ///< A required member is absent or null.
  bad_enum,    ///< A text that is not one of the enum's.
  length,
  pattern,
  range,
};

struct DecodeProblem {
  ProblemKind kind;
  std::string path;  ///< `containerDefinitions[0].portMappings[1].hostPort`; empty for the document itself.
  std::string message;  ///< For a person; begins with the path.
};

/// Code points that a pattern allows beyond ASCII, ends included, ascending.
struct CodePointRange {
  std::uint32_t low;
  std::uint32_t high;
};

/// A pattern that is one repeated character class, as all patterns of the served models are.
struct CharPattern {
  std::string_view text;  ///< As in the model, for messages.
  std::uint64_t ascii[2];
  std::span<const CodePointRange> beyond;
  bool empty_allowed;
};

inline constexpr std::int64_t kNoLengthMax = std::numeric_limits<std::int64_t>::max();
/// Problems that are kept; later ones are counted only.
inline constexpr std::size_t kProblemsMax = 20;
/// Texts of an enum that a message lists.
inline constexpr std::size_t kEnumValuesListedMax = 20;

/// Where decoding is in the document, and what was wrong so far.
///
/// Runs on: one thread at a time. Texts given to PathScope must live as long as the scope.
class DecodeContext {
 public:
  explicit DecodeContext(DecodeMode mode = DecodeMode::strict) : mode_(mode) {}

  bool strict() const { return mode_ == DecodeMode::strict; }
  bool ok() const { return problem_count_ == 0; }
  /// All problems, also those that are not kept.
  std::size_t problem_count() const { return problem_count_; }
  std::span<const DecodeProblem> problems() const { return problems_; }
  /// The first problem of a kind, or null.
  const DecodeProblem* find(ProblemKind kind) const;
  /// All kept messages, separated by "; ". Empty when there is no problem.
  std::string summary() const;

  void add(ProblemKind kind, std::string_view what);
  void wrong_type(std::string_view expected, const JsonValue& found);
  void missing(std::string_view member);
  void bad_enum(std::string_view text, std::span<const std::string_view> allowed);
  /// The object or array, or null after noting the problem.
  const JsonObject* object(const JsonValue& json);
  const JsonArray* array(const JsonValue& json);

  void check_length(std::size_t length, std::int64_t min, std::int64_t max);
  void check_range(std::int64_t value, std::int64_t min, std::int64_t max);
  void check_range(double value, double min, double max);
  void check_pattern(std::string_view text, const CharPattern& pattern);

 private:
  friend class PathScope;
  struct Step {
    std::string_view name;
    std::size_t index;
  };
  std::string path() const;

  DecodeMode mode_;
  std::vector<Step> steps_;
  std::vector<DecodeProblem> problems_;
  std::size_t problem_count_ = 0;
};

/// One step into the document, for as long as it lives.
class PathScope {
 public:
  PathScope(DecodeContext& context, std::string_view member) : context_(context) {
    context_.steps_.push_back({member, 0});
  }
  PathScope(DecodeContext& context, std::size_t index) : context_(context) {
    context_.steps_.push_back({{}, index});
  }
  ~PathScope() { context_.steps_.pop_back(); }
  PathScope(const PathScope&) = delete;
  PathScope& operator=(const PathScope&) = delete;

 private:
  DecodeContext& context_;
};

/// Code points of a UTF-8 text, as lengths of strings are counted in the model.
std::size_t character_count(std::string_view text);
bool matches(std::string_view text, const CharPattern& pattern);

}  // namespace berth::model
