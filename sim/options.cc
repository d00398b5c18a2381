#include "sim/options.h"

#include <fmt/format.h>

#include "bin/command_line/command.h"
#include "bin/command_line/nearest.h"
#include "sim/cluster/mutants.h"

namespace berth::sim {
namespace {

namespace line = command_line;

constexpr std::int64_t kSeedsMax = 1'000'000'000;
constexpr std::int64_t kMinutesMax = 60 * 24 * 31;
constexpr std::int64_t kJobsMax = 1024;
constexpr std::int64_t kSizeMax = 100'000;
constexpr std::int64_t kSecondsMax = 10'000'000;

line::Take maybe(std::optional<std::int64_t>& into, std::int64_t min, std::int64_t max) {
  return [&into, min, max](const std::string& text) -> Result<void> {
    auto value = line::parse_whole_number(text, min, max);
    if (!value) return std::move(value).error();
    into = *value;
    return {};
  };
}

line::Take seed_of(std::optional<std::uint64_t>& into) {
  return [&into](const std::string& text) -> Result<void> {
    std::uint64_t seed = 0;
    if (auto taken = line::unsigned_number(seed)(text); !taken) return taken;
    into = seed;
    return {};
  };
}

Result<std::string> mutant_of(const std::string& text) {
  if (is_mutant(text)) return text;
  std::vector<std::string> names;
  for (const auto& mutant : list_mutants()) names.emplace_back(mutant.name);
  return invalid(fmt::format("is none of --list-mutants{}", line::did_you_mean(text, names)));
}

line::Take one_mutant(std::string& into) {
  return [&into](const std::string& text) -> Result<void> {
    auto name = mutant_of(text);
    if (!name) return std::move(name).error();
    into = *std::move(name);
    return {};
  };
}

void add_one_run(line::Command& program, Options& options) {
  auto& request = options.request;
  program.add_option("--seed", "S", seed_of(options.seed), "one run of SPEC, from this seed");
  program.add_flag("--trace", request.trace, "print everything that is logged");
  program.add_flag("--hash", options.hash, "print the hash of the trace alone");
  program.add_option("--mutant", "NAME", one_mutant(request.mutant), "plant a bug");
  program.add_list(
      "--without", "FAULT",
      [&request](const std::string& text) -> Result<void> {
        if (text.empty()) return invalid("must not be empty");
        request.without.insert(text);
        return {};
      },
      "a kind of fault that stays off");
  program.add_flag("--shrink", options.shrink, "look for the smallest run that fails likewise");
  program.add_option("--planes", "N", maybe(request.planes, 1, kSizeMax), "control planes (by seed)");
  program.add_option("--agents", "N", maybe(request.agents, 0, kSizeMax), "agents (by seed)");
  program.add_option("--clients", "N", maybe(request.clients, 0, kSizeMax), "clients (by seed)");
  program.add_option("--seconds", "N", maybe(request.seconds, 0, kSecondsMax), "simulated seconds (by seed)");
}

void add_many_runs(line::Command& program, Options& options) {
  program.add_flag("--all", options.all, "every spec");
  program.add_option("--seeds", "N", maybe(options.seeds, 1, kSeedsMax),
                     "seeds of each spec (what the spec says)");
  program.add_option("--first", "S", line::unsigned_number(options.first), "the first seed (1)");
  program.add_option("--minutes", "M", maybe(options.minutes, 1, kMinutesMax), "as many seeds as that takes");
  program.add_option("--jobs", "J", line::whole_number(options.jobs, 1, kJobsMax), "processes (2)");
  program.add_flag("--small", options.small, "leave out the large specs");
  program.add_flag("--mutants", options.mutants,
                   "every planted bug must be caught within --seeds of some spec");
  program.add_flag("--regressions", options.regressions, "every line of regressions.txt");
  program.add_flag("--list", options.list, "show the specs");
  program.add_flag("--list-mutants", options.list_mutants, "show the planted bugs");
  program.add_option("--dir", "DIR", line::existing_folder(options.dir),
                     "the folder with specs/ and regressions.txt (where the sources are)");
}

// What the plain words mean depends on --mutants.
Result<void> sort_words(const std::vector<std::string>& words, Options& options) {
  if (options.mutants) {
    for (const auto& word : words)
      if (auto name = mutant_of(word); !name)
        return invalid(fmt::format("'{}' {}", word, name.error().message));
    options.names = words;
    return {};
  }
  if (words.size() > 1) return invalid(fmt::format("unexpected word '{}': one spec, or --all", words[1]));
  if (!words.empty()) options.spec = words[0];
  const bool other = options.all || options.regressions || options.list || options.list_mutants;
  if (words.empty() && !other) return invalid("what to run? SPEC, --all, --mutants, --regressions or --list");
  if (!words.empty() && other)
    return invalid(fmt::format("'{}' cannot be run beside all: leave one of them away", words[0]));
  return {};
}

Result<std::string> read(line::Command& program, const std::vector<std::string>& words, Options& options) {
  std::vector<std::string> plain;
  program.add_words("SPEC", line::text_list(plain),
                    "the spec to run; behind --mutants: the planted bugs (all)");
  add_one_run(program, options);
  add_many_runs(program, options);
  program.add_note("One seed in 20 runs again in a process of its own and must give the same trace.");
  auto shown = program.parse(words);
  if (!shown || !shown->empty()) return shown;
  if (auto sorted = sort_words(plain, options); !sorted) return sorted.error();
  return shown;
}

constexpr const char* kSummary =
    "runs whole clusters in one process on virtual time, from seeds, with faults";

}  // namespace

Result<std::string> parse_options(const std::vector<std::string>& words, Options& options) {
  line::Command program("berth-sim", kSummary);
  return read(program, words, options);
}

std::optional<int> read_command_line(const std::vector<std::string>& words, Options& options) {
  line::Command program("berth-sim", kSummary);
  return conclude(program, read(program, words, options));
}

}  // namespace berth::sim
