#pragma once
#include <map>
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
  bool help = false;
  double connect_seconds = 120;
  pid_t server_pid = 0;             ///< Whose CPU time is reported; 0: nobody's.
  std::uint64_t in_flight_max = 0;  ///< Tasks that were asked for and have not stopped; 0: no bound.
};

/// `environment` holds the variables of the process (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION,
/// AWS_ENDPOINT_URL). Errors: `invalid`, naming the flag.
Result<Options> parse_options(const std::vector<std::string>& arguments,
                              const std::map<std::string, std::string>& environment);
std::string usage();

}  // namespace berth::load
