#include "bin/berthd/options.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/program_options.hpp>
#include <cctype>
#include <charconv>
#include <fstream>
#include <sstream>

namespace berth::berthd {
namespace {

namespace po = boost::program_options;

po::options_description describe() {
  po::options_description options("berthd: the control plane of Berth");
  auto add = options.add_options();
  add("help", "show this text");
  add("version", "show the version");
  add("config", po::value<std::string>(), "a file of lines `flag = value`");
  add("data-dir", po::value<std::string>(), "where state lives (default /var/lib/berth)");
  add("listen", po::value<std::string>(), "ADDRESS:PORT (default 127.0.0.1:51670)");
  add("tls", po::value<std::string>(), "`required` refuses plain HTTP; default: both on the same port");
  add("insecure", "allow plain HTTP on an address that is not loopback");
  add("tls-listen", po::value<std::vector<std::string>>(),
      "ADDRESS:PORT that takes TLS only, beside --listen; may be repeated");
  add("tls-name", po::value<std::vector<std::string>>(),
      "a further name or address of the server certificate; may be repeated");
  add("region", po::value<std::string>(),
      "region of the agents' endpoint and the root key (default us-east-1)");
  add("account-id", po::value<std::string>(), "12 digits (default 123456789012)");
  add("store", po::value<std::string>(), "sqlite");
  add("compat", po::value<std::string>(), "current or guide-2015: limits and output where the two differ");
  add("limit", po::value<std::vector<std::string>>(),
      "NAME=VALUE: another value for one line of --print-limits; may be repeated");
  add("throttles", po::value<std::string>(), "`on`: the rates of --print-limits hold (default off)");
  add("instance-grace", po::value<std::string>(),
      "after which the tasks of a host that stays away are replaced (5m)");
  add("stopped-task-retention", po::value<std::string>(), "how long stopped tasks can be described (1h)");
  add("agent-packages", po::value<std::string>(),
      "folder of new agents for UpdateContainerAgent (scripts/agent-package makes them)");
  add("agent-packages-url", po::value<std::string>(),
      "where agents download what that folder holds (default: from here)");
  add("task-roles", po::value<std::string>(),
      "file with keys of tasks' roles: profiles of a shared credentials file, named by role");
  add("test-reset", "enable POST /_berth/reset, which empties the state");
  add("log-level", po::value<std::string>(), "debug, info, warn, error, crit or none (default info)");
  add("threads", po::value<std::size_t>(), "threads that serve connections (default: one a core, at most 8)");
  add("print-limits", "show every limit and end");
  add("print-operations", "show every implemented operation and end");
  return options;
}

// BERTH_DATA_DIR → data-dir; variables that are no flag's are not ours.
std::string flag_of_variable(const std::string& name, const po::options_description& options) {
  static const std::string kPrefix = "BERTH_";
  if (!name.starts_with(kPrefix)) return {};
  std::string flag;
  for (const char c : name.substr(kPrefix.size()))
    flag += c == '_' ? '-' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return options.find_nothrow(flag, false) ? flag : std::string();
}

Result<std::string> text_choice(const po::variables_map& values, const char* flag,
                                const std::string& fallback,
                                std::initializer_list<std::string_view> allowed) {
  if (!values.count(flag)) return fallback;
  const auto text = values[flag].as<std::string>();
  if (std::find(allowed.begin(), allowed.end(), text) == allowed.end())
    return invalid(fmt::format("--{} '{}' is not known: see berthd --help.", flag, text));
  return text;
}

Result<ListenAddress> parse_listen(const char* flag, const std::string& text) {
  const auto colon = text.rfind(':');
  const std::string port = colon == std::string::npos ? std::string() : text.substr(colon + 1);
  unsigned number = 0;
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
  if (port.empty() || error != std::errc() || end != port.data() + port.size() || number > 65535)
    return invalid(fmt::format("--{} '{}' must be ADDRESS:PORT.", flag, text));
  ListenAddress listen{text.substr(0, colon), static_cast<std::uint16_t>(number)};
  if (listen.address.starts_with('[') && listen.address.ends_with(']'))
    listen.address = listen.address.substr(1, listen.address.size() - 2);
  return listen;
}

Result<void> read_listen(const po::variables_map& values, Options& options) {
  if (values.count("listen")) {
    auto listen = parse_listen("listen", values["listen"].as<std::string>());
    if (!listen) return listen.error();
    options.listen_address = listen->address;
    options.listen_port = listen->port;
  }
  if (values.count("tls-name")) options.tls_names = values["tls-name"].as<std::vector<std::string>>();
  if (!values.count("tls-listen")) return {};
  for (const auto& text : values["tls-listen"].as<std::vector<std::string>>()) {
    auto listen = parse_listen("tls-listen", text);
    if (!listen) return listen.error();
    options.tls_listen.push_back(*std::move(listen));
  }
  return {};
}

Result<void> read_limits(const po::variables_map& values, Options& options) {
  options.limits = domain::limits_of(options.compat);
  if (!values.count("limit")) return {};
  for (const auto& text : values["limit"].as<std::vector<std::string>>()) {
    const auto equals = text.find('=');
    const std::string number = equals == std::string::npos ? std::string() : text.substr(equals + 1);
    std::int32_t value = 0;
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
    if (number.empty() || error != std::errc() || end != number.data() + number.size())
      return invalid(fmt::format("--limit '{}' must be NAME=VALUE.", text));
    if (auto set = domain::set_limit(options.limits, text.substr(0, equals), value); !set)
      return invalid(fmt::format("--limit: {}.", set.error().message));
  }
  return {};
}

Result<void> read_duration(const po::variables_map& values, const char* flag, Duration& into) {
  if (!values.count(flag)) return {};
  auto parsed = parse_duration(values[flag].as<std::string>());
  if (!parsed) return invalid(fmt::format("--{}: {}", flag, parsed.error().message));
  into = *parsed;
  return {};
}

bool is_loopback(const std::string& address) {
  return address == "::1" || address == "localhost" || address.starts_with("127.");
}

Result<void> check_options(const Options& options) {
  if (options.account_id.size() != 12 ||
      !std::all_of(options.account_id.begin(), options.account_id.end(), ::isdigit))
    return invalid(fmt::format("--account-id '{}' must be 12 digits.", options.account_id));
  if (!is_loopback(options.listen_address) && !options.tls_required && !options.insecure)
    return invalid(fmt::format(
        "--listen {}: an address that others can reach needs --tls required (or --insecure, if you must).",
        options.listen_address));
  return {};
}

Result<Options> collect(const po::variables_map& values) {
  Options options;
  const auto text = [&](const char* flag, std::string& into) {
    if (values.count(flag)) into = values[flag].as<std::string>();
  };
  text("data-dir", options.data_dir);
  text("region", options.region);
  text("account-id", options.account_id);
  text("log-level", options.log_level);
  text("agent-packages", options.agent_packages);
  text("task-roles", options.task_roles);
  text("agent-packages-url", options.agent_packages_url);
  options.help = values.count("help") > 0;
  options.version = values.count("version") > 0;
  options.insecure = values.count("insecure") > 0;
  options.test_reset = values.count("test-reset") > 0;
  options.print_limits = values.count("print-limits") > 0;
  options.print_operations = values.count("print-operations") > 0;
  if (values.count("threads")) options.threads = values["threads"].as<std::size_t>();
  auto tls = text_choice(values, "tls", "optional", {"optional", "required"});
  if (!tls) return std::move(tls).error();
  options.tls_required = *tls == "required";
  auto store = text_choice(values, "store", "sqlite", {"sqlite"});
  if (!store) return std::move(store).error();
  auto compat = text_choice(values, "compat", "current", {"current", "guide-2015"});
  if (!compat) return std::move(compat).error();
  options.compat = *compat == "current" ? domain::Compat::current : domain::Compat::guide_2015;
  auto throttles = text_choice(values, "throttles", "off", {"off", "on"});
  if (!throttles) return std::move(throttles).error();
  options.throttles = *throttles == "on";
  if (auto read = read_limits(values, options); !read) return read.error();
  if (auto read = read_listen(values, options); !read) return read.error();
  if (auto read = read_duration(values, "instance-grace", options.instance_grace); !read) return read.error();
  if (auto read = read_duration(values, "stopped-task-retention", options.stopped_task_retention); !read)
    return read.error();
  if (options.help || options.version) return options;
  if (auto checked = check_options(options); !checked) return checked.error();
  return options;
}

}  // namespace

Result<Options> parse_options(const std::vector<std::string>& arguments,
                              const std::map<std::string, std::string>& environment) {
  const po::options_description description = describe();
  po::variables_map values;
  // The library reports mistakes by exceptions; none leaves this function.
  try {
    po::store(po::command_line_parser(arguments).options(description).run(), values);
    std::ostringstream lines;
    for (const auto& [name, value] : environment)
      if (const auto flag = flag_of_variable(name, description); !flag.empty())
        lines << flag << " = " << value << '\n';
    std::istringstream from_environment(lines.str());
    po::store(po::parse_config_file(from_environment, description), values);
    if (values.count("config")) {
      const auto path = values["config"].as<std::string>();
      std::ifstream file(path);
      if (!file) return invalid(fmt::format("--config {}: the file cannot be read.", path));
      po::store(po::parse_config_file(file, description), values);
    }
    po::notify(values);
  } catch (const po::error& error) {
    return invalid(error.what());
  }
  return collect(values);
}

std::string usage() {
  std::ostringstream text;
  text << describe() << "\nEvery flag is also a variable (BERTH_DATA_DIR …) and a line of --config.\n";
  return text.str();
}

Result<Duration> parse_duration(std::string_view text) {
  Duration total{0};
  const std::string_view whole = text;
  if (text.empty()) return invalid("a duration such as 90s, 5m or 1h30m is wanted");
  while (!text.empty()) {
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || number < 0)
      return invalid(fmt::format("'{}' is not a duration such as 90s, 5m or 1h30m", whole));
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    double unit = 0;
    std::size_t length = 1;
    if (text.starts_with("ms"))
      unit = 1e6, length = 2;
    else if (text.starts_with('s'))
      unit = 1e9;
    else if (text.starts_with('m'))
      unit = 60e9;
    else if (text.starts_with('h'))
      unit = 3600e9;
    else
      return invalid(fmt::format("'{}' is not a duration such as 90s, 5m or 1h30m", whole));
    text.remove_prefix(length);
    total += Duration(static_cast<std::int64_t>(number * unit));
  }
  return total;
}

}  // namespace berth::berthd
