#include "agent/drivers/docker/docker_time.h"

#include <fmt/format.h>

#include <charconv>

namespace berth::agent::drivers::docker {
namespace {

/// Takes exactly `digits` digits off the front.
std::optional<int> take_number(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return {};
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + digits, number);
  if (error != std::errc() || end != text.data() + digits || number < 0) return {};
  text.remove_prefix(digits);
  return number;
}

bool take(std::string_view& text, std::string_view any_of) {
  if (text.empty() || any_of.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

/// Milliseconds of `.123456789`; nothing when there is a point without digits.
std::optional<int> take_fraction(std::string_view& text) {
  if (!take(text, ".")) return 0;
  int ms = 0;
  std::size_t digits = 0;
  for (; !text.empty() && text.front() >= '0' && text.front() <= '9'; text.remove_prefix(1), ++digits)
    if (digits < 3) ms = ms * 10 + (text.front() - '0');
  if (digits == 0) return {};
  for (std::size_t i = digits; i < 3; ++i) ms *= 10;
  return ms;
}

std::optional<std::chrono::minutes> take_zone(std::string_view& text) {
  if (take(text, "Zz")) return std::chrono::minutes(0);
  const int sign = !text.empty() && text.front() == '-' ? -1 : 1;
  if (!take(text, "+-")) return {};
  const auto hours = take_number(text, 2);
  if (!hours || !take(text, ":")) return {};
  const auto minutes = take_number(text, 2);
  if (!minutes) return {};
  return std::chrono::minutes(sign * (*hours * 60 + *minutes));
}

}  // namespace

std::optional<WallTime> parse_docker_time(std::string_view text) {
  const auto year = take_number(text, 4);
  if (!year || *year <= 1 || !take(text, "-")) return {};
  const auto month = take_number(text, 2);
  if (!month || !take(text, "-")) return {};
  const auto day = take_number(text, 2);
  if (!day || !take(text, "Tt ")) return {};
  const auto hour = take_number(text, 2);
  if (!hour || *hour > 23 || !take(text, ":")) return {};
  const auto minute = take_number(text, 2);
  if (!minute || *minute > 59 || !take(text, ":")) return {};
  const auto second = take_number(text, 2);
  if (!second || *second > 60) return {};
  const auto ms = take_fraction(text);
  if (!ms) return {};
  const auto zone = take_zone(text);
  if (!zone || !text.empty()) return {};
  const std::chrono::year_month_day date{std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return {};
  const auto moment = std::chrono::sys_days(date) + std::chrono::hours(*hour) +
                      std::chrono::minutes(*minute) + std::chrono::seconds(*second) +
                      std::chrono::milliseconds(*ms) - *zone;
  return WallTime{std::chrono::duration_cast<std::chrono::milliseconds>(moment.time_since_epoch()).count()};
}

std::string render_since(WallTime time) {
  const auto ms = time.ms < 0 ? 0 : time.ms;
  return fmt::format("{}.{:03}000000", ms / 1000, ms % 1000);
}

std::string render_go_duration(Duration duration) {
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
  if (ms <= 0) return "0s";
  if (ms < 1000) return fmt::format("{}ms", ms);
  std::string seconds = fmt::format("{}", ms / 1000 % 60);
  if (const auto rest = ms % 1000; rest != 0) {
    std::string fraction = fmt::format(".{:03}", rest);
    fraction.erase(fraction.find_last_not_of('0') + 1);
    seconds += fraction;
  }
  const auto minutes = ms / 60'000;
  if (minutes == 0) return seconds + "s";
  if (minutes < 60) return fmt::format("{}m{}s", minutes, seconds);
  return fmt::format("{}h{}m{}s", minutes / 60, minutes % 60, seconds);
}

}  // namespace berth::agent::drivers::docker
