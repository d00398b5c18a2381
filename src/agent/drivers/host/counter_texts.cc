#include "agent/drivers/host/counter_texts.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/text.h"

namespace berth::agent::drivers::host {
namespace {

/// More than any kernel is built for.
constexpr std::uint64_t kCpusMax = 1U << 16U;
/// `bytes packets errs drop fifo frame compressed multicast`, and again for what was sent.
constexpr std::size_t kInterfaceColumns = 16;
constexpr std::size_t kSentColumns = 8;

/// Takes what stands before `separator` off the front of `text`; all of it when there is none.
std::string_view take_until(std::string_view& text, char separator) {
  const auto end = text.find(separator);
  const std::string_view taken = text.substr(0, end);
  text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  return taken;
}

/// Takes the next word of a line; empty at its end.
std::string_view take_word(std::string_view& line) {
  const auto begin = std::min(line.find_first_not_of(' '), line.size());
  line.remove_prefix(begin);
  return take_until(line, ' ');
}

std::optional<std::uint64_t> number_in(std::string_view word) {
  std::uint64_t number = 0;
  const auto [end, problem] = std::from_chars(word.data(), word.data() + word.size(), number);
  if (problem != std::errc() || end != word.data() + word.size()) return {};
  return number;
}

bool made_by_docker(std::string_view interface) {
  return interface.starts_with("eth") && number_in(interface.substr(3));
}

void add_to(std::optional<std::uint64_t>& sum, std::uint64_t number) {
  sum = sum.value_or(0) + number;
}

Error not_counters(const char* what) {
  return invalid(std::string("not the form of ") + what);
}

}  // namespace

Result<std::uint64_t> parse_count(std::string_view text) {
  if (const auto number = number_in(trim(text))) return *number;
  return not_counters("a number");
}

Result<std::uint64_t> find_count(std::string_view text, std::string_view name) {
  while (!text.empty()) {
    std::string_view line = take_until(text, '\n');
    if (take_word(line) == name) return parse_count(line);
  }
  return invalid("there is no " + std::string(name));
}

Result<StorageCounts> parse_service_bytes(std::string_view text) {
  StorageCounts counts;
  while (!text.empty()) {
    std::string_view line = take_until(text, '\n');
    const std::string_view device = take_word(line);
    if (device.empty() || device == "Total") continue;
    const std::string_view operation = take_word(line);
    const auto bytes = number_in(take_word(line));
    if (!bytes || device.find(':') == std::string_view::npos) return not_counters("blkio");
    if (operation == "Read") add_to(counts.read, *bytes);
    if (operation == "Write") add_to(counts.written, *bytes);
  }
  return counts;
}

Result<StorageCounts> parse_io_stat(std::string_view text) {
  StorageCounts counts;
  while (!text.empty()) {
    std::string_view line = take_until(text, '\n');
    const std::string_view device = take_word(line);
    if (device.empty()) continue;
    if (device.find(':') == std::string_view::npos) return not_counters("io.stat");
    for (std::string_view value = take_word(line); !value.empty(); value = take_word(line)) {
      const std::string_view name = take_until(value, '=');
      if (name != "rbytes" && name != "wbytes") continue;
      const auto bytes = number_in(value);
      if (!bytes) return not_counters("io.stat");
      add_to(name == "rbytes" ? counts.read : counts.written, *bytes);
    }
  }
  return counts;
}

Result<std::optional<engine::ContainerStats::Network>> parse_interfaces(std::string_view text) {
  std::optional<engine::ContainerStats::Network> sum;
  bool others = false;
  // Two lines say what the columns are.
  for (int headline = 0; headline < 2; ++headline) {
    if (take_until(text, '\n').find('|') == std::string_view::npos) return not_counters("net/dev");
  }
  while (!text.empty()) {
    std::string_view line = take_until(text, '\n');
    if (trim(line).empty()) continue;
    const std::string_view name = trim(take_until(line, ':'));
    others = others || (name != "lo" && !made_by_docker(name));
    std::array<std::uint64_t, kInterfaceColumns> columns{};
    for (std::uint64_t& column : columns) {
      const auto number = number_in(take_word(line));
      if (!number) return not_counters("net/dev");
      column = *number;
    }
    if (!made_by_docker(name)) continue;
    if (!sum) sum.emplace();
    sum->rx_bytes += columns[0];
    sum->rx_packets += columns[1];
    sum->rx_errors += columns[2];
    sum->rx_dropped += columns[3];
    sum->tx_bytes += columns[kSentColumns];
    sum->tx_packets += columns[kSentColumns + 1];
    sum->tx_errors += columns[kSentColumns + 2];
    sum->tx_dropped += columns[kSentColumns + 3];
  }
  if (!sum && others) return invalid("no interface here is one of Docker's");
  return sum;
}

Result<std::uint32_t> count_cpus(std::string_view text) {
  text = trim(text);
  std::uint64_t count = 0;
  std::uint64_t next = 0;  // The kernel names them in order, each once.
  do {
    std::string_view range = take_until(text, ',');
    const bool single = range.find('-') == std::string_view::npos;
    const auto first = number_in(take_until(range, '-'));
    const auto last = single ? first : number_in(range);
    if (!first || !last || *first < next || *last < *first || *last >= kCpusMax)
      return not_counters("a list of processors");
    count += *last - *first + 1;
    next = *last + 1;
  } while (!text.empty());
  return static_cast<std::uint32_t>(count);
}

Result<std::uint64_t> first_process(std::string_view text) {
  const auto process = number_in(take_until(text, '\n'));
  if (!process || *process == 0) return invalid("no process of the group can be seen");
  return *process;
}

std::string folder_of_slice(std::string_view slice) {
  constexpr std::string_view kSuffix = ".slice";
  std::string folder;
  for (auto dash = slice.find('-'); dash != std::string_view::npos; dash = slice.find('-', dash + 1))
    folder.append("/").append(slice.substr(0, dash)).append(kSuffix);
  return folder.append("/").append(slice);
}

}  // namespace berth::agent::drivers::host
