#include "bin/berth/control_plane.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "bin/berth/port_owner.h"
#include "bin/berth/programs.h"

namespace berth::cli {
namespace {

bool listens_at(CommandContext& context, int process, const std::string& tls_listen) {
  const auto command = context.files.read(fmt::format("/proc/{}/cmdline", process), 1U << 20);
  return command && command->find(tls_listen) != std::string::npos;
}

Result<void> start_berthd(CommandContext& context, const std::string& tls_listen) {
  const auto& installation = context.installation;
  std::vector<std::string> argv = {program_folder() + "/berthd",
                                   "--data-dir",
                                   installation.data_dir,
                                   "--listen",
                                   fmt::format("127.0.0.1:{}", installation.port),
                                   "--region",
                                   installation.region};
  if (!tls_listen.empty()) argv.insert(argv.end(), {"--tls-listen", tls_listen});
  return start(context, host_program(context, "berthd"), std::move(argv), {});
}

Result<void> make_folders(CommandContext& context) {
  for (const char* folder : {"", "/run", "/logs"})
    if (auto made = context.files.make_directories(context.installation.data_dir + folder, 0700); !made)
      return made;
  return {};
}

Async<bool> wait_healthy(CommandContext& context) {
  ApiClient client(context.installation, {}, context.runtime, context.executor);
  const auto deadline = context.runtime.clock().monotonic() + kStartTimeout;
  const auto berthd = host_program(context, "berthd");
  for (;;) {
    const bool healthy = co_await client.healthy();
    if (healthy) co_return true;
    if (context.runtime.clock().monotonic() > deadline || !running(context, berthd)) co_return false;
    co_await context.runtime.sleep(kPoll);
  }
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

// Before berthd is started its port must be free; when it runs already, it must be where it is looked for.
Result<void> check_port(CommandContext& context, const Program& berthd) {
  const auto& installation = context.installation;
  if (running(context, berthd)) {
    const auto port = port_of_running(context.files, context.processes, installation.data_dir);
    if (!port || *port == installation.port) return {};
    return invalid(
        fmt::format("berthd of {} runs already, on port {}: leave --port away, or `berth down` first",
                    installation.data_dir, *port));
  }
  const auto owner = port_owner(context, installation.port, Sockets::listening);
  if (!owner) return {};
  return unavailable(fmt::format("port {} is taken by {}: choose another one with --port, or end that first",
                                 installation.port, *owner));
}

Error why_not_serving(CommandContext& context, const Program& berthd, std::size_t log_before) {
  const auto told = told_since(context, berthd, log_before);
  std::string owner;
  if (!running(context, berthd))
    if (const auto who = port_owner(context, context.installation.port, Sockets::all))
      owner = fmt::format("\n  port {} is taken by {}", context.installation.port, *who);
  return unavailable(fmt::format("berthd {}{}{}\n  the whole log: {}",
                                 running(context, berthd)
                                     ? "does not answer on " + context.installation.endpoint()
                                     : "ended at its start:",
                                 told, owner, berthd.log_file));
}

bool has_connected_agent(const JsonObject& instance) {
  return instance.at("agentConnected").as_bool() && instance.contains("versionInfo");
}

Async<std::set<std::string>> connected_instances(CommandContext& context, ApiClient& client) {
  std::set<std::string> connected;
  JsonObject request;
  request["cluster"] = context.installation.cluster;
  const auto list = co_await client.call("ListContainerInstances", request);
  if (!list || list->as_object().at("containerInstanceArns").as_array().empty()) co_return connected;
  request["containerInstances"] = list->as_object().at("containerInstanceArns");
  const auto described = co_await client.call("DescribeContainerInstances", std::move(request));
  if (!described) co_return connected;
  for (const auto& instance : described->as_object().at("containerInstances").as_array())
    if (has_connected_agent(instance.as_object()))
      connected.emplace(instance.as_object().at("ec2InstanceId").as_string());
  co_return connected;
}

}  // namespace

Async<Result<Credentials>> start_control_plane(CommandContext& context, std::string tls_listen) {
  const auto& installation = context.installation;
  if (auto made = make_folders(context); !made) co_return made.error();
  const auto berthd = host_program(context, "berthd");
  const int process = running_process(context, berthd);
  if (process != 0 && !tls_listen.empty() && !listens_at(context, process, tls_listen)) {
    std::vector<Program> programs(1, berthd);
    co_await stop(context, std::move(programs), kStopTimeout, Tell::nothing);
  }
  if (auto free = check_port(context, berthd); !free) co_return free.error();
  const auto log_before = log_size(berthd);
  if (!running(context, berthd))
    if (auto started = start_berthd(context, tls_listen); !started) co_return started.error();
  const bool healthy = co_await wait_healthy(context);
  if (!healthy || !running(context, berthd)) co_return why_not_serving(context, berthd, log_before);
  fmt::print("berthd: ready on {}\n", installation.endpoint());
  auto credentials = read_credentials(context.files, installation);
  if (!credentials) co_return credentials;
  const auto cluster = co_await make_cluster(context, *credentials);
  if (!cluster) co_return cluster.error();
  co_return credentials;
}

Async<std::vector<std::string>> wait_connected(CommandContext& context, Credentials credentials,
                                               std::vector<std::string> instance_ids, Duration timeout,
                                               std::function<bool()> alive) {
  ApiClient client(context.installation, std::move(credentials), context.runtime, context.executor);
  const auto deadline = context.runtime.clock().monotonic() + timeout;
  for (;;) {
    const auto connected = co_await connected_instances(context, client);
    std::vector<std::string> missing;
    for (const auto& id : instance_ids)
      if (!connected.contains(id)) missing.push_back(id);
    if (instance_ids.empty() && connected.empty()) missing.emplace_back("an agent");
    if (missing.empty() || context.runtime.clock().monotonic() > deadline || !alive()) co_return missing;
    co_await context.runtime.sleep(kPoll);
  }
}

}  // namespace berth::cli
