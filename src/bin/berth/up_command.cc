#include <fmt/format.h>

#include "bin/berth/commands.h"
#include "bin/berth/control_plane.h"
#include "bin/berth/instances.h"
#include "bin/berth/programs.h"

namespace berth::cli {
namespace {

Result<void> start_agent(CommandContext& context, const Credentials& credentials) {
  const auto& installation = context.installation;
  const std::string agent_dir = installation.data_dir + "/agent";
  if (auto made = context.files.make_directories(agent_dir, 0700); !made) return made;
  // Without a name the agent makes the default cluster itself, as the guide says; a named one it would not.
  const std::string cluster = installation.cluster == "default" ? "" : installation.cluster;
  return start(context, host_program(context, "berth-agent"), {program_folder() + "/berth-agent"},
               {{"ECS_BACKEND_HOST", installation.endpoint()},
                {"ECS_CLUSTER", cluster},
                {"ECS_DATADIR", agent_dir},
                {"ECS_LOGLEVEL", "info"},
                {"AWS_DEFAULT_REGION", installation.region},
                {"AWS_ACCESS_KEY_ID", credentials.access_key_id},
                {"AWS_SECRET_ACCESS_KEY", credentials.secret}});
}

}  // namespace

Async<int> up(CommandContext& context) {
  std::string loopback_only;
  const auto credentials = co_await start_control_plane(context, std::move(loopback_only));
  if (!credentials) co_return fail(credentials.error().message);
  const auto agent = host_program(context, "berth-agent");
  if (!running(context, agent))
    if (auto started = start_agent(context, *credentials); !started) co_return fail(started.error().message);
  std::function<bool()> alive = [&] { return running(context, agent); };
  std::vector<std::string> any;
  const auto missing =
      co_await wait_connected(context, *credentials, std::move(any), kStartTimeout, std::move(alive));
  if (!missing.empty()) co_return fail(fmt::format("the agent does not connect: see {}", agent.log_file));
  fmt::print("berth-agent: connected, cluster {}\n", context.installation.cluster);
  co_return 0;
}

Async<int> down(CommandContext& context) {
  const auto instances = co_await down_instances(context);
  std::vector<Program> agent(1, host_program(context, "berth-agent"));
  co_await stop(context, std::move(agent), kStopTimeout, Tell::names);
  std::vector<Program> berthd(1, host_program(context, "berthd"));
  co_await stop(context, std::move(berthd), kStopTimeout, Tell::names);
  co_return instances ? 0 : fail(instances.error().message);
}

}  // namespace berth::cli
