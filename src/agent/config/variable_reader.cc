#include "agent/config/variable_reader.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <limits>

#include "base/text.h"

namespace berth::agent::config {
namespace {

std::string render_list(const std::vector<std::string>& items) {
  JsonArray array;
  for (const auto& item : items) array.emplace_back(item);
  return render_json(JsonValue(std::move(array)));
}

}  // namespace

std::optional<std::string> VariableReader::find(const char* name) const {
  const auto found = variables_.find(name);
  if (found == variables_.end()) return std::nullopt;
  const std::string_view value = trim(found->second);
  if (value.empty()) return std::nullopt;
  return std::string(value);
}

void VariableReader::note(const char* name, std::string default_text) {
  seen_.push_back({name, std::move(default_text)});
}

void VariableReader::fail(const char* name, const std::string& what) {
  if (!error_) error_ = invalid(fmt::format("{}: {}", name, what));
}

void VariableReader::text(const char* name, std::string& into) {
  note(name, into);
  if (auto value = find(name)) into = *std::move(value);
}

void VariableReader::derived_text(const char* name, std::string& into) {
  note(name, {});
  if (auto value = find(name)) into = *std::move(value);
}

void VariableReader::mention(const char* name, const char* default_text) {
  note(name, default_text);
}

void VariableReader::flag(const char* name, bool& into) {
  note(name, into ? "true" : "false");
  const auto value = find(name);
  if (!value) return;
  for (const char* yes : {"1", "t", "T", "TRUE", "true", "True"})
    if (*value == yes) into = true;
  for (const char* no : {"0", "f", "F", "FALSE", "false", "False"})
    if (*value == no) into = false;
}

void VariableReader::duration(const char* name, Duration& into, Duration least) {
  note(name, render_go_duration(into));
  const auto value = find(name);
  if (!value) return;
  const auto parsed = parse_go_duration(*value);
  if (!parsed) return fail(name, parsed.error().message);
  if (*parsed >= least) into = *parsed;
}

void VariableReader::number(const char* name, std::int64_t& into, std::int64_t low, std::int64_t high) {
  note(name, std::to_string(into));
  const auto value = find(name);
  if (!value) return;
  std::int64_t parsed = 0;
  const auto [end, error] = std::from_chars(value->data(), value->data() + value->size(), parsed);
  if (error != std::errc() || end != value->data() + value->size() || parsed < low || parsed > high)
    return fail(name, fmt::format("'{}' must be a number from {} to {}", *value, low, high));
  into = parsed;
}

void VariableReader::number(const char* name, std::int32_t& into, std::int32_t low, std::int32_t high) {
  std::int64_t wide = into;
  number(name, wide, std::int64_t{low}, std::int64_t{high});
  into = static_cast<std::int32_t>(wide);
}

std::optional<JsonValue> VariableReader::json(const char* name, const char* wanted) {
  const auto value = find(name);
  if (!value) return std::nullopt;
  auto parsed = parse_json(*value);
  if (parsed) return *std::move(parsed);
  fail(name, wanted);
  return std::nullopt;
}

void VariableReader::ports(const char* name, std::vector<std::int32_t>& into) {
  note(name, fmt::format("[{}]", fmt::join(into, ",")));
  constexpr const char* kWanted = "it must be a JSON array of ports, such as [22,80]";
  const auto value = json(name, kWanted);
  if (!value) return;
  if (!value->is_array()) return fail(name, kWanted);
  std::vector<std::int32_t> ports;
  for (const auto& item : value->get_array()) {
    if (!item.is_int64() || item.get_int64() < 1 || item.get_int64() > 65535) return fail(name, kWanted);
    ports.push_back(static_cast<std::int32_t>(item.get_int64()));
  }
  into = std::move(ports);
}

void VariableReader::texts(const char* name, std::vector<std::string>& into) {
  note(name, render_list(into));
  constexpr const char* kWanted = "it must be a JSON array of strings";
  const auto value = json(name, kWanted);
  if (!value) return;
  if (!value->is_array()) return fail(name, kWanted);
  std::vector<std::string> texts;
  for (const auto& item : value->get_array()) {
    if (!item.is_string()) return fail(name, kWanted);
    texts.emplace_back(item.get_string());
  }
  into = std::move(texts);
}

void VariableReader::names(const char* name, std::vector<std::string>& into) {
  note(name, fmt::format("{}", fmt::join(into, ",")));
  const auto value = find(name);
  if (!value) return;
  into.clear();
  for (std::string_view rest = *value; !rest.empty();) {
    const auto comma = rest.find(',');
    const std::string_view one = trim(rest.substr(0, comma));
    if (!one.empty()) into.emplace_back(one);
    rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
  }
}

void VariableReader::pairs(const char* name, std::map<std::string, std::string>& into) {
  note(name, "{}");
  constexpr const char* kWanted = "it must be a JSON object of strings, such as {\"stack\":\"prod\"}";
  const auto value = json(name, kWanted);
  if (!value) return;
  if (!value->is_object()) return fail(name, kWanted);
  for (const auto& [key, item] : value->get_object()) {
    if (!item.is_string()) return fail(name, kWanted);
    into[std::string(key)] = std::string(item.get_string());
  }
}

std::string VariableReader::choice(const char* name, const std::vector<std::string>& allowed) {
  note(name, allowed.front());
  const auto value = find(name);
  if (!value) return allowed.front();
  if (std::find(allowed.begin(), allowed.end(), *value) != allowed.end()) return *value;
  fail(name, fmt::format("'{}' must be one of {}", *value, fmt::join(allowed, ", ")));
  return allowed.front();
}

Result<Duration> parse_go_duration(std::string_view text) {
  const std::string_view whole = text;
  const auto refuse = [&] {
    return invalid(fmt::format("'{}' is not a duration such as 10s or 1h30m", whole));
  };
  Duration total{0};
  if (text == "0") return total;
  if (text.empty()) return refuse();
  static constexpr std::pair<std::string_view, double> kUnits[] = {{"ms", 1e6}, {"us", 1e3}, {"ns", 1},
                                                                   {"s", 1e9},  {"m", 60e9}, {"h", 3600e9}};
  while (!text.empty()) {
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    // A million hours is more than a century, and still fits.
    if (error != std::errc() || !(number >= 0) || number > 1e6) return refuse();
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    const auto unit = std::find_if(std::begin(kUnits), std::end(kUnits),
                                   [&](const auto& candidate) { return text.starts_with(candidate.first); });
    if (unit == std::end(kUnits)) return refuse();
    text.remove_prefix(unit->first.size());
    const double nanoseconds = number * unit->second;
    if (nanoseconds + static_cast<double>(total.count()) > 9e18) return refuse();
    total += Duration(static_cast<std::int64_t>(nanoseconds));
  }
  return total;
}

std::string render_go_duration(Duration duration) {
  std::string text;
  std::int64_t left = std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
  static constexpr std::pair<const char*, std::int64_t> kParts[] = {
      {"h", 3'600'000}, {"m", 60'000}, {"s", 1000}, {"ms", 1}};
  for (const auto& [unit, size] : kParts) {
    if (left >= size) text += std::to_string(left / size) + unit;
    left %= size;
  }
  return text.empty() ? "0s" : text;
}

}  // namespace berth::agent::config
