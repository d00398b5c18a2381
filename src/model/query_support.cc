#include "model/query_support.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdlib>

#include "base/encoding.h"

namespace berth::model {
namespace {

/// Reads exactly `digits` decimal digits from the front of `text`; -1 when they are not there.
int take_number(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return -1;
  int number = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    if (text[i] < '0' || text[i] > '9') return -1;
    number = number * 10 + (text[i] - '0');
  }
  text.remove_prefix(digits);
  return number;
}

bool take(std::string_view& text, char wanted) {
  if (text.empty() || text.front() != wanted) return false;
  text.remove_prefix(1);
  return true;
}

/// Milliseconds of a fraction such as ".25"; zero without one.
int take_fraction_ms(std::string_view& text) {
  if (!take(text, '.')) return 0;
  int ms = 0;
  int scale = 100;
  while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
    ms += (text.front() - '0') * scale;
    scale /= 10;
    text.remove_prefix(1);
  }
  return ms;
}

/// Minutes east of UTC of "Z", "+01:00" or "+0100"; nothing when the text is neither.
std::optional<int> take_offset(std::string_view& text) {
  if (take(text, 'Z')) return 0;
  const bool west = !text.empty() && text.front() == '-';
  if (!west && !(!text.empty() && text.front() == '+')) return std::nullopt;
  text.remove_prefix(1);
  const int hours = take_number(text, 2);
  take(text, ':');
  const int minutes = take_number(text, 2);
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return std::nullopt;
  return (west ? -1 : 1) * (hours * 60 + minutes);
}

std::optional<std::uint64_t> item_number(std::string_view name) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (error != std::errc() || end != name.data() + name.size()) return std::nullopt;
  return number;
}

Error too_many() {
  return {ErrorCode::too_large, fmt::format("more than {} parameters", kQueryPairsMax), Retry::no};
}

}  // namespace

Result<QueryTree> QueryTree::from_form(std::string_view form) {
  QueryTree tree;
  std::size_t pairs = 0;
  while (!form.empty()) {
    const std::size_t end = std::min(form.find('&'), form.size());
    const std::string_view pair = form.substr(0, end);
    form.remove_prefix(std::min(end + 1, form.size()));
    if (pair.empty()) continue;
    if (++pairs > kQueryPairsMax) return too_many();
    const std::size_t equals = std::min(pair.find('='), pair.size());
    Result<std::string> name = decode_uri(pair.substr(0, equals), Plus::space);
    if (!name.ok()) return name.error();
    Result<std::string> value = decode_uri(pair.substr(std::min(equals + 1, pair.size())), Plus::space);
    if (!value.ok()) return value.error();
    if (Result<void> done = tree.insert(*name, std::move(*value)); !done.ok()) return done.error();
  }
  return tree;
}

Result<QueryTree> QueryTree::from_pairs(std::span<const std::pair<std::string, std::string>> pairs) {
  if (pairs.size() > kQueryPairsMax) return too_many();
  QueryTree tree;
  for (const auto& [name, value] : pairs) {
    if (Result<void> done = tree.insert(name, value); !done.ok()) return done.error();
  }
  return tree;
}

Result<void> QueryTree::insert(std::string_view name, std::string value) {
  QueryTree* node = this;
  std::string_view rest = name;
  for (std::size_t depth = 0;; ++depth) {
    if (depth == kQueryDepthMax) {
      return Error{ErrorCode::too_large,
                   fmt::format("a parameter's name has more than {} parts", kQueryDepthMax), Retry::no};
    }
    const std::size_t dot = rest.find('.');
    const std::string_view part = rest.substr(0, dot);
    if (part.empty()) return invalid(fmt::format("the parameter name '{}' has an empty part", name));
    node = &node->children_.try_emplace(std::string(part)).first->second;
    if (dot == std::string_view::npos) break;
    rest.remove_prefix(dot + 1);
  }
  node->value_ = std::move(value);
  return {};
}

const QueryTree* QueryTree::child(std::string_view name) const {
  const auto found = children_.find(name);
  return found == children_.end() ? nullptr : &found->second;
}

std::string_view QueryTree::text(std::string_view name) const {
  const QueryTree* found = child(name);
  return found != nullptr && found->value_ ? std::string_view(*found->value_) : std::string_view();
}

std::vector<const QueryTree*> QueryTree::items() const {
  std::vector<std::pair<std::uint64_t, const QueryTree*>> numbered;
  for (const auto& [name, tree] : children_) {
    if (const auto number = item_number(name)) numbered.emplace_back(*number, &tree);
  }
  std::stable_sort(numbered.begin(), numbered.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<const QueryTree*> items;
  items.reserve(numbered.size());
  for (const auto& [number, tree] : numbered) items.push_back(tree);
  return items;
}

void XmlWriter::open(std::string_view name) {
  out_ += '<';
  out_ += name;
  out_ += '>';
}

void XmlWriter::open(std::string_view name, std::string_view xml_namespace) {
  out_ += '<';
  out_ += name;
  out_ += " xmlns=\"";
  text(xml_namespace);
  out_ += "\">";
}

void XmlWriter::close(std::string_view name) {
  out_ += "</";
  out_ += name;
  out_ += '>';
}

void XmlWriter::text(std::string_view text) {
  for (const char c : text) {
    switch (c) {
      case '&':
        out_ += "&amp;";
        break;
      case '<':
        out_ += "&lt;";
        break;
      case '>':
        out_ += "&gt;";
        break;
      case '"':
        out_ += "&quot;";
        break;
      case '\r':
        out_ += "&#xD;";
        break;  // Else parsers turn it into a line feed.
      case '\n':
      case '\t':
        out_ += c;
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          out_ += "\xEF\xBF\xBD";
        } else {
          out_ += c;
        }
    }
  }
}

void XmlWriter::element(std::string_view name, std::string_view content) {
  open(name);
  text(content);
  close(name);
}

Result<WallTime> parse_iso8601(std::string_view text) {
  const Error error =
      invalid(fmt::format("'{}' is not a time such as 2026-11-20T23:34:11Z", text.substr(0, 64)));
  const int year = take_number(text, 4);
  if (!take(text, '-')) return error;
  const int month = take_number(text, 2);
  if (!take(text, '-')) return error;
  const int day = take_number(text, 2);
  if (!take(text, 'T')) return error;
  const int hour = take_number(text, 2);
  if (!take(text, ':')) return error;
  const int minute = take_number(text, 2);
  if (!take(text, ':')) return error;
  const int second = take_number(text, 2);
  const int ms = take_fraction_ms(text);
  const auto offset = take_offset(text);
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (year < 0 || !date.ok() || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 ||
      second > 60 || !offset || !text.empty()) {
    return error;
  }
  const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  const std::int64_t minutes = days * 1440 + hour * 60 + minute - *offset;
  return WallTime{(minutes * 60 + second) * 1000 + ms};
}

}  // namespace berth::model
