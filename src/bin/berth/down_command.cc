#include <fmt/format.h>

#include "bin/berth/commands.h"
#include "bin/berth/control_plane.h"
#include "bin/berth/instances.h"
#include "bin/berth/programs.h"
#include "bin/berth/reserved_ports.h"
#include "runtime/real/io_threads.h"

namespace berth::cli {
namespace {

Async<int> down(CommandContext& context) {
  const auto berthd = host_program(context, "berthd");
  const auto agent = host_program(context, "berth-agent");
  for (const auto& program : {berthd, agent})
    if (const auto pid = context.files.read(program.pid_file, 64);
        !pid && pid.error().code == ErrorCode::denied)
      co_return fail(pid.error().message + ": with sudo, perhaps?");
  const bool nothing =
      !running(context, berthd) && !running(context, agent) && shown_instances(context).empty();
  const auto instances = co_await down_instances(context);
  std::vector<Program> agents(1, agent);
  co_await stop(context, std::move(agents), kStopTimeout, Tell::names);
  std::vector<Program> planes(1, berthd);
  co_await stop(context, std::move(planes), kStopTimeout, Tell::names);
  release_agent_ports(context);
  if (!instances) co_return fail(instances.error());
  if (nothing)
    fmt::print("nothing was stopped: `berth up` started nothing that runs with the data directory {}\n",
               context.installation.data_dir);
  co_return 0;
}

}  // namespace

void add_down(CommandLine& line) {
  auto& command = line.program.add_command(
      "down",
      "stops what `up` started; containers of the one agent run on, instances go with all that is in them");
  line.runs[&command] = [](CommandContext& context) {
    return runtime::block_on(context.executor, down(context));
  };
}

}  // namespace berth::cli
