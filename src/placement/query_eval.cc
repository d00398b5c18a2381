#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/assert.h"
#include "base/text.h"
#include "placement/query.h"
#include "placement/query_values.h"

namespace berth::placement {
namespace {

constexpr std::int64_t kDaySeconds = 86400;

/// A negative operator is its positive one, turned round.
struct Polarity {
  QueryOperator op;
  bool negative;
};
Polarity polarity(QueryOperator op) {
  switch (op) {
    case QueryOperator::not_equals:
      return {QueryOperator::equals, true};
    case QueryOperator::not_exists:
      return {QueryOperator::exists, true};
    case QueryOperator::not_in:
      return {QueryOperator::in, true};
    case QueryOperator::not_matches:
      return {QueryOperator::matches, true};
    default:
      return {op, false};
  }
}

bool holds(QueryOperator op, int order) {
  switch (op) {
    case QueryOperator::equals:
      return order == 0;
    case QueryOperator::greater_than:
      return order > 0;
    case QueryOperator::greater_than_equal:
      return order >= 0;
    case QueryOperator::less_than:
      return order < 0;
    case QueryOperator::less_than_equal:
      return order <= 0;
    default:
      unreachable();
  }
}

int order_of(std::int64_t a, std::int64_t b) {
  return a < b ? -1 : a > b ? 1 : 0;
}

// Steps that a comparison takes besides its patterns: a look-up of an attribute, or an argument of a list.
constexpr std::uint64_t kStepsPerComparison = 8;
constexpr std::uint64_t kStepsPerArgument = 1;

/// Text against a positive operator.
bool text_holds(const QueryComparison& comparison, QueryOperator op, std::optional<std::string_view> value,
                QueryBudget* budget) {
  if (!value) return false;
  switch (op) {
    case QueryOperator::exists:
      return true;
    case QueryOperator::equals:
      return *value == comparison.arguments.front().text;
    case QueryOperator::matches:
      return budget ? budget->matches(*comparison.pattern, *value) : comparison.pattern->matches(*value);
    case QueryOperator::in:
      return std::any_of(comparison.arguments.begin(), comparison.arguments.end(),
                         [&](const QueryArgument& argument) { return argument.text == *value; });
    default:
      return holds(op, compare_values(*value, comparison.arguments.front().text));
  }
}

bool group_holds(const QueryComparison& comparison, QueryOperator op, const QueryContext& context) {
  const GroupLookup& groups = context.groups;
  if (op == QueryOperator::equals) return groups.count_of(comparison.arguments.front().text) > 0;
  if (op == QueryOperator::in) {
    return std::any_of(comparison.arguments.begin(), comparison.arguments.end(),
                       [&](const QueryArgument& argument) { return groups.count_of(argument.text) > 0; });
  }
  bool found = false;
  groups.each([&](std::string_view group, std::int64_t tasks) {
    found = found || (tasks > 0 && text_holds(comparison, op, group, context.budget));
  });
  return found;
}

bool registered_at_holds(const QueryComparison& comparison, QueryOperator op, WallTime registered_at) {
  const QueryArgument& argument = comparison.arguments.front();
  std::int64_t seconds = registered_at.ms / 1000;
  // "On that day" is the only useful meaning of equality with a date.
  if (op == QueryOperator::equals && argument.whole_day) seconds -= seconds % kDaySeconds;
  return holds(op, order_of(seconds, argument.number));
}

bool compare(const QueryComparison& comparison, const InstanceView& view, const QueryContext& context) {
  if (context.budget &&
      !context.budget->spend(kStepsPerComparison + kStepsPerArgument * comparison.arguments.size()))
    return false;
  auto [op, negative] = polarity(comparison.op);
  auto decide = [&, op = op]() -> bool {
    switch (comparison.subject) {
      case QuerySubject::attribute:
        return text_holds(comparison, op, find_attribute(view, comparison.attribute), context.budget);
      case QuerySubject::task_group:
        return group_holds(comparison, op, context);
      case QuerySubject::agent_connected:
        return text_holds(comparison, op, view.agent_connected ? "true" : "false", context.budget);
      case QuerySubject::ec2_instance_id:
        return text_holds(comparison, op, view.ec2_instance_id, context.budget);
      case QuerySubject::agent_version: {
        auto order = compare_versions(view.agent_version, comparison.arguments.front().text);
        return order && holds(op, *order);
      }
      case QuerySubject::registered_at:
        return registered_at_holds(comparison, op, view.registered_at);
      case QuerySubject::running_tasks_count:
        return holds(op, order_of(context.running_tasks, comparison.arguments.front().number));
    }
    unreachable();
  };
  return decide() != negative;
}

bool evaluate_node(const QueryNode& node, const InstanceView& view, const QueryContext& context) {
  auto holds_for = [&](const QueryNode& child) { return evaluate_node(child, view, context); };
  switch (node.kind) {
    case QueryNode::Kind::comparison:
      return compare(node.comparison, view, context);
    case QueryNode::Kind::all_of:
      return std::all_of(node.children.begin(), node.children.end(), holds_for);
    case QueryNode::Kind::any_of:
      return std::any_of(node.children.begin(), node.children.end(), holds_for);
    case QueryNode::Kind::none_of:
      return std::none_of(node.children.begin(), node.children.end(), holds_for);
  }
  unreachable();
}

/// What the instance has where the comparison looks.
std::string actual_value(const QueryComparison& comparison, const InstanceView& view,
                         const QueryContext& context) {
  switch (comparison.subject) {
    case QuerySubject::attribute: {
      auto value = find_attribute(view, comparison.attribute);
      if (!value) return "the instance has no such attribute";
      return value->empty() ? "the attribute has no value" : fmt::format("it is {}", *value);
    }
    case QuerySubject::task_group:
      return "that depends on the tasks running there now";
    case QuerySubject::agent_connected:
      return view.agent_connected ? "it is true" : "it is false";
    case QuerySubject::agent_version:
      return "it is " + (view.agent_version.empty() ? "unknown" : view.agent_version);
    case QuerySubject::ec2_instance_id:
      return "it is " + view.ec2_instance_id;
    case QuerySubject::registered_at:
      return "it is " + render_iso8601(view.registered_at);
    case QuerySubject::running_tasks_count:
      return fmt::format("it is {}", context.running_tasks);
  }
  unreachable();
}

std::string explain_node(const QueryNode& node, const InstanceView& view, const QueryContext& context) {
  switch (node.kind) {
    case QueryNode::Kind::comparison:
      return fmt::format("{}, but {}", node.comparison.text, actual_value(node.comparison, view, context));
    case QueryNode::Kind::all_of:
      for (const QueryNode& child : node.children) {
        if (!evaluate_node(child, view, context)) return explain_node(child, view, context);
      }
      return {};
    case QueryNode::Kind::any_of: {
      std::string text;
      for (const QueryNode& child : node.children) {
        if (text.size() > 2 * kMismatchBytesMax) break;
        text += (text.empty() ? "" : "; or ") + explain_node(child, view, context);
      }
      return text;
    }
    case QueryNode::Kind::none_of:
      return "the expression after 'not' is true";
  }
  unreachable();
}

}  // namespace

bool QueryBudget::matches(const Pattern& pattern, std::string_view value) {
  auto& values = known_[&pattern];
  if (const auto known = values.find(value); known != values.end()) return known->second;
  const bool matched = pattern.matches(value, steps_);
  if (values_ < kValuesMax) {
    values.emplace(value, matched);
    ++values_;
  }
  return matched;
}

bool evaluate(const Query& query, const InstanceView& view, const QueryContext& context) {
  const bool holds = evaluate_node(query.root, view, context);
  // A negation would make true of what was not looked at.
  return holds && !(context.budget && context.budget->exceeded());
}

bool matches_filter(const Query& query, const Snapshot& snapshot, std::size_t index) {
  SnapshotGroups groups(snapshot, index);
  const InstanceView& view = snapshot.at(index);
  return evaluate(query, view, {view.running_tasks, groups});
}

std::string explain_mismatch(const Query& query, const InstanceView& view, const QueryContext& context) {
  return cut_middle(explain_node(query.root, view, context), kMismatchBytesMax);
}

}  // namespace berth::placement
