#include "sim/run/farm.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <ctime>
#include <sstream>

namespace berth::sim {
namespace {

struct Worker {
  pid_t process = -1;
  int pipe = -1;
  std::string text;     ///< Read and not yet handled.
  std::size_t job = 0;  ///< What it runs, or runs next.
  bool ended = false;
};

std::string one_line(std::string text) {
  for (char& c : text)
    if (c == '\n' || c == '\t') c = ' ';
  return text;
}

std::string render(std::size_t job, const RunResult& result, double cpu_s) {
  const Violation none;
  const Violation& first = result.failed() ? result.violations.front() : none;
  std::string probes;
  for (const auto& [name, count] : result.probes) probes += fmt::format("{}={},", name, count);
  return fmt::format(
      "{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\n", job, result.failed() ? 1 : 0,
      result.failed() ? first.rule : "-", result.trace_hash, result.simulated_s, result.settle_s, cpu_s,
      probes.empty() ? "-" : probes,
      result.failed() ? one_line(fmt::format("at {:.1f} s: {}", first.at_s, first.text)) : "-");
}

FarmResult parse(const std::string& line) {
  std::vector<std::string> parts;
  std::istringstream in(line);
  for (std::string part; std::getline(in, part, '\t');) parts.push_back(part);
  FarmResult result;
  if (parts.size() < 9) return result;
  result.job = std::stoull(parts[0]);
  result.failed = parts[1] == "1";
  result.rule = parts[2];
  result.trace_hash = std::stoull(parts[3]);
  result.simulated_s = std::stod(parts[4]);
  result.settle_s = std::stod(parts[5]);
  result.cpu_s = std::stod(parts[6]);
  std::istringstream probes(parts[7]);
  for (std::string probe; std::getline(probes, probe, ',');)
    if (const auto equals = probe.find('='); equals != std::string::npos)
      result.probes[probe.substr(0, equals)] = std::stoull(probe.substr(equals + 1));
  result.text = parts[8];
  return result;
}

[[noreturn]] void work(int pipe, std::size_t job, std::size_t stride,
                       const std::function<const FarmJob*(std::size_t)>& next) {
  for (;; job += stride) {
    const FarmJob* what = next(job);
    if (!what) _exit(0);
    const auto before = std::clock();
    const RunResult result = run_spec(*what->spec, what->request);
    const double cpu_s = static_cast<double>(std::clock() - before) / CLOCKS_PER_SEC;
    const std::string line = render(job, result, cpu_s);
    if (::write(pipe, line.data(), line.size()) != static_cast<ssize_t>(line.size())) _exit(1);
  }
}

void start(Worker& worker, std::size_t stride, const std::function<const FarmJob*(std::size_t)>& next) {
  if (!next(worker.job)) {
    worker.ended = true;
    return;
  }
  int ends[2];
  if (::pipe(ends) != 0) {
    worker.ended = true;
    return;
  }
  worker.process = ::fork();
  if (worker.process == 0) {
    ::close(ends[0]);
    work(ends[1], worker.job, stride, next);
  }
  ::close(ends[1]);
  worker.pipe = ends[0];
}

// Reads what a worker has to say; false when it has gone.
bool read_some(Worker& worker) {
  char buffer[4096];
  const ssize_t count = ::read(worker.pipe, buffer, sizeof buffer);
  if (count <= 0) return false;
  worker.text.append(buffer, static_cast<std::size_t>(count));
  return true;
}

}  // namespace

void run_farm(std::size_t workers, const std::function<const FarmJob*(std::size_t)>& next,
              const std::function<bool(const FarmResult&)>& done) {
  std::vector<Worker> all(workers);
  for (std::size_t i = 0; i < workers; ++i) {
    all[i].job = i;
    start(all[i], workers, next);
  }
  bool go_on = true;
  const auto take_lines = [&](Worker& worker) {
    for (std::size_t end; go_on && (end = worker.text.find('\n')) != std::string::npos;) {
      const FarmResult result = parse(worker.text.substr(0, end));
      worker.text.erase(0, end + 1);
      worker.job = result.job + workers;
      go_on = done(result);
    }
  };
  while (go_on) {
    std::vector<pollfd> waits;
    std::vector<Worker*> who;
    for (auto& worker : all) {
      if (worker.ended) continue;
      waits.push_back({worker.pipe, POLLIN, 0});
      who.push_back(&worker);
    }
    if (waits.empty()) break;
    ::poll(waits.data(), waits.size(), -1);
    for (std::size_t i = 0; i < waits.size() && go_on; ++i) {
      if (waits[i].revents == 0) continue;
      Worker& worker = *who[i];
      const bool more = read_some(worker);
      take_lines(worker);
      if (more || !go_on) continue;
      int status = 0;
      ::close(worker.pipe);
      ::waitpid(worker.process, &status, 0);
      if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
        worker.ended = true;
        continue;
      }
      FarmResult crash;
      crash.job = worker.job;
      crash.failed = true;
      crash.rule = "crash";
      crash.text = WIFSIGNALED(status) ? fmt::format("signal {}", WTERMSIG(status)) : "the process ended";
      worker.job += workers;
      go_on = done(crash);
      if (go_on) start(worker, workers, next);
    }
  }
  for (auto& worker : all) {
    if (worker.ended || worker.process <= 0) continue;
    ::kill(worker.process, SIGKILL);
    ::close(worker.pipe);
    ::waitpid(worker.process, nullptr, 0);
  }
}

}  // namespace berth::sim
