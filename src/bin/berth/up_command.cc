#include <fmt/format.h>

#include "bin/berth/commands.h"
#include "bin/berth/control_plane.h"
#include "bin/berth/instance_plan.h"
#include "bin/berth/instances.h"
#include "bin/berth/port_owner.h"
#include "bin/berth/programs.h"
#include "bin/berth/reserved_ports.h"
#include "runtime/real/io_threads.h"

namespace berth::cli {
namespace {

struct UpOptions {
  int instances = 0;
  std::string zones, images;
};

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

// An agent goes on without its endpoints when somebody has their ports: another agent of this machine,
// mostly.
void warn_of_ports(CommandContext& context) {
  const int process = running_process(context, host_program(context, "berth-agent"));
  for (const auto port : kAgentPorts) {
    const auto owner = port_owner(context, port, Sockets::listening);
    if (owner && owner->find(fmt::format("process {} ", process)) == std::string::npos)
      fmt::print(stderr,
                 "berth: port {} of the agent is taken by {}: what containers and this machine ask there, "
                 "that one answers\n",
                 port, *owner);
  }
}

Async<int> up(CommandContext& context) {
  std::string loopback_only;
  const auto credentials = co_await start_control_plane(context, std::move(loopback_only));
  if (!credentials) co_return fail(credentials.error());
  const auto agent = host_program(context, "berth-agent");
  const auto log_before = log_size(agent);
  reserve_agent_ports(context);
  const bool was_running = running(context, agent);
  if (!was_running)
    if (auto started = start_agent(context, *credentials); !started) co_return fail(started.error());
  std::function<bool()> alive = [&] { return running(context, agent); };
  std::vector<std::string> any;
  const auto missing =
      co_await wait_connected(context, *credentials, std::move(any), kStartTimeout, std::move(alive));
  if (!missing.empty())
    co_return fail(fmt::format("the agent {}:{}\n  the whole log: {}",
                               running(context, agent) ? "does not connect" : "ended at its start",
                               told_since(context, agent, log_before), agent.log_file));
  fmt::print("berth-agent: connected, cluster {}\n", context.installation.cluster);
  if (!was_running) warn_of_ports(context);
  co_return 0;
}

int run_up(CommandContext& context, const UpOptions& options) {
  auto& installation = context.installation;
  installation.instances = options.instances;
  installation.zones = options.zones;
  installation.images = options.images;
  return runtime::block_on(context.executor, options.instances > 0 ? up_instances(context) : up(context));
}

}  // namespace

void add_up(CommandLine& line) {
  auto options = std::make_shared<UpOptions>();
  auto& command =
      line.program.add_command("up", "starts the control plane and one agent, or several instances");
  command.add_option(
      "--instances", "N", command_line::whole_number(options->instances, 1, kInstancesMax),
      "container instances in place of the one agent, each with a network and a Docker Engine of its "
      "own; as root");
  command.add_option("--zones", "ZONES", command_line::text(options->zones),
                     "zones that the instances take in turn: a,b,c (a)");
  command.add_option("--images", "IMAGES", command_line::text(options->images),
                     "images that are copied to them from this machine's engine: busybox,nginx (busybox)");
  command.add_note(
      "As root it adds the agent's ports 51678 and 51679 to net.ipv4.ip_local_reserved_ports; `berth down` "
      "takes back "
      "what it added.");
  command.require([options]() -> Result<void> {
    if (const auto zones = parse_zones(options->zones, ""); !options->zones.empty() && !zones)
      return zones.error();
    if (options->instances > 0 || (options->zones.empty() && options->images.empty())) return {};
    return invalid("--zones and --images belong to --instances N");
  });
  line.runs[&command] = [options](CommandContext& context) { return run_up(context, *options); };
}

}  // namespace berth::cli
