#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <utility>

#include "placement/query.h"
#include "placement/query_values.h"

namespace berth::placement {
namespace {

constexpr std::array<std::pair<std::string_view, QueryOperator>, 24> kOperators{{
    // Longer spellings first, as symbols are found by prefix.
    {"==", QueryOperator::equals},
    {"!=", QueryOperator::not_equals},
    {">=", QueryOperator::greater_than_equal},
    {"<=", QueryOperator::less_than_equal},
    {"=~", QueryOperator::matches},
    {"!~", QueryOperator::not_matches},
    {">", QueryOperator::greater_than},
    {"<", QueryOperator::less_than},
    {"!exists", QueryOperator::not_exists},
    {"!in", QueryOperator::not_in},
    {"equals", QueryOperator::equals},
    {"not_equals", QueryOperator::not_equals},
    {"greater_than", QueryOperator::greater_than},
    {"greater_than_equal", QueryOperator::greater_than_equal},
    {"less_than", QueryOperator::less_than},
    {"less_than_equal", QueryOperator::less_than_equal},
    {"exists", QueryOperator::exists},
    {"not_exists", QueryOperator::not_exists},
    {"in", QueryOperator::in},
    {"not_in", QueryOperator::not_in},
    {"matches", QueryOperator::matches},
    {"not_matches", QueryOperator::not_matches},
    {"!matches", QueryOperator::not_matches},
    {"!equals", QueryOperator::not_equals},
}};

bool is_ordering(QueryOperator op) {
  return op == QueryOperator::greater_than || op == QueryOperator::greater_than_equal ||
         op == QueryOperator::less_than || op == QueryOperator::less_than_equal;
}
bool is_equality(QueryOperator op) {
  return op == QueryOperator::equals || op == QueryOperator::not_equals;
}
bool is_existence(QueryOperator op) {
  return op == QueryOperator::exists || op == QueryOperator::not_exists;
}
bool is_list(QueryOperator op) {
  return op == QueryOperator::in || op == QueryOperator::not_in;
}
bool is_pattern(QueryOperator op) {
  return op == QueryOperator::matches || op == QueryOperator::not_matches;
}

/// The table of the developer guide: which operators a subject takes.
bool takes(QuerySubject subject, QueryOperator op) {
  switch (subject) {
    case QuerySubject::attribute:
      return true;
    case QuerySubject::task_group:
      return !is_ordering(op);
    case QuerySubject::agent_connected:
    case QuerySubject::ec2_instance_id:
      return is_equality(op) || is_list(op) || is_pattern(op);
    case QuerySubject::agent_version:
    case QuerySubject::registered_at:
    case QuerySubject::running_tasks_count:
      return is_equality(op) || is_ordering(op);
  }
  return false;
}

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}
bool is_word(char c) {
  return static_cast<unsigned char>(c) > ' ' &&
         std::string_view("()[],'\"=<>!~&|").find(c) == std::string_view::npos;
}

/// Recursive descent. Words mean what their place says, so `attribute:team == and` needs no quotes.
/// The first mistake is kept; parsing then unwinds.
class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Result<Query> parse() {
    Query query{std::string(text_), any_part(0)};
    skip_space();
    if (!error_ && at_ < text_.size()) unexpected("'and', 'or' or the end");
    if (error_) return invalid("Invalid expression: " + *error_);
    return query;
  }

 private:
  /// Characters, not bytes, before `offset`: what a person counts.
  std::size_t character(std::size_t offset) const {
    auto head = text_.substr(0, offset);
    return 1 + static_cast<std::size_t>(std::count_if(head.begin(), head.end(), [](char c) {
             return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
           }));
  }
  void fail(std::size_t offset, std::string_view what) {
    if (!error_) error_ = fmt::format("{} at character {}", what, character(offset));
  }
  void unexpected(std::string_view wanted) {
    if (error_) return;
    if (at_ >= text_.size()) {
      error_ = fmt::format("the expression ends at character {}: expected {}", character(at_), wanted);
      return;
    }
    auto word = peek_word();
    // A byte of a longer character, or a control character, would garble the message.
    unsigned char c = static_cast<unsigned char>(text_[at_]);
    std::string shown = !word.empty()        ? std::string(word)
                        : c > ' ' && c < 127 ? std::string(1, text_[at_])
                                             : "?";
    error_ = fmt::format("unexpected '{}' at character {}: expected {}", shown, character(at_), wanted);
  }
  void skip_space() {
    while (at_ < text_.size() && is_space(text_[at_])) ++at_;
  }
  std::string_view peek_word() const {
    std::size_t end = at_;
    while (end < text_.size() && is_word(text_[end])) ++end;
    return text_.substr(at_, end - at_);
  }
  bool take(std::string_view symbol) {
    skip_space();
    if (error_ || text_.substr(at_, symbol.size()) != symbol) return false;
    at_ += symbol.size();
    return true;
  }
  bool take_word(std::string_view word) {
    skip_space();
    if (error_ || peek_word() != word) return false;
    at_ += word.size();
    return true;
  }

  QueryNode any_part(std::size_t depth) {
    QueryNode node;
    node.kind = QueryNode::Kind::any_of;
    do {
      node.children.push_back(all_part(depth));
    } while (take("||") || take_word("or"));
    return node.children.size() == 1 ? std::move(node.children.front()) : std::move(node);
  }

  QueryNode all_part(std::size_t depth) {
    QueryNode node;
    node.kind = QueryNode::Kind::all_of;
    do {
      node.children.push_back(unary(depth));
    } while (take("&&") || take_word("and"));
    return node.children.size() == 1 ? std::move(node.children.front()) : std::move(node);
  }

  QueryNode unary(std::size_t depth) {
    skip_space();
    if (depth > kQueryDepthMax) fail(at_, fmt::format("nested more than {} deep", kQueryDepthMax));
    if (error_) return {};
    if (take("!") || take_word("not")) {
      QueryNode node;
      node.kind = QueryNode::Kind::none_of;
      node.children.push_back(unary(depth + 1));
      return node;
    }
    if (take("(")) {
      QueryNode node = any_part(depth + 1);
      if (!take(")")) unexpected("')'");
      return node;
    }
    QueryNode node;
    node.comparison = comparison();
    return node;
  }

  QueryComparison comparison() {
    std::size_t start = at_;
    QueryComparison result;
    if (!subject(result)) return result;
    skip_space();
    std::size_t operator_at = at_;
    auto op = query_operator();
    if (!op) {
      unexpected("an operator");
      return result;
    }
    result.op = *op;
    if (!takes(result.subject, *op)) {
      auto name = text_.substr(operator_at, at_ - operator_at);
      fail(operator_at,
           fmt::format("operator '{}' is not valid for {}", name, text_.substr(start, subject_end_ - start)));
    } else if (is_list(*op)) {
      list(result);
    } else if (is_pattern(*op)) {
      pattern(result);
    } else if (!is_existence(*op)) {
      argument(result);
    }
    result.text = std::string(text_.substr(start, at_ - start));
    return result;
  }

  bool subject(QueryComparison& result) {
    static constexpr std::array<std::pair<std::string_view, QuerySubject>, 6> kSubjects{{
        {"task:group", QuerySubject::task_group},
        {"agentConnected", QuerySubject::agent_connected},
        {"agentVersion", QuerySubject::agent_version},
        {"ec2InstanceId", QuerySubject::ec2_instance_id},
        {"registeredAt", QuerySubject::registered_at},
        {"runningTasksCount", QuerySubject::running_tasks_count},
    }};
    constexpr std::string_view kAttribute = "attribute:";
    std::string_view word = peek_word();
    if (word.empty()) {
      unexpected("a subject such as attribute:NAME");
      return false;
    }
    if (word.substr(0, kAttribute.size()) == kAttribute) {
      result.attribute = word.substr(kAttribute.size());
      if (result.attribute.empty()) fail(at_ + kAttribute.size(), "expected the name of an attribute");
    } else {
      auto found = std::find_if(kSubjects.begin(), kSubjects.end(), [&](auto& s) { return s.first == word; });
      if (found == kSubjects.end()) {
        fail(at_, fmt::format("unknown subject '{}' (attributes are written attribute:NAME)", word));
        return false;
      }
      result.subject = found->second;
    }
    at_ += word.size();
    subject_end_ = at_;
    return !error_;
  }

  std::optional<QueryOperator> query_operator() {
    if (error_) return std::nullopt;
    std::size_t bang = at_ < text_.size() && text_[at_] == '!' ? 1 : 0;
    at_ += bang;
    std::string_view word = peek_word();
    at_ -= bang;
    std::string spelled = (bang ? "!" : "") + std::string(word);
    for (const auto& [name, op] : kOperators) {
      bool symbol = !std::isalpha(static_cast<unsigned char>(name.back()));
      if (symbol ? text_.substr(at_, name.size()) == name : spelled == name) {
        at_ += name.size();
        return op;
      }
    }
    return std::nullopt;
  }

  /// A quoted text or a bare word. In quotes, a backslash only guards the quote: patterns keep theirs.
  std::optional<std::string> literal() {
    skip_space();
    if (error_) return std::nullopt;
    if (at_ < text_.size() && (text_[at_] == '\'' || text_[at_] == '"')) {
      std::size_t start = at_;
      char quote = text_[at_++];
      std::string value;
      while (at_ < text_.size() && text_[at_] != quote) {
        if (text_[at_] == '\\' && at_ + 1 < text_.size() && text_[at_ + 1] == quote) ++at_;
        value += text_[at_++];
      }
      if (at_ >= text_.size()) {
        fail(start, "the quote is not closed, opened");
        return std::nullopt;
      }
      ++at_;
      return value;
    }
    std::string_view word = peek_word();
    if (word.empty()) {
      unexpected("a value");
      return std::nullopt;
    }
    at_ += word.size();
    return std::string(word);
  }

  void argument(QueryComparison& result) {
    skip_space();
    std::size_t start = at_;
    auto text = literal();
    if (!text) return;
    QueryArgument value{std::move(*text), 0, false};
    if (auto problem = interpret(result.subject, value)) {
      fail(start, *problem);
      return;
    }
    result.arguments.push_back(std::move(value));
  }

  void list(QueryComparison& result) {
    if (!take("[")) return unexpected("'['");
    do {
      if (result.arguments.size() == kQueryListMax)
        fail(at_, fmt::format("more than {} arguments", kQueryListMax));
      argument(result);
    } while (take(","));
    if (!take("]")) unexpected("',' or ']'");
  }

  /// A bare pattern ends at a space, a boolean symbol, or a parenthesis that it did not open.
  std::string_view bare_pattern() const {
    std::size_t end = at_, round = 0;
    bool in_class = false;
    for (; end < text_.size() && !is_space(text_[end]); ++end) {
      char c = text_[end];
      if (c == '\\' && end + 1 < text_.size() && !is_space(text_[end + 1])) {
        ++end;
      } else if (in_class) {
        in_class = c != ']';
      } else if (c == '[') {
        in_class = true;
      } else if (c == '(') {
        ++round;
      } else if (c == ')') {
        if (round == 0) break;
        --round;
      } else if (round == 0 && (text_.substr(end, 2) == "&&" || text_.substr(end, 2) == "||")) {
        break;
      }
    }
    return text_.substr(at_, end - at_);
  }

  void pattern(QueryComparison& result) {
    skip_space();
    std::size_t start = at_;
    std::string text;
    if (at_ < text_.size() && (text_[at_] == '\'' || text_[at_] == '"')) {
      auto quoted = literal();
      if (!quoted) return;
      text = std::move(*quoted);
      ++start;
    } else {
      text = bare_pattern();
      if (text.empty()) return unexpected("a pattern");
      at_ += text.size();
    }
    auto parsed = Pattern::parse(text, character(start) - 1);
    if (!parsed) {
      if (!error_) error_ = parsed.error().message;
      return;
    }
    states_ += parsed->states();
    if (states_ > kQueryStatesMax && !error_)
      error_ = fmt::format("patterns too large: more than {} states in all, at character {}", kQueryStatesMax,
                           character(start));
    result.pattern = std::make_shared<const Pattern>(std::move(*parsed));
    result.arguments.push_back({std::move(text), 0, false});
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t subject_end_ = 0;
  std::size_t states_ = 0;  // Of the patterns so far.
  std::optional<std::string> error_;
};

}  // namespace

Result<Query> parse_query(std::string_view text) {
  if (text.size() > kQueryLengthMax) {
    return Error{ErrorCode::too_large,
                 fmt::format("Invalid expression: longer than {} characters", kQueryLengthMax), Retry::no};
  }
  return Parser(text).parse();
}

}  // namespace berth::placement
