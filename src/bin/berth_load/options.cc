#include "bin/berth_load/options.h"

#include <fmt/format.h>

#include <cstdlib>
#include <fstream>
#include <functional>
#include <sstream>

namespace berth::load {
namespace {

constexpr double kNanosPerMilli = 1e6;

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
  if (target.credentials.secret.empty()) return invalid(fmt::format("--credentials {}: no key in it", path));
  return {};
}

Result<double> number(const std::string& flag, const std::string& text) {
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  if (text.empty() || *end != '\0' || value < 0) return invalid(fmt::format("{} {}: no number", flag, text));
  return value;
}

using Setter = std::function<Result<void>(const std::string& value)>;

template <class T>
Setter numeric(const std::string& flag, T& into, double scale = 1) {
  return [flag, &into, scale](const std::string& text) -> Result<void> {
    const auto value = number(flag, text);
    if (!value) return value.error();
    into = static_cast<T>(*value * scale);
    return {};
  };
}

Setter text(std::string& into) {
  return [&into](const std::string& value) -> Result<void> {
    into = value;
    return {};
  };
}

Result<void> set_life(FleetOptions& fleet, const std::string& value) {
  if (value == "silent") {
    fleet.life = TaskLife::silent;
  } else if (value == "running") {
    fleet.life = TaskLife::running;
  } else if (value == "finished") {
    fleet.life = TaskLife::finished;
  } else {
    return invalid(fmt::format("--tasks {}: silent, running or finished", value));
  }
  return {};
}

std::map<std::string, Setter> setters(Options& options, std::string& endpoint, std::string& credentials) {
  auto& fleet = options.fleet;
  auto& load = options.load;
  std::map<std::string, Setter> out;
  out["--endpoint"] = text(endpoint);
  out["--credentials"] = text(credentials);
  out["--region"] = text(options.target.region);
  out["--cluster"] = text(options.target.cluster);
  out["--instances"] = numeric("--instances", fleet.instances);
  out["--zones"] = numeric("--zones", fleet.zones);
  out["--cores"] = numeric("--cores", fleet.cpu_cores);
  out["--memory-mib"] = numeric("--memory-mib", fleet.memory_mib);
  out["--start-delay-ms"] = numeric("--start-delay-ms", fleet.start_delay, kNanosPerMilli);
  out["--run-ms"] = numeric("--run-ms", fleet.run_time, kNanosPerMilli);
  out["--agent-connections"] = numeric("--agent-connections", fleet.connections);
  out["--connections"] = numeric("--connections", load.connections);
  out["--seconds"] = numeric("--seconds", load.seconds);
  out["--warmup-seconds"] = numeric("--warmup-seconds", load.warmup_seconds);
  out["--connect-seconds"] = numeric("--connect-seconds", options.connect_seconds);
  out["--server-pid"] = numeric("--server-pid", options.server_pid);
  out["--in-flight"] = numeric("--in-flight", options.in_flight_max);
  out["--tasks"] = [&fleet](const std::string& value) { return set_life(fleet, value); };
  out["--rate"] = [&load](const std::string& value) -> Result<void> {
    const auto rate = number("--rate", value);
    if (!rate || *rate <= 0) return invalid("--rate: calls a second");
    load.rate = *rate;
    return {};
  };
  out["--mix"] = [&options](const std::string& value) -> Result<void> {
    auto mix = parse_mix(value);
    if (!mix) return std::move(mix).error();
    options.mix = *std::move(mix);
    return {};
  };
  out["--output"] = [&options](const std::string& value) -> Result<void> {
    if (value != "json" && value != "table") return invalid("--output: json or table");
    options.json = value == "json";
    return {};
  };
  return out;
}

Result<Options> checked(Options options) {
  if (options.help) return options;
  if (options.mix.empty() && options.fleet.instances == 0)
    return invalid("nothing to do: say --instances, --mix or both");
  if (options.load.connections == 0 || options.fleet.connections == 0 || options.fleet.zones == 0)
    return invalid("--connections, --agent-connections and --zones must be positive");
  if (options.target.credentials.secret.empty())
    return invalid("no credentials: say --credentials DATA_DIR/credentials, or set AWS_ACCESS_KEY_ID");
  return options;
}

}  // namespace

Result<Options> parse_options(const std::vector<std::string>& arguments,
                              const std::map<std::string, std::string>& environment) {
  Options options;
  const auto variable = [&](const std::string& name, std::string otherwise) {
    const auto found = environment.find(name);
    return found == environment.end() ? otherwise : found->second;
  };
  std::string endpoint = variable("AWS_ENDPOINT_URL", "http://127.0.0.1:5167");
  std::string credentials;
  options.target.region = variable("AWS_REGION", "us-east-1");
  options.target.credentials.access_key_id = variable("AWS_ACCESS_KEY_ID", "");
  options.target.credentials.secret = variable("AWS_SECRET_ACCESS_KEY", "");
  options.target.credentials.session_token = variable("AWS_SESSION_TOKEN", "");
  const auto known = setters(options, endpoint, credentials);
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const auto& flag = arguments[i];
    if (flag == "--help") {
      options.help = true;
    } else if (flag == "--echo") {
      options.echo = true;
    } else if (flag == "--telemetry") {
      options.fleet.telemetry = true;
    } else {
      const auto found = known.find(flag);
      if (found == known.end()) return invalid(fmt::format("unknown flag {}", flag));
      if (i + 1 == arguments.size()) return invalid(fmt::format("{} needs a value", flag));
      if (const auto set = found->second(arguments[++i]); !set) return set.error();
    }
  }
  auto address = parse_address(endpoint);
  if (!address) return std::move(address).error();
  options.target.address = *std::move(address);
  if (!credentials.empty())
    if (const auto read = read_credentials(credentials, options.target); !read) return read.error();
  return checked(std::move(options));
}

std::string usage() {
  return R"(berth-load: hollow container instances and API load for berthd

  --endpoint URL            http://127.0.0.1:5167, or AWS_ENDPOINT_URL
  --credentials FILE        DATA_DIR/credentials of berthd, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY
  --region R --cluster C    us-east-1, default
  --output table|json

Hollow instances speak the agents' protocol and run nothing.
  --instances N             how many; without --mix the program stays and reads commands:
                            "exits COUNT GAP_MS" (reaction of services), "stats", "quit"
  --tasks silent|running|finished   acknowledge only; report RUNNING; report RUNNING, then STOPPED
  --start-delay-ms D --run-ms D     before RUNNING, and from there to STOPPED (0)
  --zones Z --cores C --memory-mib M   3 zones, 125 cores (128 000 CPU units), 512 GiB each
  --telemetry               a second websocket each, and metrics every 20 s
  --agent-connections N     connections that all instances share for their API calls (32)
  --connect-seconds S       patience until all are connected (120)

Load on the API, with or without instances.
  --mix LIST                e.g. RunTask:10=1,DescribeTasks:100=2,ListTasks,RegisterTaskDefinition
  --connections N           kept-alive connections (8)
  --seconds S --warmup-seconds S   10, 1
  --rate R                  open loop: R calls a second, latency from the intended time; without it a closed loop
  --in-flight N             RunTask waits while N tasks have been asked for and have not stopped
  --server-pid PID          report the CPU time of that process in the window too
  --echo                    afterwards the same mix against an epoll echo of the same bytes
)";
}

}  // namespace berth::load
