#include <fmt/format.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <optional>
#include <sstream>

#include "bin/berth_load/echo_server.h"
#include "bin/berth_load/options.h"
#include "bin/berth_load/report.h"
#include "bin/berth_load/session.h"
#include "bin/command_line/environment.h"

namespace berth::load {
namespace {

constexpr Nanos kSecond = 1'000'000'000;

void say(const std::string& line) {
  fmt::print("{}\n", line);
  std::fflush(stdout);
}

// Lines of standard input, as commands to a program that stays.
class Console final : public Watcher {
 public:
  explicit Console(Loop& loop) : loop_(loop) { loop_.try_add(STDIN_FILENO, EPOLLIN, *this); }
  ~Console() override { loop_.remove(STDIN_FILENO, *this); }
  void on_ready(std::uint32_t) override {
    char buffer[4096];
    const auto count = ::read(STDIN_FILENO, buffer, sizeof buffer);
    if (count <= 0) {
      ended_ = true;
    } else {
      text_.append(buffer, static_cast<std::size_t>(count));
    }
    loop_.stop();
  }
  /// The next whole line, waiting for it; nothing when the input has ended.
  std::optional<std::string> next() {
    for (;;) {
      if (const auto end = text_.find('\n'); end != std::string::npos) {
        std::string line = text_.substr(0, end);
        text_.erase(0, end + 1);
        return line;
      }
      if (ended_) return std::nullopt;
      loop_.run();
    }
  }

 private:
  Loop& loop_;
  std::string text_;
  bool ended_ = false;
};

void obey(const std::string& line, Fleet& fleet) {
  std::istringstream words(line);
  std::string command;
  words >> command;
  if (command == "exits") {
    std::size_t count = 0;
    Nanos gap_ms = 0;
    words >> count >> gap_ms;
    return say(render_reaction_json(fleet.measure_reaction(count, gap_ms * 1'000'000)));
  }
  say(command == "stats" ? render_fleet_json(fleet.counts()) : R"({"error":"unknown command"})");
}

int stay(Loop& loop, Fleet& fleet) {
  Console console(loop);
  for (auto line = console.next(); line && *line != "quit"; line = console.next()) obey(*line, fleet);
  return 0;
}

std::size_t tasks_needed(const std::vector<Operation>& mix) {
  std::size_t needed = 0;
  for (const auto& operation : mix) {
    if (operation.api == "DescribeTasks") needed = std::max<std::size_t>(needed, 100);
    if (operation.api == "ListTasks") needed = std::max<std::size_t>(needed, 100);
  }
  return needed;
}

// The gate of --in-flight: RunTask waits while too many tasks have not stopped.
class InFlight {
 public:
  InFlight(const Fleet& fleet, std::uint64_t tasks_max, std::uint64_t tasks_of_call)
      : fleet_(fleet), tasks_max_(tasks_max), tasks_of_call_(tasks_of_call) {}
  bool admit() {
    if (asked_ >= fleet_.counts().reported_stopped + tasks_max_) return false;
    asked_ += tasks_of_call_;
    return true;
  }

 private:
  const Fleet& fleet_;
  std::uint64_t tasks_max_;
  std::uint64_t tasks_of_call_;
  std::uint64_t asked_ = 0;
};

Result<void> run_load(Loop& loop, Options& options, Fleet& fleet, Report& report) {
  Session session(loop, options.target);
  auto tasks = session.prepare(tasks_needed(options.mix));
  if (!tasks) return std::move(tasks).error();
  if (auto filled = fill_bodies(options.mix, options.target, *tasks); !filled) return filled;
  RequestBook book(options.target, options.mix);
  Generator generator(loop, options.target.address, book, options.mix, options.load);
  std::uint64_t tasks_of_call = 1;
  for (const auto& operation : options.mix)
    if (operation.api == "RunTask") tasks_of_call = operation.count;
  InFlight in_flight(fleet, options.in_flight_max, tasks_of_call);
  if (options.in_flight_max > 0) {
    generator.set_gate([&in_flight] { return in_flight.admit(); });
    fleet.on_stopped([&generator] { generator.release(); });
  }
  CpuTime at_begin;
  generator.on_window([&](bool begins) {
    (begins ? report.fleet_at_begin : report.fleet) = fleet.counts();
    (begins ? at_begin : report.cpu) = cpu_time(options.server_pid);
  });
  report.load = generator.run();
  report.cpu.load -= at_begin.load;
  report.cpu.server -= at_begin.server;
  fleet.on_stopped(nullptr);
  if (!options.echo) return {};
  std::vector<std::string> answers;
  for (const auto& operation : report.load->operations) answers.push_back(operation.sample);
  auto echo = EchoServer::start(answers);
  if (!echo) return std::move(echo).error();
  Generator again(loop, echo->address(), book, options.mix, options.load);
  report.echo = again.run();
  return {};
}

int run(Options options) {
  Loop loop;
  Fleet fleet(loop, options.target, options.fleet);
  Report report;
  report.instances = options.fleet.instances;
  if (report.instances > 0) {
    Session session(loop, options.target);
    const auto made =
        session.call("CreateCluster", fmt::format(R"({{"clusterName":"{}"}})", options.target.cluster));
    if (!made) return fmt::print(stderr, "berth-load: {}\n", made.error().message), 1;
    const Nanos begin = now_ns();
    const bool all = fleet.connect_all(static_cast<Nanos>(options.connect_seconds * kSecond));
    report.connect_seconds = static_cast<double>(now_ns() - begin) / kSecond;
    if (!all)
      return fmt::print(stderr, "berth-load: {} of {} instances connected; first refusal: {}\n",
                        fleet.counts().connected, report.instances, fleet.counts().first_error),
             1;
  }
  if (options.mix.empty()) {
    say(fmt::format("berth-load ready: {} instances in {:.2f} s", report.instances, report.connect_seconds));
    return stay(loop, fleet);
  }
  if (const auto ran = run_load(loop, options, fleet, report); !ran)
    return fmt::print(stderr, "berth-load: {}\n", ran.error().message), 1;
  if (report.fleet.connected == 0) report.fleet = fleet.counts();
  say(options.json ? render_report_json(report) : render_table(report));
  return 0;
}

}  // namespace
}  // namespace berth::load

int main(int argc, char** argv) {
  berth::load::Options options;
  if (const auto code = berth::load::read_command_line({argv + 1, argv + argc},
                                                       berth::command_line::environment(), options))
    return *code;
  return berth::load::run(std::move(options));
}
