#include <fmt/format.h>

#include <csignal>

#include "bin/berth/commands.h"

namespace berth::cli {
namespace {

constexpr Duration kStartTimeout = std::chrono::seconds(20);
constexpr Duration kStopTimeout = std::chrono::seconds(40);
constexpr Duration kPoll = std::chrono::milliseconds(50);

int fail(const std::string& message) {
  fmt::print(stderr, "berth: {}\n", message);
  return 1;
}

bool running(CommandContext& context, const std::string& program) {
  const int process = read_pid(context.files, context.installation.pid_file(program));
  return process > 0 && context.processes.running(process);
}

Result<void> start(CommandContext& context, const std::string& program, std::vector<std::string> arguments,
                   std::map<std::string, std::string> environment) {
  runtime::ProcessSpec spec;
  spec.argv = {program_folder() + "/" + program};
  spec.argv.insert(spec.argv.end(), arguments.begin(), arguments.end());
  spec.environment = std::move(environment);
  const auto process = context.processes.start_detached(spec, context.installation.log_file(program));
  if (!process) return process.error();
  return context.files.write_atomically(context.installation.pid_file(program), std::to_string(*process),
                                        0644);
}

Async<bool> wait_healthy(CommandContext& context) {
  ApiClient client(context.installation, {}, context.runtime, context.executor);
  const auto deadline = context.runtime.clock().monotonic() + kStartTimeout;
  for (;;) {
    const bool healthy = co_await client.healthy();
    if (healthy) co_return true;
    if (context.runtime.clock().monotonic() > deadline || !running(context, "berthd")) co_return false;
    co_await context.runtime.sleep(kPoll);
  }
}

Result<void> start_agent(CommandContext& context, const Credentials& credentials) {
  const auto& installation = context.installation;
  const std::string agent_dir = installation.data_dir + "/agent";
  if (auto made = context.files.make_directories(agent_dir, 0700); !made) return made;
  // Without a name the agent makes the default cluster itself, as the guide says; a named one it would not.
  const std::string cluster = installation.cluster == "default" ? "" : installation.cluster;
  return start(context, "berth-agent", {},
               {{"ECS_BACKEND_HOST", installation.endpoint()},
                {"ECS_CLUSTER", cluster},
                {"ECS_DATADIR", agent_dir},
                {"ECS_LOGLEVEL", "info"},
                {"AWS_DEFAULT_REGION", installation.region},
                {"AWS_ACCESS_KEY_ID", credentials.access_key_id},
                {"AWS_SECRET_ACCESS_KEY", credentials.secret}});
}

// True once a container instance of the cluster has its agent connected.
Async<bool> wait_connected(CommandContext& context, const Credentials& credentials) {
  ApiClient client(context.installation, credentials, context.runtime, context.executor);
  const auto deadline = context.runtime.clock().monotonic() + kStartTimeout;
  while (context.runtime.clock().monotonic() < deadline && running(context, "berth-agent")) {
    JsonObject request;
    request["cluster"] = context.installation.cluster;
    auto list = co_await client.call("ListContainerInstances", request);
    if (list && !list->as_object().at("containerInstanceArns").as_array().empty()) {
      request["containerInstances"] = list->as_object().at("containerInstanceArns");
      const auto described = co_await client.call("DescribeContainerInstances", request);
      if (described)
        for (const auto& instance : described->as_object().at("containerInstances").as_array())
          if (instance.as_object().at("agentConnected").as_bool() &&
              instance.as_object().contains("versionInfo"))
            co_return true;
    }
    co_await context.runtime.sleep(kPoll);
  }
  co_return false;
}

// The agent's default cluster is made by the agent itself; any other must be there first.
Async<Result<void>> make_cluster(CommandContext& context, const Credentials& credentials) {
  if (context.installation.cluster == "default") co_return Result<void>();
  ApiClient client(context.installation, credentials, context.runtime, context.executor);
  JsonObject request;
  request["clusterName"] = context.installation.cluster;
  auto made = co_await client.call("CreateCluster", std::move(request));
  if (!made) co_return std::move(made).error();
  co_return Result<void>();
}

Async<void> stop(CommandContext& context, const std::string& program) {
  const std::string pid_file = context.installation.pid_file(program);
  const int process = read_pid(context.files, pid_file);
  if (process > 0 && context.processes.running(process)) {
    (void)context.processes.signal(process, SIGTERM).ok();
    const auto deadline = context.runtime.clock().monotonic() + kStopTimeout;
    while (context.processes.running(process) && context.runtime.clock().monotonic() < deadline)
      co_await context.runtime.sleep(kPoll);
    fmt::print("{}: stopped\n", program);
  }
  (void)context.files.remove(pid_file).ok();
}

}  // namespace

Async<int> up(CommandContext& context) {
  auto& installation = context.installation;
  for (const char* folder : {"", "/run", "/logs"})
    if (auto made = context.files.make_directories(installation.data_dir + folder, 0700); !made)
      co_return fail(made.error().message);
  const std::string port = std::to_string(installation.port);
  if (!running(context, "berthd")) {
    auto started = start(context, "berthd",
                         {"--data-dir", installation.data_dir, "--listen", "127.0.0.1:" + port, "--region",
                          installation.region},
                         {});
    if (!started) co_return fail(started.error().message);
  }
  const bool healthy = co_await wait_healthy(context);
  if (!healthy)
    co_return fail(fmt::format("berthd does not answer on {}: see {}", installation.endpoint(),
                               installation.log_file("berthd")));
  fmt::print("berthd: ready on {}\n", installation.endpoint());
  const auto credentials = read_credentials(context.files, installation);
  if (!credentials) co_return fail(credentials.error().message);
  const auto cluster = co_await make_cluster(context, *credentials);
  if (!cluster) co_return fail(cluster.error().message);
  if (!running(context, "berth-agent"))
    if (auto started = start_agent(context, *credentials); !started) co_return fail(started.error().message);
  const bool connected = co_await wait_connected(context, *credentials);
  if (!connected)
    co_return fail(fmt::format("the agent does not connect: see {}", installation.log_file("berth-agent")));
  fmt::print("berth-agent: connected, cluster {}\n", installation.cluster);
  co_return 0;
}

Async<int> down(CommandContext& context) {
  co_await stop(context, "berth-agent");
  co_await stop(context, "berthd");
  co_return 0;
}

}  // namespace berth::cli
