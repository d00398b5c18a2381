// berth-sim: runs simulated clusters from seeds. `berth-sim --help` says how.
#include <fmt/format.h>
#include <malloc.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

#include "bin/command_line/nearest.h"
#include "runtime/real/real_runtime.h"
#include "sim/cluster/mutants.h"
#include "sim/options.h"
#include "sim/run/farm.h"
#include "sim/run/runner.h"

namespace berth::sim {
namespace {

std::string read_text(const std::string& path) {
  std::ifstream in(path);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::vector<Spec> load_specs(const std::string& dir) {
  std::vector<Spec> specs;
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(dir + "/specs"))
    if (entry.path().extension() == ".spec") paths.push_back(entry.path());
  std::ranges::sort(paths);
  for (const auto& path : paths) {
    auto spec = parse_spec(path.stem().string(), read_text(path.string()));
    if (!spec) {
      std::cerr << spec.error().message << "\n";
      std::exit(2);
    }
    specs.push_back(*std::move(spec));
  }
  return specs;
}

double now_s() {
  // How long people wait: nothing of the simulation depends on it.
  return static_cast<double>(runtime::RealClock().monotonic().ns) / 1e9;
}

int run_one(const Spec& spec, const Options& options) {
  RunRequest request = options.request;
  request.seed = *options.seed;
  const double begin = now_s();
  const RunResult result = run_spec(spec, request);
  const double took = now_s() - begin;
  if (options.hash) {
    std::cout << result.trace_hash << "\n";
    return 0;
  }
  std::cout << fmt::format(
      "{} seed {} hash {:016x}: {} control planes, {} agents, {} clients; {:.0f} simulated s in {:.2f} s; "
      "settled in "
      "{:.0f} s; {} steps, {} transactions, {} requests, {} tasks, {} containers, {} faults\n",
      spec.name, request.seed, result.trace_hash, result.planes, result.agents, result.clients,
      result.simulated_s, took, result.settle_s, result.steps, result.transactions, result.requests,
      result.tasks, result.containers, result.faults);
  std::cout << "faults on:";
  for (const auto& kind : result.kinds) std::cout << ' ' << kind;
  std::cout << "\n";
  for (const auto& violation : result.violations)
    std::cout << fmt::format("BROKEN {} at {:.3f} s: {}\n", violation.rule, violation.at_s, violation.text);
  for (const auto& wait : result.waits) std::cout << "waits: " << wait << "\n";
  if (!result.failed()) return 0;
  if (options.shrink) {
    int tried = 0;
    const RunRequest small = shrink(spec, request, result.violations.front().rule, tried);
    std::cout << fmt::format("smallest after {} runs: {}\n", tried, replay_command(spec, small));
  } else if (!request.trace) {
    std::cout << "replay: " << replay_command(spec, request) << "\n";
  }
  return 1;
}

// Specs of fewer seeds are large.
constexpr std::int64_t kLargeSeeds = 50;
// Of each spec, in a run by the clock.
constexpr std::int64_t kRoundsMax = 20'000;
constexpr std::uint64_t kRepeatedEvery = 20;

struct Tally {
  std::int64_t seeds = 0, failures = 0;
  double simulated_s = 0, cpu_s = 0, settle_max_s = 0;
  std::uint64_t hash = 0;
  std::map<std::string, std::uint64_t> probes;
};

void print(const Spec& spec, const Tally& tally, double took) {
  std::cout << fmt::format(
      "{:<22} {:>5} seeds {:>3} failed  hash {:016x}  settled within {:>4.0f} s  {:>6.0f} simulated s per "
      "CPU s\n",
      spec.name, tally.seeds, tally.failures, tally.hash, tally.settle_max_s,
      tally.simulated_s / std::max(0.001, tally.cpu_s));
  static_cast<void>(took);
}

// Runs it in a process of its own, at other addresses: must give the same trace.
bool repeats(const Spec& spec, const RunRequest& request, const std::string& dir, std::uint64_t hash) {
  std::string command = replay_command(spec, request);
  command.replace(0, std::string_view("berth-sim").size(),
                  std::filesystem::read_symlink("/proc/self/exe").string());
  command.replace(command.rfind("--trace"), std::string_view("--trace").size(), "--hash --dir '" + dir + "'");
  std::FILE* pipe = ::popen(command.c_str(), "r");
  if (!pipe) return false;
  char line[64] = {};
  const bool read = std::fgets(line, sizeof line, pipe) != nullptr;
  return ::pclose(pipe) == 0 && read && std::strtoull(line, nullptr, 10) == hash;
}

// Seeds of all specs by turns, so that a run by the clock is fair to each.
std::vector<FarmJob> make_jobs(const std::vector<Spec>& specs, const Options& options) {
  std::vector<FarmJob> jobs;
  std::int64_t most = 0;
  for (const auto& spec : specs) most = std::max(most, options.seeds.value_or(spec.seeds));
  if (options.minutes) most = kRoundsMax;
  for (std::int64_t i = 0; i < most; ++i) {
    for (const auto& spec : specs) {
      const bool large = spec.seeds < kLargeSeeds;
      if (large && options.small) continue;
      if (!options.minutes && i >= (large ? std::min(options.seeds.value_or(spec.seeds), spec.seeds)
                                          : options.seeds.value_or(spec.seeds)))
        continue;
      // Larger worlds take their share less often.
      if (options.minutes && large && i % 40 != 0) continue;
      FarmJob job{&spec, options.request};
      job.request.seed = options.first + static_cast<std::uint64_t>(i);
      jobs.push_back(job);
    }
  }
  return jobs;
}

int run_many(const std::vector<Spec>& specs, const Options& options) {
  const double begin = now_s();
  const double until = options.minutes ? begin + 60.0 * static_cast<double>(*options.minutes) : 0;
  const std::vector<FarmJob> jobs = make_jobs(specs, options);
  std::map<std::string, Tally> tallies;
  std::int64_t failures = 0, runs = 0, repeated = 0;
  run_farm(
      options.jobs, [&](std::size_t number) { return number < jobs.size() ? &jobs[number] : nullptr; },
      [&](const FarmResult& result) {
        const FarmJob& job = jobs[result.job];
        Tally& tally = tallies[job.spec->name];
        ++runs;
        ++tally.seeds;
        tally.simulated_s += result.simulated_s;
        tally.cpu_s += result.cpu_s;
        tally.settle_max_s = std::max(tally.settle_max_s, result.settle_s);
        tally.hash ^= result.trace_hash;
        for (const auto& [name, count] : result.probes) tally.probes[name] += count;
        if (result.failed) {
          ++failures;
          ++tally.failures;
          std::cout
              << fmt::format(
                     "FAILED {} seed {}: {} {}\n  replay: {}\n  keep, once it is mended: echo '{} --seed {}  "
                     "# what it was' >> sim/regressions.txt\n",
                     job.spec->name, job.request.seed, result.rule, result.text,
                     replay_command(*job.spec, job.request), job.spec->name, job.request.seed)
              << std::flush;
        } else if (job.request.seed % kRepeatedEvery == 0) {
          ++repeated;
          if (!repeats(*job.spec, job.request, options.dir, result.trace_hash)) {
            ++failures;
            ++tally.failures;
            std::cout << fmt::format("FAILED {} seed {}: another process ran another trace\n", job.spec->name,
                                     job.request.seed)
                      << std::flush;
          }
        }
        return until <= 0 || now_s() < until;
      });
  const double took = now_s() - begin;
  double simulated = 0;
  bool unreached = false;
  for (const auto& spec : specs) {
    const Tally& tally = tallies[spec.name];
    print(spec, tally, took);
    simulated += tally.simulated_s;
    for (const auto& probe : spec.probes) {
      if (tally.probes.contains(probe)) continue;
      unreached |= tally.seeds >= spec.seeds;
      std::cout << fmt::format("  no seed of {} reached '{}'\n", spec.name, probe);
    }
  }
  std::cout << fmt::format(
      "{} runs ({} repeated), {} failed, in {:.0f} s: {:.1f} seeds/s, {:.0f} simulated s per s ({:.2f} "
      "simulated "
      "hours per s)\n",
      runs, repeated, failures, took, static_cast<double>(runs) / took, simulated / took,
      simulated / took / 3600);
  return failures > 0 || unreached ? 1 : 0;
}

int run_mutants(const std::vector<Spec>& specs, const Options& options) {
  int missed = 0;
  for (const auto& mutant : list_mutants()) {
    if (!options.names.empty() && std::ranges::find(options.names, mutant.name) == options.names.end())
      continue;
    std::vector<FarmJob> jobs;
    for (std::int64_t i = 0; i < options.seeds.value_or(100); ++i) {
      for (const auto& spec : specs) {
        if (spec.seeds < kLargeSeeds) continue;
        FarmJob job{&spec, options.request};
        job.request.seed = options.first + static_cast<std::uint64_t>(i);
        job.request.mutant = mutant.name;
        jobs.push_back(job);
      }
    }
    std::int64_t runs = 0;
    std::optional<FarmResult> caught;
    run_farm(
        options.jobs, [&](std::size_t number) { return number < jobs.size() ? &jobs[number] : nullptr; },
        [&](const FarmResult& result) {
          ++runs;
          if (result.failed && !caught) caught = result;
          return !caught;
        });
    if (caught)
      std::cout << fmt::format("{:<24} caught after {:>4} runs: {} seed {}, {} {}\n", mutant.name, runs,
                               jobs[caught->job].spec->name, jobs[caught->job].request.seed, caught->rule,
                               caught->text.substr(0, 120));
    else
      std::cout << fmt::format("{:<24} MISSED in {} runs: {}\n", mutant.name, runs, mutant.what);
    std::cout << std::flush;
    missed += caught ? 0 : 1;
  }
  return missed > 0 ? 1 : 0;
}

int run_regressions(const std::vector<Spec>& specs, const Options& options) {
  std::istringstream lines(read_text(options.dir + "/regressions.txt"));
  int failures = 0, runs = 0;
  for (std::string line; std::getline(lines, line);) {
    if (const auto hash = line.find('#'); hash != std::string::npos) line.erase(hash);
    std::istringstream parts(line);
    std::vector<std::string> words;
    for (std::string word; parts >> word;) words.push_back(word);
    if (words.empty()) continue;
    Options one;
    const auto parsed = parse_options(words, one);
    one.dir = options.dir;
    const bool good = parsed && one.seed;
    const auto spec = std::ranges::find(specs, one.spec, &Spec::name);
    if (!good || spec == specs.end()) {
      std::cerr << "regressions.txt: " << line << "\n";
      return 2;
    }
    ++runs;
    failures += run_one(*spec, one);
  }
  std::cout << fmt::format("{} regressions, {} failed\n", runs, failures);
  return failures > 0 ? 1 : 0;
}

int run(const Options& options) {
  const std::vector<Spec> specs = load_specs(options.dir);
  if (options.list) {
    for (const auto& spec : specs) std::cout << fmt::format("{:<22} {}\n", spec.name, spec.goal);
    return 0;
  }
  if (options.list_mutants) {
    for (const auto& mutant : list_mutants())
      std::cout << fmt::format("{:<24} {}\n", mutant.name, mutant.what);
    return 0;
  }
  if (options.regressions) return run_regressions(specs, options);
  if (options.mutants) return run_mutants(specs, options);
  if (options.all) return run_many(specs, options);
  const auto spec = std::ranges::find(specs, options.spec, &Spec::name);
  if (spec == specs.end()) {
    std::vector<std::string> names;
    for (const auto& one : specs) names.push_back(one.name);
    std::cerr << fmt::format("berth-sim: there is no spec '{}'{}\nSee `berth-sim --list`.\n", options.spec,
                             command_line::did_you_mean(options.spec, names));
    return 2;
  }
  if (options.seed) return run_one(*spec, options);
  return run_many({*spec}, options);
}

}  // namespace
}  // namespace berth::sim

int main(int count, char** words) {
  // A run is worlds of small objects: what it frees it needs again.
  ::mallopt(M_TRIM_THRESHOLD, 1 << 30);
  ::mallopt(M_TOP_PAD, 64 << 20);
  ::mallopt(M_MMAP_THRESHOLD, 1 << 30);
  spdlog::set_level(spdlog::level::off);
  berth::sim::Options options;
  options.dir = BERTH_SIM_DIR;
  if (const auto code =
          berth::sim::read_command_line(std::vector<std::string>(words + 1, words + count), options))
    return *code;
  return berth::sim::run(options);
}
