#include "base/time.h"

#include <fmt/format.h>

namespace berth {
namespace {

struct Broken {
  int year;
  unsigned month, day;
  std::int64_t hour, minute, second, ms;
};

Broken break_down(WallTime time) {
  using namespace std::chrono;
  const sys_time<milliseconds> moment{milliseconds(time.ms)};
  const auto day = floor<days>(moment);
  const year_month_day date{day};
  const auto rest = (moment - day).count();
  return {static_cast<int>(date.year()),
          static_cast<unsigned>(date.month()),
          static_cast<unsigned>(date.day()),
          rest / 3'600'000,
          rest / 60'000 % 60,
          rest / 1000 % 60,
          rest % 1000};
}

}  // namespace

std::string render_iso8601(WallTime time) {
  const Broken b = break_down(time);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", b.year, b.month, b.day, b.hour, b.minute,
                     b.second, b.ms);
}

std::string render_basic_iso8601(WallTime time) {
  const Broken b = break_down(time);
  return fmt::format("{:04}{:02}{:02}T{:02}{:02}{:02}Z", b.year, b.month, b.day, b.hour, b.minute, b.second);
}

}  // namespace berth
