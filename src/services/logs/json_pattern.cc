// Patterns over JSON: { ($.status >= 500 || $.level = "ERROR") && $.user.id NOT EXISTS }.
#include <charconv>

#include "base/json.h"
#include "services/logs/filter_pattern.h"
#include "services/logs/pattern_reader.h"

namespace berth::services::logs {
namespace {

constexpr std::size_t kMembersMax = 64;

struct Step {
  std::string member;  ///< Empty: an element of a list.
  bool every = false;  ///< [*]
  std::size_t index = 0;
};

enum class Test { compare, exists_not, is_null, is_true, is_false };

struct Node;
using NodePtr = std::unique_ptr<Node>;
struct Node {
  enum class Kind { leaf, all_of, any_of } kind = Kind::leaf;
  std::vector<NodePtr> parts;
  std::vector<Step> path;
  Test test = Test::compare;
  Comparison comparison;
};

bool matches_value(const JsonValue& value, const Comparison& comparison) {
  if (value.is_string()) return comparison.matches_text(std::string_view(value.get_string()));
  if (value.is_int64()) return comparison.matches_number(static_cast<double>(value.get_int64()));
  if (value.is_uint64()) return comparison.matches_number(static_cast<double>(value.get_uint64()));
  if (value.is_double()) return comparison.matches_number(value.get_double());
  if (value.is_bool()) return comparison.matches_text(value.get_bool() ? "true" : "false");
  return false;
}

bool test_value(const JsonValue* value, const Node& leaf) {
  switch (leaf.test) {
    case Test::exists_not:
      return value == nullptr;
    case Test::is_null:
      return value != nullptr && value->is_null();
    case Test::is_true:
      return value != nullptr && value->is_bool() && value->get_bool();
    case Test::is_false:
      return value != nullptr && value->is_bool() && !value->get_bool();
    case Test::compare:
      return value != nullptr && matches_value(*value, leaf.comparison);
  }
  return false;
}

bool test_path(const JsonValue* value, const Node& leaf, std::size_t at) {
  for (; value != nullptr && at < leaf.path.size(); ++at) {
    const Step& step = leaf.path[at];
    if (!step.member.empty()) {
      value = value->is_object() ? value->get_object().if_contains(step.member) : nullptr;
    } else if (!value->is_array()) {
      value = nullptr;
    } else if (step.every) {
      for (const auto& element : value->get_array())
        if (test_path(&element, leaf, at + 1)) return true;
      return false;
    } else {
      value = step.index < value->get_array().size() ? &value->get_array()[step.index] : nullptr;
    }
  }
  return test_value(value, leaf);
}

bool evaluate(const Node& node, const JsonValue& json) {
  if (node.kind == Node::Kind::leaf) return test_path(&json, node, 0);
  const bool any = node.kind == Node::Kind::any_of;
  for (const auto& part : node.parts)
    if (evaluate(*part, json) == any) return any;
  return !any;
}

class JsonMatcher final : public EventMatcher {
 public:
  explicit JsonMatcher(NodePtr root) : root_(std::move(root)) {}
  bool matches(std::string_view message) const override {
    const auto json = parse_json(message);
    return json && json->is_object() && evaluate(*root_, *json);
  }

 private:
  NodePtr root_;
};

class JsonPatternParser {
 public:
  explicit JsonPatternParser(std::string_view text) : reader_(text) {}

  Result<NodePtr> parse() {
    reader_.take("{");
    auto root = parse_any(0);
    if (!root) return root;
    if (!reader_.take("}") || !reader_.at_end()) return reader_.unexpected();
    return root;
  }

 private:
  Result<NodePtr> parse_any(int depth) { return parse_list(depth, "||", Node::Kind::any_of); }
  Result<NodePtr> parse_all(int depth) { return parse_list(depth, "&&", Node::Kind::all_of); }

  Result<NodePtr> parse_list(int depth, std::string_view between, Node::Kind kind) {
    auto first = kind == Node::Kind::any_of ? parse_all(depth) : parse_one(depth);
    if (!first || !reader_.take(between)) return first;
    auto node = std::make_unique<Node>();
    node->kind = kind;
    node->parts.push_back(*std::move(first));
    do {
      auto next = kind == Node::Kind::any_of ? parse_all(depth) : parse_one(depth);
      if (!next) return next;
      node->parts.push_back(*std::move(next));
    } while (reader_.take(between));
    return node;
  }

  Result<NodePtr> parse_one(int depth) {
    if (depth >= kPatternDepthMax) return invalid("Invalid filter pattern: its brackets are too deep");
    if (!reader_.take("(")) return parse_leaf();
    auto inner = parse_any(depth + 1);
    if (!inner) return inner;
    if (!reader_.take(")")) return reader_.unexpected();
    return inner;
  }

  Result<NodePtr> parse_leaf() {
    if (++leaves_ > kMembersMax) return invalid("Invalid filter pattern: it has too many conditions");
    auto node = std::make_unique<Node>();
    if (!reader_.take("$")) return reader_.unexpected();
    if (auto path = parse_path(node->path); !path) return std::move(path).error();
    if (reader_.take_keyword("NOT")) {
      if (!reader_.take_keyword("EXISTS")) return reader_.unexpected();
      node->test = Test::exists_not;
    } else if (reader_.take_keyword("IS")) {
      if (reader_.take_keyword("NULL"))
        node->test = Test::is_null;
      else if (reader_.take_keyword("TRUE"))
        node->test = Test::is_true;
      else if (reader_.take_keyword("FALSE"))
        node->test = Test::is_false;
      else
        return reader_.unexpected();
    } else {
      auto comparison = reader_.take_comparison(")}&|");
      if (!comparison) return std::move(comparison).error();
      node->comparison = *std::move(comparison);
    }
    return node;
  }

  Result<void> parse_path(std::vector<Step>& path) {
    for (;;) {
      Step step;
      if (reader_.take(".")) {
        step.member = reader_.take_until(".[=<>!)}&|");
        if (step.member.empty()) return reader_.unexpected();
      } else if (reader_.take("[")) {
        if (auto element = parse_element(step); !element) return element;
        if (!reader_.take("]")) return reader_.unexpected();
      } else {
        return {};
      }
      if (path.size() == kMembersMax) return invalid("Invalid filter pattern: a selector is too long");
      path.push_back(std::move(step));
    }
  }

  Result<void> parse_element(Step& step) {
    const char next = reader_.peek();
    if (next == '"') {
      auto member = reader_.take_quoted();
      if (!member) return std::move(member).error();
      if (member->empty()) return reader_.unexpected();
      step.member = *std::move(member);
      return {};
    }
    if (reader_.take("*")) {
      step.every = true;
      return {};
    }
    const auto digits = reader_.take_until("]");
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), step.index);
    if (digits.empty() || error != std::errc() || end != digits.data() + digits.size())
      return reader_.unexpected();
    return {};
  }

  PatternReader reader_;
  std::size_t leaves_ = 0;
};

}  // namespace

Result<FilterPattern> parse_json_pattern(std::string_view text) {
  auto root = JsonPatternParser(text).parse();
  if (!root) return std::move(root).error();
  FilterPattern pattern;
  pattern.matcher = std::make_shared<JsonMatcher>(*std::move(root));
  return pattern;
}

}  // namespace berth::services::logs
