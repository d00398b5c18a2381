#include "bin/command_line/values.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstring>

#include "bin/command_line/nearest.h"

namespace berth::command_line {
namespace {

constexpr std::int64_t kHoursMax = 24 * 366 * 10;

bool is_lower_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool is_alphanumeric(char c) {
  return is_lower_or_digit(c) || (c >= 'A' && c <= 'Z');
}

std::string in_words(Duration duration) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(duration).count();
  if (seconds == 0)
    return fmt::format("{}ms", std::chrono::duration_cast<std::chrono::milliseconds>(duration).count());
  if (seconds % 3600 == 0) return fmt::format("{}h", seconds / 3600);
  return seconds % 60 == 0 ? fmt::format("{}m", seconds / 60) : fmt::format("{}s", seconds);
}

bool is_address(const std::string& text) {
  unsigned char bytes[sizeof(struct in6_addr)];
  return inet_pton(AF_INET, text.c_str(), bytes) == 1 || inet_pton(AF_INET6, text.c_str(), bytes) == 1;
}

// The unit at the front of `text`, taken off it, in nanoseconds; 0 for none.
double take_unit(std::string_view& text) {
  struct Unit {
    std::string_view name;
    double nanoseconds;
  };
  for (const auto& unit : {Unit{"ms", 1e6}, Unit{"s", 1e9}, Unit{"m", 60e9}, Unit{"h", 3600e9}}) {
    if (!text.starts_with(unit.name)) continue;
    text.remove_prefix(unit.name.size());
    return unit.nanoseconds;
  }
  return 0;
}

}  // namespace

Take text(std::string& into) {
  return [&into](const std::string& text) -> Result<void> {
    if (text.empty()) return invalid("must not be empty");
    into = text;
    return {};
  };
}

Take text_list(std::vector<std::string>& into) {
  return [&into](const std::string& text) -> Result<void> {
    if (text.empty()) return invalid("must not be empty");
    into.push_back(text);
    return {};
  };
}

Result<std::int64_t> parse_whole_number(std::string_view text, std::int64_t min, std::int64_t max) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size() || value < min || value > max)
    return invalid(fmt::format("must be a whole number from {} to {}", min, max));
  return value;
}

Take unsigned_number(std::uint64_t& into) {
  return [&into](const std::string& text) -> Result<void> {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc() || end != text.data() + text.size())
      return invalid("must be a whole number from 0 to 18446744073709551615");
    into = value;
    return {};
  };
}

Take number(double& into, double min, double max) {
  return [&into, min, max](const std::string& text) -> Result<void> {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value) || value < min ||
        value > max)
      return invalid(fmt::format("must be a number from {} to {}", min, max));
    into = value;
    return {};
  };
}

Take choice(std::vector<std::string> names, std::function<void(std::size_t)> take) {
  return [names = std::move(names), take = std::move(take)](const std::string& text) -> Result<void> {
    const auto found = std::find(names.begin(), names.end(), text);
    if (found == names.end())
      return invalid(fmt::format("must be one of {}{}", fmt::join(names, ", "), did_you_mean(text, names)));
    take(static_cast<std::size_t>(found - names.begin()));
    return {};
  };
}

Take output_form(bool& json) {
  return choice({"table", "json"}, [&json](std::size_t at) { json = at == 1; });
}

Take on_or_off(bool& into) {
  return choice({"off", "on"}, [&into](std::size_t at) { into = at == 1; });
}

Result<Duration> parse_duration(std::string_view text) {
  const Error wrong = invalid("must be a duration such as 90s, 5m or 1h30m");
  double total = 0;
  if (text.empty()) return wrong;
  while (!text.empty()) {
    double value = 0;
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
    if (error != std::errc() || !std::isfinite(value) || value < 0) return wrong;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    const double unit = take_unit(text);
    if (unit == 0) return wrong;
    total += value * unit;
  }
  if (total > static_cast<double>(kHoursMax) * 3600e9) return wrong;
  return Duration(static_cast<std::int64_t>(total));
}

Take duration(Duration& into, Duration min, Duration max) {
  return [&into, min, max](const std::string& text) -> Result<void> {
    const auto parsed = parse_duration(text);
    if (!parsed || *parsed < min || *parsed > max)
      return invalid(fmt::format("must be a duration such as 90s, 5m or 1h30m, from {} to {}", in_words(min),
                                 in_words(max)));
    into = *parsed;
    return {};
  };
}

Take port(std::uint16_t& into) {
  return whole_number(into, 1, 65535);
}

Result<Endpoint> parse_endpoint(std::string_view text) {
  const Error wrong = invalid("must be ADDRESS:PORT, such as 127.0.0.1:5167");
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return wrong;
  const auto port = parse_whole_number(text.substr(colon + 1), 0, 65535);
  std::string address(text.substr(0, colon));
  const bool bracketed = address.starts_with('[') && address.ends_with(']');
  if (bracketed) address = address.substr(1, address.size() - 2);
  if (!port || !is_address(address) || bracketed != (address.find(':') != std::string::npos)) return wrong;
  return Endpoint{std::move(address), static_cast<std::uint16_t>(*port)};
}

Take region(std::string& into) {
  return [&into](const std::string& text) -> Result<void> {
    constexpr std::size_t kLengthMax = 63;
    const bool good =
        !text.empty() && text.size() <= kLengthMax && text.front() >= 'a' && text.front() <= 'z' &&
        is_lower_or_digit(text.back()) &&
        std::all_of(text.begin(), text.end(), [](char c) { return is_lower_or_digit(c) || c == '-'; });
    if (!good) return invalid("must be the name of a region, such as us-east-1");
    into = text;
    return {};
  };
}

Take cluster(std::string& into) {
  return [&into](const std::string& text) -> Result<void> {
    constexpr std::size_t kLengthMax = 255;
    const auto name = text.starts_with("arn:") ? text.substr(text.rfind('/') + 1) : text;
    const bool good = !name.empty() && name.size() <= kLengthMax &&
                      std::all_of(name.begin(), name.end(),
                                  [](char c) { return is_alphanumeric(c) || c == '-' || c == '_'; });
    if (!good)
      return invalid("must be a cluster's name (letters, digits, hyphens and underscores, up to 255) or ARN");
    into = text;
    return {};
  };
}

Take url(std::string& into) {
  return [&into](const std::string& text) -> Result<void> {
    const auto scheme = text.find("://");
    const bool good = (text.starts_with("http://") || text.starts_with("https://")) &&
                      text.size() > scheme + 3 && text.find_first_of(" \t\r\n") == std::string::npos;
    if (!good) return invalid("must be a URL that begins with http:// or https://");
    into = text;
    return {};
  };
}

Take readable_file(std::string& into) {
  return [&into](const std::string& text) -> Result<void> {
    struct stat status {};
    if (text.empty() || stat(text.c_str(), &status) != 0 || access(text.c_str(), R_OK) != 0)
      return invalid(fmt::format("cannot be read: {}", std::strerror(text.empty() ? ENOENT : errno)));
    if (S_ISDIR(status.st_mode)) return invalid("is a folder, where a file is wanted");
    into = text;
    return {};
  };
}

Take existing_folder(std::string& into) {
  return [&into](const std::string& text) -> Result<void> {
    struct stat status {};
    if (text.empty() || stat(text.c_str(), &status) != 0)
      return invalid(fmt::format("cannot be read: {}", std::strerror(text.empty() ? ENOENT : errno)));
    if (!S_ISDIR(status.st_mode)) return invalid("is no folder");
    into = text;
    return {};
  };
}

std::string shell_quoted(std::string_view text) {
  constexpr std::string_view kPlain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_./:=@%+,";
  if (!text.empty() && text.find_first_not_of(kPlain) == std::string_view::npos) return std::string(text);
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'')
      out += "'\\''";
    else
      out += c;
  }
  return out + "'";
}

}  // namespace berth::command_line
