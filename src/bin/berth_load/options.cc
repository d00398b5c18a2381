#include "bin/berth_load/options.h"

#include <fmt/format.h>

#include <array>
#include <fstream>
#include <sstream>

#include "bin/command_line/command.h"

namespace berth::load {
namespace {

namespace line = command_line;

constexpr double kNanosPerMilli = 1e6;
constexpr std::int64_t kInstancesMax = 100'000;
constexpr std::int64_t kConnectionsMax = 10'000;
constexpr std::int64_t kInFlightMax = 1'000'000'000;
constexpr double kSecondsMax = 1e6;
constexpr double kMillisMax = 1e9;
constexpr double kRateMin = 0.001;
constexpr double kRateMax = 1e7;
constexpr const char* kEndpoint = "http://127.0.0.1:5167";
constexpr const char* kSummary = "hollow container instances and load on the API, over real sockets";

// The first value of `name` in a shared credentials file.
std::string value_of(const std::string& text, const std::string& name) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const auto equals = line.find('=');
    if (equals == std::string::npos || line.substr(0, line.find_first_of(" =")) != name) continue;
    const auto begin = line.find_first_not_of(' ', equals + 1);
    return begin == std::string::npos ? "" : line.substr(begin);
  }
  return {};
}

Result<void> read_credentials(const std::string& path, Target& target) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  target.credentials.access_key_id = value_of(text.str(), "aws_access_key_id");
  target.credentials.secret = value_of(text.str(), "aws_secret_access_key");
  if (target.credentials.secret.empty()) return invalid("holds no key");
  return {};
}

// Seconds or milliseconds as a number.
line::Take nanos(Nanos& into, double scale, double max) {
  return [&into, scale, max](const std::string& text) -> Result<void> {
    double value = 0;
    if (auto taken = line::number(value, 0, max)(text); !taken) return taken;
    into = static_cast<Nanos>(value * scale);
    return {};
  };
}

line::Take address_of(Address& into) {
  return [&into](const std::string& text) -> Result<void> {
    auto address = parse_address(text);
    if (!address) return invalid("must be http://ADDRESS:PORT");
    into = *std::move(address);
    return {};
  };
}

line::Take key_of(Target& target) {
  return [&target](const std::string& text) -> Result<void> {
    std::string path;
    if (auto taken = line::readable_file(path)(text); !taken) return taken;
    return read_credentials(path, target);
  };
}

line::Take mix_of(std::vector<Operation>& into) {
  return [&into](const std::string& text) -> Result<void> {
    auto mix = parse_mix(text);
    if (!mix) return invalid(fmt::format("is no mix: {}", mix.error().message));
    into = *std::move(mix);
    return {};
  };
}

line::Take rate_of(std::optional<double>& into) {
  return [&into](const std::string& text) -> Result<void> {
    double rate = 0;
    if (auto taken = line::number(rate, kRateMin, kRateMax)(text); !taken) return taken;
    into = rate;
    return {};
  };
}

void add_target(line::Command& program, Options& options) {
  program.add_option("--endpoint", "URL", address_of(options.target.address),
                     fmt::format("the control plane ({}, or AWS_ENDPOINT_URL)", kEndpoint));
  program.add_option("--credentials", "FILE", key_of(options.target),
                     "DATA-DIR/credentials of berthd (AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY)");
  program.add_option("--region", "NAME", line::region(options.target.region), "(us-east-1, or AWS_REGION)");
  program.add_option("--cluster", "NAME", line::cluster(options.target.cluster), "(default)");
  program.add_option("--output", "table|json", line::output_form(options.json),
                     "how the report is shown (table)");
}

void add_fleet(line::Command& program, Options& options) {
  auto& fleet = options.fleet;
  program.add_option("--instances", "N", line::whole_number(fleet.instances, 0, kInstancesMax),
                     "hollow container instances; without --mix the program stays and reads commands");
  program.add_option(
      "--tasks", "silent|running|finished",
      line::choice({"silent", "running", "finished"},
                   [&fleet](std::size_t at) {
                     fleet.life = std::array{TaskLife::silent, TaskLife::running, TaskLife::finished}[at];
                   }),
      "acknowledge only; report RUNNING; report RUNNING, then STOPPED (silent)");
  program.add_option("--start-delay-ms", "MS", nanos(fleet.start_delay, kNanosPerMilli, kMillisMax),
                     "before RUNNING (0)");
  program.add_option("--run-ms", "MS", nanos(fleet.run_time, kNanosPerMilli, kMillisMax),
                     "from there to STOPPED (0)");
  program.add_option("--zones", "N", line::whole_number(fleet.zones, 1, 1000), "zones of the instances (3)");
  program.add_option("--cores", "N", line::whole_number(fleet.cpu_cores, 1, 100'000), "cores of each (125)");
  program.add_option("--memory-mib", "MIB", line::whole_number(fleet.memory_mib, 1, 100'000'000),
                     "memory of each (524288)");
  program.add_flag("--telemetry", fleet.telemetry, "a second websocket each, and metrics every 20 s");
  program.add_option("--agent-connections", "N", line::whole_number(fleet.connections, 1, kConnectionsMax),
                     "connections that all instances share for their API calls (32)");
  program.add_option("--connect-seconds", "S", line::number(options.connect_seconds, 0, kSecondsMax),
                     "patience until all are connected (120)");
}

void add_load(line::Command& program, Options& options) {
  auto& load = options.load;
  program.add_option("--mix", "LIST", mix_of(options.mix),
                     "load: RunTask:10=1,DescribeTasks:100=2,ListTasks,RegisterTaskDefinition");
  program.add_option("--connections", "N", line::whole_number(load.connections, 1, kConnectionsMax),
                     "kept-alive connections (8)");
  program.add_option("--seconds", "S", line::number(load.seconds, 0, kSecondsMax), "how long (10)");
  program.add_option("--warmup-seconds", "S", line::number(load.warmup_seconds, 0, kSecondsMax),
                     "before that (1)");
  program.add_option("--rate", "R", rate_of(load.rate),
                     "open loop: calls a second, latency from the intended time; without it a closed loop");
  program.add_option("--in-flight", "N", line::whole_number(options.in_flight_max, 0, kInFlightMax),
                     "RunTask waits while N tasks have been asked for and have not stopped");
  program.add_option("--server-pid", "PID", line::whole_number(options.server_pid, 1, INT32_MAX),
                     "report the CPU time of that process in the window too");
  program.add_flag("--echo", options.echo, "afterwards the same mix against an epoll echo of the same bytes");
}

Result<void> check_said(const Options& options) {
  if (options.mix.empty() && options.fleet.instances == 0)
    return invalid("nothing to do: say --instances, --mix or both");
  if (options.target.credentials.secret.empty())
    return invalid(
        "no credentials: say --credentials DATA-DIR/credentials, or set AWS_ACCESS_KEY_ID and "
        "AWS_SECRET_ACCESS_KEY");
  return {};
}

std::string variable(const std::map<std::string, std::string>& environment, const std::string& name,
                     const std::string& otherwise) {
  const auto found = environment.find(name);
  return found == environment.end() || found->second.empty() ? otherwise : found->second;
}

Result<std::string> read(line::Command& program, const std::vector<std::string>& arguments,
                         const std::map<std::string, std::string>& environment, Options& options) {
  options.target.region = variable(environment, "AWS_REGION", "us-east-1");
  options.target.credentials.access_key_id = variable(environment, "AWS_ACCESS_KEY_ID", "");
  options.target.credentials.secret = variable(environment, "AWS_SECRET_ACCESS_KEY", "");
  options.target.credentials.session_token = variable(environment, "AWS_SESSION_TOKEN", "");
  add_target(program, options);
  add_fleet(program, options);
  add_load(program, options);
  program.add_note(
      "Hollow instances speak the agents' protocol and run nothing. Commands that the program reads when it "
      "stays: "
      "\"exits COUNT GAP_MS\" (reaction of services), \"stats\", \"quit\".");
  auto shown = program.parse(arguments);
  if (!shown || !shown->empty()) return shown;
  if (!program.given("--endpoint")) {
    const auto endpoint = variable(environment, "AWS_ENDPOINT_URL", kEndpoint);
    if (auto taken = address_of(options.target.address)(endpoint); !taken)
      return invalid(fmt::format("AWS_ENDPOINT_URL '{}' {}", endpoint, taken.error().message));
  }
  if (auto good = check_said(options); !good) return good.error();
  return shown;
}

}  // namespace

Result<std::string> parse_options(const std::vector<std::string>& arguments,
                                  const std::map<std::string, std::string>& environment, Options& options) {
  line::Command program("berth-load", kSummary);
  return read(program, arguments, environment, options);
}

std::optional<int> read_command_line(const std::vector<std::string>& arguments,
                                     const std::map<std::string, std::string>& environment,
                                     Options& options) {
  line::Command program("berth-load", kSummary);
  return conclude(program, read(program, arguments, environment, options));
}

}  // namespace berth::load
