#include "placement/pattern.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <memory>
#include <optional>

namespace berth::placement {
namespace {

using ByteSet = Pattern::ByteSet;
using Op = Pattern::Op;
using Instruction = Pattern::Instruction;

struct Node {
  enum class Kind { bytes, begin, end, sequence, choice, repeat } kind = Kind::sequence;
  ByteSet set;
  std::vector<Node> children;
  std::size_t least = 0;
  std::optional<std::size_t> most;  // Absent: no bound.
};

ByteSet range(unsigned char low, unsigned char high) {
  ByteSet set;
  for (unsigned c = low; c <= high; ++c) set.set(c);
  return set;
}

ByteSet bytes_of(std::string_view text) {
  ByteSet set;
  for (unsigned char c : text) set.set(c);
  return set;
}

ByteSet without_case(ByteSet set) {
  for (unsigned c = 'a'; c <= 'z'; ++c) {
    unsigned upper = c - 'a' + 'A';
    if (set.test(c) || set.test(upper)) set.set(c).set(upper);
  }
  return set;
}

/// The set that `\c` stands for, if it is one of the escapes we take.
std::optional<ByteSet> escaped_set(char c) {
  const ByteSet word = range('a', 'z') | range('A', 'Z') | range('0', '9') | bytes_of("_");
  const ByteSet space = bytes_of(" \t\n\v\f\r");
  switch (c) {
    case 'd':
      return range('0', '9');
    case 'D':
      return ~range('0', '9');
    case 'w':
      return word;
    case 'W':
      return ~word;
    case 's':
      return space;
    case 'S':
      return ~space;
    case 't':
      return bytes_of("\t");
    case 'n':
      return bytes_of("\n");
    case 'r':
      return bytes_of("\r");
    case 'f':
      return bytes_of("\f");
    default:
      break;
  }
  // In Java, too, a backslash before a letter or digit without a meaning is an error, not the letter.
  if (std::isalnum(static_cast<unsigned char>(c))) return std::nullopt;
  return bytes_of(std::string_view(&c, 1));
}

/// Recursive descent over the pattern. The first mistake is kept; parsing then unwinds.
class PatternParser {
 public:
  PatternParser(std::string_view text, std::size_t origin) : text_(text), origin_(origin) {}

  Result<Node> parse() {
    if (text_.size() > kPatternLengthMax) {
      return invalid(fmt::format("a pattern has at most {} characters; this one starts at character {}",
                                 kPatternLengthMax, origin_ + 1));
    }
    if (text_.substr(0, 4) == "(?i)") {
      ignore_case_ = true;
      at_ = 4;
    }
    Node node = choice(0);
    if (!failed() && at_ < text_.size()) fail(fmt::format("unexpected '{}' in the pattern", text_[at_]));
    if (failed()) return invalid(*error_);
    return node;
  }

 private:
  bool failed() const { return error_.has_value(); }
  bool at_end() const { return failed() || at_ >= text_.size(); }
  char peek() const { return text_[at_]; }
  void fail(std::string what) {
    if (!error_) error_ = fmt::format("{} at character {}", what, origin_ + at_ + 1);
  }
  Node bytes(ByteSet set) const {
    Node node;
    node.kind = Node::Kind::bytes;
    node.set = ignore_case_ ? without_case(set) : set;
    return node;
  }

  Node choice(std::size_t depth) {
    if (depth > kPatternDepthMax) fail("groups nested too deeply in the pattern");
    Node node;
    node.kind = Node::Kind::choice;
    node.children.push_back(sequence(depth));
    while (!at_end() && peek() == '|') {
      ++at_;
      node.children.push_back(sequence(depth));
    }
    if (node.children.size() == 1) return std::move(node.children.front());
    return node;
  }

  Node sequence(std::size_t depth) {
    Node node;
    while (!at_end() && peek() != '|' && peek() != ')') node.children.push_back(quantified(depth));
    return node;
  }

  Node quantified(std::size_t depth) {
    Node inner = atom(depth);
    if (at_end()) return inner;
    Node node;
    node.kind = Node::Kind::repeat;
    switch (peek()) {
      case '*':
        ++at_;
        break;
      case '+':
        ++at_, node.least = 1;
        break;
      case '?':
        ++at_, node.most = 1;
        break;
      case '{':
        bounds(node);
        break;
      default:
        return inner;
    }
    if (!at_end() && peek() == '?') ++at_;  // Lazy: the same language, only another order of trying.
    if (!at_end() && peek() == '+') fail("possessive quantifiers are not supported in the pattern: '+'");
    if (!at_end() && (peek() == '*' || peek() == '?')) {
      fail(fmt::format("nothing to repeat before '{}' in the pattern", peek()));
    }
    node.children.push_back(std::move(inner));
    return node;
  }

  std::optional<std::size_t> number() {
    std::size_t value = 0, start = at_;
    while (!at_end() && std::isdigit(static_cast<unsigned char>(peek())) && value <= kPatternRepeatMax) {
      value = value * 10 + static_cast<std::size_t>(peek() - '0');
      ++at_;
    }
    if (at_ == start) return std::nullopt;
    if (value > kPatternRepeatMax) fail(fmt::format("repetition above {} in the pattern", kPatternRepeatMax));
    return value;
  }

  void bounds(Node& node) {
    ++at_;
    auto least = number();
    if (!least) return fail("expected a number after '{' in the pattern");
    node.least = *least;
    node.most = *least;
    if (!at_end() && peek() == ',') {
      ++at_;
      node.most = number();
    }
    if (node.most && *node.most < node.least)
      return fail("repetition bounds in the wrong order in the pattern");
    if (at_end() || peek() != '}') return fail("expected '}' in the pattern");
    ++at_;
  }

  Node atom(std::size_t depth) {
    char c = peek();
    Node node;
    switch (c) {
      case '(':
        return group(depth);
      case '[':
        return bytes(byte_class());
      case '.':
        return ++at_, bytes(~bytes_of("\r\n"));
      case '^':
        return ++at_, node.kind = Node::Kind::begin, node;
      case '$':
        return ++at_, node.kind = Node::Kind::end, node;
      case '\\':
        return escape();
      case '*':
      case '+':
      case '?':
        fail(fmt::format("nothing to repeat before '{}' in the pattern", c));
        return node;
      default:
        ++at_;
        return bytes(bytes_of(std::string_view(&c, 1)));
    }
  }

  Node group(std::size_t depth) {
    ++at_;
    if (!at_end() && peek() == '?') {
      if (text_.substr(at_, 2) != "?:") {
        fail("only plain groups and '(?:' are supported in the pattern");
        return {};
      }
      at_ += 2;
    }
    Node node = choice(depth + 1);
    if (at_end() || peek() != ')') {
      fail("expected ')' in the pattern");
    } else {
      ++at_;
    }
    return node;
  }

  Node escape() {
    ++at_;
    if (at_end()) {
      fail("pattern ends after '\\'");
      return {};
    }
    auto set = escaped_set(peek());
    if (!set) fail(fmt::format("'\\{}' is not supported in the pattern", peek()));
    ++at_;
    return bytes(set.value_or(ByteSet{}));
  }

  /// One member of a class: a byte, or the set of an escape.
  ByteSet class_member() {
    if (peek() != '\\') {
      char c = text_[at_++];
      return bytes_of(std::string_view(&c, 1));
    }
    ++at_;
    auto set = at_end() ? std::nullopt : escaped_set(peek());
    if (!set) {
      fail("escape not supported in the pattern");
      return {};
    }
    ++at_;
    return *set;
  }

  ByteSet byte_class() {
    ++at_;
    bool negated = !at_end() && peek() == '^';
    if (negated) ++at_;
    ByteSet set;
    bool first = true;
    while (!at_end() && (peek() != ']' || first)) {
      first = false;
      if (peek() == '[' || text_.substr(at_, 2) == "&&") {
        fail("nested classes are not supported in the pattern");
        return set;
      }
      unsigned char low = static_cast<unsigned char>(peek());
      ByteSet member = class_member();
      bool is_range = member.count() == 1 && !at_end() && peek() == '-' && at_ + 1 < text_.size() &&
                      text_[at_ + 1] != ']';
      if (is_range && low != '\\') {
        ++at_;
        unsigned char high = static_cast<unsigned char>(text_[at_++]);
        if (high == '\\' || high < low) fail("range in the wrong order in the pattern");
        member = range(low, high);
      }
      set |= member;
    }
    if (at_end()) {
      fail("expected ']' in the pattern");
      return set;
    }
    ++at_;
    if (ignore_case_) set = without_case(set);
    return negated ? ~set : set;
  }

  std::string_view text_;
  std::size_t origin_;
  std::size_t at_ = 0;
  bool ignore_case_ = false;
  std::optional<std::string> error_;
};

/// Turns the tree into instructions; stops growing at kPatternStatesMax.
class Compiler {
 public:
  bool compile(const Node& root) {
    emit_node(root);
    emit(Op::accept);
    return !overflow();
  }

  std::vector<Instruction> program;
  std::vector<ByteSet> sets;

 private:
  /// Nodes are counted too: `((){200}){200}` emits nothing and would still take for ever.
  bool overflow() const { return program.size() > kPatternStatesMax || nodes_ > 4 * kPatternStatesMax; }
  std::uint32_t here() const { return static_cast<std::uint32_t>(program.size()); }
  std::uint32_t emit(Op op, std::uint32_t x = 0, std::uint32_t y = 0) {
    program.push_back({op, x, y});
    return here() - 1;
  }

  void emit_node(const Node& node) {
    ++nodes_;
    if (overflow()) return;
    switch (node.kind) {
      case Node::Kind::bytes:
        sets.push_back(node.set);
        emit(Op::bytes, static_cast<std::uint32_t>(sets.size() - 1));
        return;
      case Node::Kind::begin:
        emit(Op::begin);
        return;
      case Node::Kind::end:
        emit(Op::end);
        return;
      case Node::Kind::sequence:
        for (const Node& child : node.children) emit_node(child);
        return;
      case Node::Kind::choice:
        emit_choice(node);
        return;
      case Node::Kind::repeat:
        emit_repeat(node);
        return;
    }
  }

  void emit_choice(const Node& node) {
    std::vector<std::uint32_t> to_end;
    for (std::size_t i = 0; i < node.children.size(); ++i) {
      bool last = i + 1 == node.children.size();
      std::uint32_t split = last ? 0 : emit(Op::split, here() + 1);
      emit_node(node.children[i]);
      if (last) break;
      to_end.push_back(emit(Op::jump));
      program[split].y = here();
    }
    for (std::uint32_t jump : to_end) program[jump].x = here();
  }

  void emit_repeat(const Node& node) {
    const Node& child = node.children.front();
    for (std::size_t i = 0; i < node.least && !overflow(); ++i) emit_node(child);
    if (!node.most) {
      std::uint32_t split = emit(Op::split, here() + 1);
      emit_node(child);
      emit(Op::jump, split);
      program[split].y = here();
      return;
    }
    std::vector<std::uint32_t> splits;
    for (std::size_t i = node.least; i < *node.most && !overflow(); ++i) {
      splits.push_back(emit(Op::split, here() + 1));
      emit_node(child);
    }
    for (std::uint32_t split : splits) program[split].y = here();
  }

  std::size_t nodes_ = 0;
};

/// The set of instructions that are alive before one byte of the subject, each at most once.
class Threads {
 public:
  explicit Threads(std::size_t size) : seen_(size, 0) {}

  void clear() {
    list_.clear();
    ++generation_;
  }
  /// Adds `start` and whatever follows from it without reading a byte.
  void add(const std::vector<Instruction>& program, std::uint32_t start, bool at_begin, bool at_end) {
    stack_.push_back(start);
    while (!stack_.empty()) {
      ++steps_;
      std::uint32_t pc = stack_.back();
      stack_.pop_back();
      if (seen_[pc] == generation_) continue;
      seen_[pc] = generation_;
      const Instruction& in = program[pc];
      switch (in.op) {
        case Op::split:
          stack_.push_back(in.y), stack_.push_back(in.x);
          break;
        case Op::jump:
          stack_.push_back(in.x);
          break;
        case Op::begin:
          if (at_begin) stack_.push_back(pc + 1);
          break;
        case Op::end:
          if (at_end) stack_.push_back(pc + 1);
          break;
        case Op::bytes:
        case Op::accept:
          list_.push_back(pc);
          break;
      }
    }
  }
  const std::vector<std::uint32_t>& list() const { return list_; }
  std::uint64_t steps() const { return steps_; }

 private:
  std::vector<std::uint32_t> seen_;
  std::vector<std::uint32_t> list_;
  std::vector<std::uint32_t> stack_;
  std::uint32_t generation_ = 1;
  std::uint64_t steps_ = 0;
};

}  // namespace

Result<Pattern> Pattern::parse(std::string_view text, std::size_t origin) {
  auto tree = PatternParser(text, origin).parse();
  if (!tree) return tree.error();
  Compiler compiler;
  if (!compiler.compile(*tree)) {
    return invalid(fmt::format("pattern too large: more than {} states, at character {}", kPatternStatesMax,
                               origin + 1));
  }
  Pattern pattern;
  pattern.text_ = text;
  pattern.program_ = std::move(compiler.program);
  pattern.sets_ = std::move(compiler.sets);
  return pattern;
}

bool Pattern::matches(std::string_view subject) const {
  std::uint64_t steps = 0;
  return matches(subject, steps);
}

bool Pattern::matches(std::string_view subject, std::uint64_t& steps) const {
  // Making room for the alternatives counts too, if less.
  constexpr std::size_t kStatesAStep = 8;
  steps += program_.size() / kStatesAStep;
  Threads now(program_.size()), next(program_.size());
  now.add(program_, 0, true, subject.empty());
  for (std::size_t i = 0; i < subject.size() && !now.list().empty(); ++i) {
    next.clear();
    steps += now.list().size();
    for (std::uint32_t pc : now.list()) {
      const Instruction& in = program_[pc];
      if (in.op == Op::bytes && sets_[in.x].test(static_cast<unsigned char>(subject[i]))) {
        next.add(program_, pc + 1, false, i + 1 == subject.size());
      }
    }
    std::swap(now, next);
  }
  steps += now.steps() + next.steps();
  return std::any_of(now.list().begin(), now.list().end(),
                     [this](std::uint32_t pc) { return program_[pc].op == Op::accept; });
}

}  // namespace berth::placement
