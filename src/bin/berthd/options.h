#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "bin/command_line/values.h"
#include "domain/limits.h"

namespace berth::berthd {

/// The port that berthd listens on unless told otherwise: below those that Linux gives to connections that go
/// out.
inline constexpr std::uint16_t kDefaultPort = 5167;

/// An address to listen on.
using ListenAddress = command_line::Endpoint;

/// What berthd was told: flags, then BERTH_… variables, then lines `flag = value` of --config; the first that
/// says wins.
struct Options {
  std::string data_dir = "/var/lib/berth";
  std::string listen_address = "127.0.0.1";
  std::uint16_t listen_port = kDefaultPort;
  bool tls_required = false;
  bool insecure = false;                  ///< Plain HTTP on a non-loopback address.
  std::vector<ListenAddress> tls_listen;  ///< Further addresses; plain HTTP is refused there.
  std::vector<std::string> tls_names;     ///< Further names and addresses of the certificate.
  std::string region = "us-east-1";
  std::string account_id = "123456789012";
  domain::Compat compat = domain::Compat::current;
  domain::Limits limits;   ///< Those of `compat`, but for what --limit said.
  bool throttles = false;  ///< Whether the rates among the limits hold.
  Duration instance_grace = std::chrono::minutes(5);
  Duration stopped_task_retention = std::chrono::hours(1);
  std::string agent_packages;      ///< Folder of packages for UpdateContainerAgent; empty: no updates.
  std::string agent_packages_url;  ///< Where agents download them; empty: here.
  std::string task_roles;          ///< File with keys of tasks' roles; empty: tasks get none.
  bool test_reset = false;
  bool accept_data_loss = false;  ///< Start with a store that has lost changes.
  std::string log_level = "info";
  std::size_t threads = 0;  ///< 0: one a core, at most 8.

  bool print_limits = false;
  bool print_operations = false;
  bool json = false;  ///< How those two are printed.
};

/// What to do: serve with `options`, or end at once with `exit_code` (help was asked for, or a mistake
/// named).
struct CommandLine {
  Options options;
  std::optional<int> exit_code;
};

/// Reads the command line; prints help, version and mistakes.
CommandLine read_command_line(const std::vector<std::string>& arguments,
                              const std::map<std::string, std::string>& environment);

/// The same without printing. A text in place of options is to be printed instead of serving.
/// Errors: `invalid`, naming flag, variable or line.
Result<std::string> parse_options(const std::vector<std::string>& arguments,
                                  const std::map<std::string, std::string>& environment, Options& options);

}  // namespace berth::berthd
