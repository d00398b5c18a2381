#include "bin/berthd/options.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "bin/command_line/command.h"
#include "bin/command_line/nearest.h"

namespace berth::berthd {
namespace {

namespace line = command_line;

constexpr std::int64_t kThreadsAskedMax = 256;
constexpr Duration kGraceMin = std::chrono::seconds(1);
constexpr Duration kGraceMax = std::chrono::hours(24 * 7);
constexpr Duration kRetentionMax = std::chrono::hours(24 * 366);
constexpr const char* kAbout =
    "the control plane of Berth: the APIs of Amazon ECS on one port, and the gateway of its agents";
constexpr const char* kSources =
    "Every option is also a variable (BERTH_DATA_DIR for --data-dir) and a line of --config. What the "
    "command line says "
    "counts before variables, and those before the file.";
constexpr const char* kExits =
    "Exit codes: 0 after SIGTERM or SIGINT, 1 when it cannot serve, 2 for a wrong command line.";

line::Take account(std::string& into) {
  return [&into](const std::string& text) -> Result<void> {
    if (text.size() != 12 ||
        !std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; }))
      return invalid("must be 12 digits");
    into = text;
    return {};
  };
}

line::Take endpoint(std::function<void(ListenAddress)> take) {
  return [take = std::move(take)](const std::string& text) -> Result<void> {
    auto parsed = line::parse_endpoint(text);
    if (!parsed) return std::move(parsed).error();
    take(*std::move(parsed));
    return {};
  };
}

// Names and addresses of certificates.
line::Take host_names(std::vector<std::string>& into) {
  return [&into](const std::string& text) -> Result<void> {
    const bool good =
        !text.empty() && text.size() <= 253 && std::all_of(text.begin(), text.end(), [](unsigned char c) {
          return std::isalnum(c) || c == '-' || c == '.' || c == ':' || c == '*';
        });
    if (!good) return invalid("must be a host name or an address");
    into.push_back(text);
    return {};
  };
}

// NAME=VALUE, checked at once and taken again when the limits of --compat are known.
line::Take limits(std::vector<std::pair<std::string, std::int32_t>>& into) {
  return [&into](const std::string& text) -> Result<void> {
    const auto equals = text.find('=');
    const auto value = line::parse_whole_number(
        equals == std::string::npos ? std::string_view() : std::string_view(text).substr(equals + 1), 1,
        INT32_MAX);
    if (!value) return invalid("must be NAME=VALUE with a VALUE of 1 or more");
    const auto name = text.substr(0, equals);
    domain::Limits tried;
    if (!domain::set_limit(tried, name, static_cast<std::int32_t>(*value))) {
      std::vector<std::string> names;
      for (const auto& limit : domain::list_limits(tried)) names.emplace_back(limit.name);
      return invalid(fmt::format("names no limit of --print-limits{}", line::did_you_mean(name, names)));
    }
    into.emplace_back(name, static_cast<std::int32_t>(*value));
    return {};
  };
}

// What is said once and decided on when all is read.
struct Said {
  std::string config;
  std::vector<std::pair<std::string, std::int32_t>> limits;
};

void add_network(line::Command& program, Options& options) {
  program.add_option("--listen", "ADDRESS:PORT", endpoint([&options](ListenAddress listen) {
                       options.listen_address = std::move(listen.address);
                       options.listen_port = listen.port;
                     }),
                     fmt::format("where to listen (127.0.0.1:{})", kDefaultPort));
  program.add_option(
      "--tls", "optional|required",
      line::choice({"optional", "required"}, [&options](std::size_t at) { options.tls_required = at == 1; }),
      "`required` refuses plain HTTP; otherwise both are taken on the same port");
  program.add_flag("--insecure", options.insecure, "allow plain HTTP on an address that is not loopback");
  program.add_list("--tls-listen", "ADDRESS:PORT", endpoint([&options](ListenAddress listen) {
                     options.tls_listen.push_back(std::move(listen));
                   }),
                   "a further address, which takes TLS only");
  program.add_list("--tls-name", "NAME", host_names(options.tls_names),
                   "a further name or address of the server certificate");
  program.add_option("--threads", "N", line::whole_number(options.threads, 1, kThreadsAskedMax),
                     "threads that serve connections (one a core, at most 8)");
}

void add_state(line::Command& program, Options& options, Said& said) {
  program.add_option("--config", "FILE", line::readable_file(said.config),
                     "a file of lines `option = value`");
  program.add_option("--data-dir", "DIR", line::text(options.data_dir), "where state lives (/var/lib/berth)");
  program.add_option("--store", "sqlite", line::choice({"sqlite"}, [](std::size_t) {}),
                     "the engine of the store (sqlite)");
  program.add_flag("--accept-data-loss", options.accept_data_loss,
                   "start although changes that were acknowledged are missing from the store");
  program.add_option("--region", "NAME", line::region(options.region),
                     "region of the agents' endpoint and the root key (us-east-1)");
  program.add_option("--account-id", "DIGITS", account(options.account_id),
                     "account of the root key (123456789012)");
  program.add_option("--stopped-task-retention", "DURATION",
                     line::duration(options.stopped_task_retention, std::chrono::seconds(0), kRetentionMax),
                     "how long stopped tasks can be described (1h)");
  program.add_option("--instance-grace", "DURATION",
                     line::duration(options.instance_grace, kGraceMin, kGraceMax),
                     "after which the tasks of a host that stays away are replaced (5m)");
}

void add_limits(line::Command& program, Options& options, Said& said) {
  program.add_option("--compat", "current|guide-2015",
                     line::choice({"current", "guide-2015"},
                                  [&options](std::size_t at) {
                                    options.compat =
                                        at == 0 ? domain::Compat::current : domain::Compat::guide_2015;
                                  }),
                     "limits and output where the two differ (current)");
  program.add_list("--limit", "NAME=VALUE", limits(said.limits),
                   "another value for one line of --print-limits");
  program.add_option("--throttles", "on|off", line::on_or_off(options.throttles),
                     "`on`: the rates of --print-limits hold (off)");
  program.add_flag("--print-limits", options.print_limits, "show every limit and end");
  program.add_flag("--print-operations", options.print_operations,
                   "show every implemented operation and end");
  program.add_option("--output", "table|json", line::output_form(options.json),
                     "how those two are shown (table)");
}

void add_agents(line::Command& program, Options& options) {
  program.add_option("--agent-packages", "DIR", line::existing_folder(options.agent_packages),
                     "folder of new agents for UpdateContainerAgent (scripts/agent-package makes them)");
  program.add_option("--agent-packages-url", "URL", line::url(options.agent_packages_url),
                     "where agents download what that folder holds (from here)");
  program.add_option("--task-roles", "FILE", line::readable_file(options.task_roles),
                     "keys of tasks' roles: profiles of a shared credentials file, named by role");
}

void add_diagnosis(line::Command& program, Options& options) {
  const std::vector<std::string> levels = {"debug", "info", "warn", "error", "crit", "none"};
  program.add_option(
      "--log-level", "debug|info|warn|error|crit|none",
      line::choice(levels, [&options, levels](std::size_t at) { options.log_level = levels[at]; }),
      "what is worth a line on standard error (info)");
  program.add_flag("--test-reset", options.test_reset, "enable POST /_berth/reset, which empties the state");
}

void describe(line::Command& program, Options& options, Said& said) {
  add_state(program, options, said);
  add_network(program, options);
  add_limits(program, options, said);
  add_agents(program, options);
  add_diagnosis(program, options);
  program.add_note(kSources);
  program.add_note(kExits);
}

bool is_loopback(const std::string& address) {
  return address == "::1" || address.starts_with("127.");
}

Result<void> finish(Options& options, const Said& said) {
  options.limits = domain::limits_of(options.compat);
  for (const auto& [name, value] : said.limits)
    if (auto set = domain::set_limit(options.limits, name, value); !set) return set;
  if (!is_loopback(options.listen_address) && !options.tls_required && !options.insecure)
    return invalid(fmt::format(
        "--listen {}: an address that others can reach needs --tls required (or --insecure, if you must)",
        options.listen_address));
  return {};
}

Result<std::string> read(line::Command& program, const std::vector<std::string>& arguments,
                         const std::map<std::string, std::string>& environment, Options& options,
                         Said& said) {
  describe(program, options, said);
  auto shown = program.parse(arguments);
  if (!shown || !shown->empty()) return shown;
  if (auto taken = program.take_variables("BERTH_", environment); !taken) return taken.error();
  if (!said.config.empty())
    if (auto taken = program.take_file(said.config); !taken) return taken.error();
  if (auto finished = finish(options, said); !finished) return finished.error();
  return std::string();
}

}  // namespace

Result<std::string> parse_options(const std::vector<std::string>& arguments,
                                  const std::map<std::string, std::string>& environment, Options& options) {
  line::Command program("berthd", kAbout, 8);
  Said said;
  return read(program, arguments, environment, options, said);
}

CommandLine read_command_line(const std::vector<std::string>& arguments,
                              const std::map<std::string, std::string>& environment) {
  CommandLine result;
  line::Command program("berthd", kAbout, 8);
  Said said;
  result.exit_code = conclude(program, read(program, arguments, environment, result.options, said));
  return result;
}

}  // namespace berth::berthd
