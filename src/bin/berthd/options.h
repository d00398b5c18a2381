#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "domain/limits.h"

namespace berth::berthd {

/// An address to listen on.
struct ListenAddress {
  std::string address;
  std::uint16_t port = 0;
};

/// What berthd was told: flags, then BERTH_… variables, then lines `flag = value` of --config; the first that
/// says wins.
struct Options {
  std::string data_dir = "/var/lib/berth";
  std::string listen_address = "127.0.0.1";
  std::uint16_t listen_port = 51670;
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
  std::string log_level = "info";
  std::size_t threads = 0;  ///< 0: one a core, at most 8.

  bool help = false;
  bool version = false;
  bool print_limits = false;
  bool print_operations = false;
};

/// `environment` holds the variables of the process. Errors: `invalid`, naming flag, variable or line.
Result<Options> parse_options(const std::vector<std::string>& arguments,
                              const std::map<std::string, std::string>& environment);
std::string usage();

/// "90s", "5m", "1h30m", "250ms" → duration. Errors: `invalid`.
Result<Duration> parse_duration(std::string_view text);

}  // namespace berth::berthd
