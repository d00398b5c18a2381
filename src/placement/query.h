#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "placement/pattern.h"
#include "placement/types.h"

/// The cluster query language: the `expression` of memberOf constraints and the `filter` of
/// ListContainerInstances.
///
///   expression := and_part { ("or" | "||") and_part }
///   and_part   := unary { ("and" | "&&") unary }
///   unary      := ("not" | "!") unary | "(" expression ")" | comparison
///   comparison := subject ("exists" | "!exists" | "not_exists")
///               | subject ("in" | "!in" | "not_in") "[" argument { "," argument } "]"
///               | subject operator argument
///   subject    := "attribute:" NAME | "task:group" | "agentConnected" | "agentVersion" | "ec2InstanceId"
///               | "registeredAt" | "runningTasksCount"
///   operator   := "==" equals | "!=" not_equals | ">" greater_than | ">=" greater_than_equal | "<" less_than
///               | "<=" less_than_equal | "=~" matches | "!~" not_matches
///   argument   := 'quoted' | "quoted" | bare word
///
/// A bare pattern after =~ may hold balanced parentheses and brackets: `attribute:ecs.instance-type =~
/// (t2|m5).*`.
namespace berth::placement {

inline constexpr std::size_t kQueryLengthMax = 2000;  ///< Bytes of an expression.
inline constexpr std::size_t kQueryDepthMax = 32;     ///< Nested parentheses and negations.
inline constexpr std::size_t kQueryListMax = 200;     ///< Arguments of `in`.
/// States of all patterns of an expression together.
inline constexpr std::size_t kQueryStatesMax = 4'000;
/// Steps that the expressions of one call may take, over all instances: about a tenth of a second. Nothing
/// else happens on the thread meanwhile, and nothing is written to the store.
inline constexpr std::uint64_t kQueryStepsMax = 10'000'000;
/// Longest explanation of why an expression is false, in bytes; longer ones lose their middle.
inline constexpr std::size_t kMismatchBytesMax = 1'024;

/// What callers are told when their expressions take more than kQueryStepsMax.
inline constexpr std::string_view kQueryTooCostly =
    "The placement expressions take more than 10000000 steps to evaluate for the container instances of this "
    "cluster. Use fewer or simpler ones.";

enum class QuerySubject {
  attribute,
  task_group,
  agent_connected,
  agent_version,
  ec2_instance_id,
  registered_at,
  running_tasks_count
};

enum class QueryOperator {
  equals,
  not_equals,
  greater_than,
  greater_than_equal,
  less_than,
  less_than_equal,
  exists,
  not_exists,
  in,
  not_in,
  matches,
  not_matches
};

struct QueryArgument {
  std::string text;
  std::int64_t number = 0;  ///< registeredAt: seconds since the epoch; runningTasksCount: the number.
  bool whole_day = false;   ///< registeredAt: the date came without a time.
};

struct QueryComparison {
  QuerySubject subject = QuerySubject::attribute;
  std::string attribute;  ///< Only for QuerySubject::attribute.
  QueryOperator op = QueryOperator::equals;
  std::vector<QueryArgument> arguments;
  std::shared_ptr<const Pattern> pattern;
  std::string text;  ///< As the caller wrote it.
};

struct QueryNode {
  enum class Kind { comparison, all_of, any_of, none_of } kind = Kind::comparison;
  QueryComparison comparison;
  std::vector<QueryNode> children;
};

/// A checked expression.
struct Query {
  std::string text;
  QueryNode root;
};

/// Errors: `invalid`, the message pointing at the character ("unexpected ')' at character 17"); `too_large`
/// beyond
///         kQueryLengthMax.
Result<Query> parse_query(std::string_view text);

/// The task groups of the instance that is asked about.
class GroupLookup {
 public:
  virtual ~GroupLookup() = default;
  virtual std::int64_t count_of(std::string_view group) const = 0;
  virtual void each(const GroupVisitor& visit) const = 0;
};

/// What the expressions of one call have cost, and what is known of them: an instance is looked at several
/// times, and many instances have the same values, so that each pattern is matched with each value once.
///
/// Runs on: one thread at a time.
/// Limits:  kQueryStepsMax, beyond which every expression is false and exceeded() true; kValuesMax.
class QueryBudget {
 public:
  static constexpr std::size_t kValuesMax = 100'000;

  explicit QueryBudget(std::uint64_t steps_max = kQueryStepsMax) : steps_max_(steps_max) {}
  /// False when nothing is left.
  bool spend(std::uint64_t steps) {
    steps_ += steps;
    return !exceeded();
  }
  bool exceeded() const { return steps_ > steps_max_; }
  std::uint64_t steps() const { return steps_; }
  bool matches(const Pattern& pattern, std::string_view value);

 private:
  std::uint64_t steps_max_;
  std::uint64_t steps_ = 0;
  std::map<const Pattern*, std::map<std::string, bool, std::less<>>> known_;
  std::size_t values_ = 0;
};

/// What an expression may ask besides the InstanceView.
///
/// `running_tasks`: a filter passes the instance's runningTasksCount. Placement passes every task that is
/// placed there, so that `runningTasksCount < 3` also binds tasks that are still starting.
struct QueryContext {
  std::int64_t running_tasks = 0;
  const GroupLookup& groups;
  QueryBudget* budget = nullptr;  ///< Null: costs are not counted.
};

/// The groups that a snapshot knows of one instance.
class SnapshotGroups final : public GroupLookup {
 public:
  SnapshotGroups(const Snapshot& snapshot, std::size_t index) : snapshot_(snapshot), index_(index) {}
  std::int64_t count_of(std::string_view group) const override {
    return snapshot_.count_of_group(index_, group);
  }
  void each(const GroupVisitor& visit) const override { snapshot_.each_group(index_, visit); }

 private:
  const Snapshot& snapshot_;
  std::size_t index_;
};

/// Whether the instance belongs to the group of instances that the expression describes.
/// A negative operator is always the opposite of its positive one, so `attribute:stack != prod` holds for an
/// instance without the attribute. Ordering an attribute that is missing is false. Attributes are ordered as
/// numbers when both sides are numbers, else as text; agentVersion by its dotted numbers. False for all when
/// the budget is exceeded.
bool evaluate(const Query& query, const InstanceView& view, const QueryContext& context);

/// As ListContainerInstances filters: runningTasksCount is the number that DescribeContainerInstances shows.
bool matches_filter(const Query& query, const Snapshot& snapshot, std::size_t index);

/// Why an expression is false for an instance, for people: the comparison that decided and what the instance
/// has, e.g. "attribute:stack == prod, but it is test". Only for an expression that is false.
std::string explain_mismatch(const Query& query, const InstanceView& view, const QueryContext& context);

}  // namespace berth::placement
