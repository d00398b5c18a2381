#include "base/http_date.h"

#include <array>
#include <charconv>
#include <chrono>

namespace berth {
namespace {

constexpr std::string_view kForm = "Fri, 20 Nov 2026 23:34:11 GMT";
constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

std::optional<int> number(std::string_view text) {
  int value = 0;
  for (const char c : text)
    if (c < '0' || c > '9') return std::nullopt;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

/// What stands between the numbers must stand there.
bool has_form(std::string_view text) {
  if (text.size() != kForm.size() || !text.ends_with(" GMT")) return false;
  for (const std::size_t at : {4U, 7U, 11U, 16U})
    if (text[at] != ' ') return false;
  return text[3] == ',' && text[19] == ':' && text[22] == ':';
}

}  // namespace

std::optional<WallTime> parse_http_date(std::string_view text) {
  namespace ch = std::chrono;
  if (!has_form(text)) return std::nullopt;
  const auto day = number(text.substr(5, 2));
  const auto year = number(text.substr(12, 4));
  const auto hour = number(text.substr(17, 2));
  const auto minute = number(text.substr(20, 2));
  const auto second = number(text.substr(23, 2));
  unsigned month = 0;
  while (month < kMonths.size() && kMonths[month] != text.substr(8, 3)) ++month;
  if (!day || !year || !hour || !minute || !second || month == kMonths.size()) return std::nullopt;
  const ch::year_month_day date{ch::year(*year), ch::month(month + 1), ch::day(static_cast<unsigned>(*day))};
  constexpr int kLeapSecond = 60;
  if (!date.ok() || *hour > 23 || *minute > 59 || *second > kLeapSecond) return std::nullopt;
  const auto moment =
      ch::sys_days(date).time_since_epoch() + ch::hours(*hour) + ch::minutes(*minute) + ch::seconds(*second);
  return WallTime{ch::duration_cast<ch::milliseconds>(moment).count()};
}

}  // namespace berth
