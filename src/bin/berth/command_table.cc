#include <fmt/format.h>

#include "bin/berth/commands.h"

namespace berth::cli {

CommandLine::CommandLine()
    : program("berth", "Amazon ECS on your own machines: starts it, shows it, asks it") {
  program.add_option("--data-dir", "DIR", command_line::text(installation.data_dir),
                     "where the state of this Berth lives (/var/lib/berth)");
  program.add_option(
      "--port", "PORT", command_line::port(installation.port),
      fmt::format("where its control plane listens (where it runs, or {})", installation.port));
  program.add_option("--region", "NAME", command_line::region(installation.region),
                     "region of calls (us-east-1)");
  program.add_option("--cluster", "NAME", command_line::cluster(installation.cluster),
                     "the cluster (default)");
  program.add_note("BERTH_DATA_DIR, BERTH_PORT, BERTH_REGION and BERTH_CLUSTER stand for these options.");
  program.add_note("Exit codes: 0 done, 1 not possible, 2 a wrong command line.");
  for (const auto add : {add_up, add_down, add_status, add_aws, add_call, add_explain, add_logs, add_simulate,
                         add_backup, add_restore})
    add(*this);
}

}  // namespace berth::cli
