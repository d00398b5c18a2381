#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "bin/berth_load/fleet.h"
#include "bin/berth_load/generator.h"
#include "bin/berth_load/request_signer.h"

namespace berth::load {

/// What berth-load was told.
struct Options {
  Target target;
  FleetOptions fleet;
  LoadOptions load;
  std::vector<Operation> mix;  ///< Empty: hollow instances only.
  bool echo = false;           ///< Run the same mix against an epoll echo of the same bytes.
  bool json = false;
  double connect_seconds = 120;
  pid_t server_pid = 0;             ///< Whose CPU time is reported; 0: nobody's.
  std::uint64_t in_flight_max = 0;  ///< Tasks that were asked for and have not stopped; 0: no bound.
};

/// Reads the command line into `options`. A text that it answers is to be printed instead of doing anything.
/// `environment` holds the variables of the process (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION,
/// AWS_ENDPOINT_URL).
/// Errors: `invalid`, naming the option.
Result<std::string> parse_options(const std::vector<std::string>& arguments,
                                  const std::map<std::string, std::string>& environment, Options& options);
/// The same; prints texts and mistakes, and answers the exit code when nothing else is to be done.
std::optional<int> read_command_line(const std::vector<std::string>& arguments,
                                     const std::map<std::string, std::string>& environment, Options& options);

}  // namespace berth::load
