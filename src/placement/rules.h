#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "placement/query.h"

/// Placement constraints and strategies as callers of the API write them, checked once and kept parsed.
namespace berth::placement {

inline constexpr std::size_t kConstraintsMax = 10;  ///< A request's and its task definition's together.
inline constexpr std::size_t kStrategiesMax = 5;

/// The API's {type, expression} and {type, field}.
struct RawConstraint {
  std::string type;
  std::string expression;
};
struct RawStrategy {
  std::string type;
  std::string field;
};

struct Constraint {
  enum class Type { distinct_instance, member_of } type = Type::distinct_instance;
  std::shared_ptr<const Query> query;  ///< Only for member_of; never null then.
};

struct Strategy {
  enum class Type { random, spread, binpack } type = Type::random;
  enum class Field { none, instance_id, attribute, cpu, memory } field = Field::none;
  std::string attribute;  ///< Only for Field::attribute.
};

/// Where constraints stand: a task definition takes memberOf only.
enum class ConstraintPlace { request, task_definition };

/// Expressions that were parsed before, by text: a call that decides several times parses each once.
///
/// Runs on: one thread at a time.
/// Limits:  kQueriesMax; beyond it all are forgotten.
class QueryCache {
 public:
  static constexpr std::size_t kQueriesMax = 256;
  /// Errors: those of parse_query().
  Result<std::shared_ptr<const Query>> get(const std::string& text);

 private:
  std::map<std::string, std::shared_ptr<const Query>> queries_;
};

/// Checks and parses. The messages are what the API answers with InvalidParameterException (ClientException
/// for a task definition).
/// Errors: `invalid` (also for more than kConstraintsMax, and for an expression, pointing at its character).
Result<std::vector<Constraint>> parse_constraints(const std::vector<RawConstraint>& raw,
                                                  ConstraintPlace place = ConstraintPlace::request,
                                                  QueryCache* cache = nullptr);

/// Fields: spread takes instanceId (or host) and attribute:NAME; binpack takes cpu and memory; random takes
/// none.
/// Errors: `invalid`.
Result<std::vector<Strategy>> parse_strategies(const std::vector<RawStrategy>& raw);

/// "spread(attribute:ecs.availability-zone)", "binpack(cpu)", "random".
std::string render_strategy(const Strategy& strategy);

}  // namespace berth::placement
