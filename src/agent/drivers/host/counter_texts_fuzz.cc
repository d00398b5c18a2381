// Goal: no text in a file of the kernel, or of whoever mounted something in its place, makes a parser
// misbehave. Method: the first byte chooses the parser; what it yields is held to its contract.
#include <cstdlib>

#include "agent/drivers/host/counter_texts.h"

namespace {
using namespace berth::agent::drivers::host;

void require(bool condition) {
  if (!condition) std::abort();
}

void check_slice(std::string_view input) {
  const std::string folder = folder_of_slice(input);
  require(folder.starts_with('/') && folder.ends_with(input));
}

void check_count(std::string_view input) {
  if (const auto count = parse_count(input)) {
    require(find_count("name " + std::to_string(*count), "name").value() == *count);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data + 1), size - 1);
  switch (data[0] % 8) {
    case 0:
      check_count(input);
      break;
    case 1:
      (void)find_count(input, "cache");
      break;
    case 2:
      (void)parse_service_bytes(input);
      break;
    case 3:
      (void)parse_io_stat(input);
      break;
    case 4:
      if (auto sum = parse_interfaces(input); sum && *sum) require(input.find("eth") != input.npos);
      break;
    case 5:
      if (auto cpus = count_cpus(input)) require(*cpus > 0 && *cpus <= 65536);
      break;
    case 6:
      if (auto process = first_process(input)) require(*process > 0);
      break;
    default:
      check_slice(input);
  }
  return 0;
}
