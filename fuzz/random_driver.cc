// Runs a fuzz target without libFuzzer: the target's seeds, then random changes of them. It knows nothing of
// coverage, but needs no compiler of its own, so that the sanitizer build fuzzes with the objects that the
// unit tests use. Usage, a part of libFuzzer's: TARGET [-max_total_time=SECONDS] [-seed=N]
// [-artifact_prefix=PATH] [FILE | FOLDER]… An input that kills the target is written to PATHcrash; give that
// file as FILE to run it again alone.
#include <sanitizer/common_interface_defs.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "base/random.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

constexpr std::size_t kInputMax = 4096;
constexpr int kChangesMax = 8;

std::string current;                    // NOLINT: what runs now, for the callback of a dying process
std::string artifact_prefix = "fuzz-";  // NOLINT

void save_current() {
  std::ofstream(artifact_prefix + "crash", std::ios::binary) << current;
  std::fprintf(stderr, "the input is in %scrash (%zu bytes)\n", artifact_prefix.c_str(), current.size());
}

void on_abort(int) {
  save_current();
  std::_Exit(1);
}

void run_one(std::string input) {
  current = std::move(input);
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(current.data()), current.size());
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void add_seeds(const std::filesystem::path& path, std::vector<std::string>& seeds) {
  if (!std::filesystem::is_directory(path)) {
    seeds.push_back(read_file(path));
    return;
  }
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(path)) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  for (const auto& file : files) seeds.push_back(read_file(file));
}

// One random change: a bit, a byte, a cut, a repetition, a piece of another seed, or a number at its limits.
void change(std::string& input, const std::vector<std::string>& seeds, berth::Prng& random) {
  static const std::vector<std::string> kWords = {"\"",
                                                  "{",
                                                  "}",
                                                  "[",
                                                  "]",
                                                  ":",
                                                  ",",
                                                  "\\u0000",
                                                  "\\ud800",
                                                  "null",
                                                  "-1",
                                                  "1e999",
                                                  "9223372036854775808",
                                                  "%",
                                                  "%00",
                                                  "\r\n",
                                                  "\n",
                                                  "=",
                                                  "&",
                                                  "/",
                                                  "\xff",
                                                  "\xc3\x28",
                                                  std::string(1, '\0'),
                                                  "arn:aws:ecs:"};
  const auto at = static_cast<std::size_t>(random.below(input.size() + 1));
  const auto length = static_cast<std::size_t>(random.below(input.size() - at + 1));
  switch (random.below(6)) {
    case 0:
      if (at < input.size()) input[at] = static_cast<char>(input[at] ^ (1 << random.below(8)));
      break;
    case 1:
      if (at < input.size()) input[at] = static_cast<char>(random.below(256));
      break;
    case 2:
      input.erase(at, length);
      break;
    case 3:
      input.insert(at, input.substr(at, length));
      break;
    case 4: {
      const std::string& other = seeds[random.below(seeds.size())];
      const auto from = static_cast<std::size_t>(random.below(other.size() + 1));
      input.insert(at, other.substr(from, random.below(other.size() - from + 1)));
      break;
    }
    default:
      input.insert(at, kWords[random.below(kWords.size())]);
  }
  if (input.size() > kInputMax) input.resize(kInputMax);
}

}  // namespace

int main(int argc, char** argv) {
  double seconds = 0;
  std::uint64_t seed = 1;
  std::vector<std::string> seeds;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    const std::string value = argument.substr(argument.find('=') + 1);
    if (argument.rfind("-max_total_time=", 0) == 0)
      seconds = std::stod(value);
    else if (argument.rfind("-seed=", 0) == 0)
      seed = std::stoull(value);
    else if (argument.rfind("-artifact_prefix=", 0) == 0)
      artifact_prefix = value;
    else if (argument[0] != '-')
      add_seeds(argument, seeds);
  }
  __sanitizer_set_death_callback(save_current);
  std::signal(SIGABRT, on_abort);
  seeds.emplace_back();
  for (const std::string& input : seeds) run_one(input);
  berth::Prng random(seed);
  const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
  std::size_t runs = seeds.size();
  while (std::chrono::steady_clock::now() < end) {
    std::string input = seeds[random.below(seeds.size())];
    for (auto changes = 1 + random.below(kChangesMax); changes > 0; --changes) change(input, seeds, random);
    run_one(std::move(input));
    ++runs;
  }
  std::printf("%zu runs\n", runs);
  return 0;
}
