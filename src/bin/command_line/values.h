#pragma once
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace berth::command_line {

/// Takes the text of an option or word.
/// Errors: `invalid`, with a text that goes on behind the name and the text: "must be a whole number from 1
///   to 256".
using Take = std::function<Result<void>(const std::string& text)>;

/// Any text that is not empty.
Take text(std::string& into);
/// Any text that is not empty, added to what is there.
Take text_list(std::vector<std::string>& into);

/// A whole number of these bounds, in decimal.
Result<std::int64_t> parse_whole_number(std::string_view text, std::int64_t min, std::int64_t max);
template <class T>
Take whole_number(T& into, std::int64_t min, std::int64_t max) {
  return [&into, min, max](const std::string& text) -> Result<void> {
    const auto value = parse_whole_number(text, min, max);
    if (!value) return value.error();
    into = static_cast<T>(*value);
    return {};
  };
}
/// A whole number of 64 bits without a sign, such as a seed.
Take unsigned_number(std::uint64_t& into);
/// A number of these bounds, with a decimal point if need be.
Take number(double& into, double min, double max);

/// One of `names`; `take` gets its place among them.
Take choice(std::vector<std::string> names, std::function<void(std::size_t)> take);
/// `table` or `json`.
Take output_form(bool& json);
/// `on` or `off`.
Take on_or_off(bool& into);

/// "90s", "5m", "1h30m", "250ms" → duration.
/// Errors: `invalid`.
Result<Duration> parse_duration(std::string_view text);
Take duration(Duration& into, Duration min, Duration max);

/// A TCP port from 1 to 65535.
Take port(std::uint16_t& into);
/// An address and a port, "127.0.0.1:5167" or "[::1]:5167"; port 0 is any free one.
struct Endpoint {
  std::string address;
  std::uint16_t port = 0;
};
Result<Endpoint> parse_endpoint(std::string_view text);

/// A region's name, as it stands in ARNs and host names: lower-case letters, digits and hyphens.
Take region(std::string& into);
/// A cluster's name or ARN.
Take cluster(std::string& into);
/// An http or https URL.
Take url(std::string& into);
/// A file that is there and can be read; a folder that is there.
Take readable_file(std::string& into);
Take existing_folder(std::string& into);

/// A text as a word of a shell's command line: with quotes where it needs them.
std::string shell_quoted(std::string_view text);

}  // namespace berth::command_line
